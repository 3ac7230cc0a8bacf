// Values that remember.
#include <ATen/ATen.h>

#include "procedure/value.h"

namespace ganode {
namespace {

// a ← a + (x - a)·(1 - decay), which is the value, by x differentiable. `start`: 'first', where the first x
// is what a begins with, or 'zero'.
class Average final : public ValueOperator {
 public:
  Average(ValueType type, double decay, bool startsWithFirst)
      : ValueOperator(std::move(type)), decay_(decay), count_(at::full({}, startsWithFirst ? 0.0 : 1.0)) {
    average_ = at::zeros(this->type().shape.dims);
  }

  at::Tensor compute(const Tensors& inputs, const Moment&) override {
    const at::Tensor x = precise(inputs[0]);
    const at::Tensor before = average_.to(x.scalar_type()).clone();
    // Without a look at the number, which would wait for the device.
    const at::Tensor share = 1 - decay_ * count_;
    const at::Tensor now = before + (x - before) * share;
    const at::NoGradGuard noGrad;
    average_.copy_(now.detach());
    count_.fill_(1);
    return now;
  }
  bool isFresh() const override { return true; }
  std::vector<std::pair<std::string, at::Tensor>> state() const override {
    return {{"average", average_}, {"began", count_}};
  }
  void moveTo(const at::Device& device) override {
    average_ = average_.to(device);
    count_ = count_.to(device);
  }

 private:
  double decay_;
  at::Tensor average_;
  at::Tensor count_;  // 0 until the first value
};

std::unique_ptr<ValueOperator> average(ValueContext& context) {
  context.expectReal(1, "one value");
  if (!context.inputs[0].once)
    context.attributes.fail("expected a value that is there once a batch (batchMean), got " +
                            describe(context.inputs[0]));
  const double decay = context.attributes.number("decay", 0, 1, 0.99);
  const bool first = context.attributes.choice("start", {"first", "zero"}, "first") == "first";
  return std::make_unique<Average>(context.inputs[0], decay, first);
}

}  // namespace

void registerAverages(ValueRegistry& registry) { registry["average"] = average; }

}  // namespace ganode
