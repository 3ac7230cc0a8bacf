// Operators that change which items there are.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "augment/augment.h"
#include "procedure/value.h"

namespace ganode {
namespace {

using Tensors = ValueOperator::Tensors;

const ValueType& itemsOf(const ValueContext& context, size_t rank) {
  context.expectReal(1, "one value");
  const ValueType& type = context.inputs[0];
  if (type.once || type.shape.dims.size() != rank) {
    context.attributes.fail("expected a value of " + std::to_string(rank) + " dimensions an item, got " +
                            describe(type));
  }
  return type;
}

// [C, H, W] → [count·C, H, W]: so many items as the channels of one (PacGAN, Lin et al. 2018).
std::unique_ptr<ValueOperator> pack(ValueContext& context) {
  ValueType type = itemsOf(context, 3);
  const int64_t count = context.attributes.integer("count", 1);
  type.shape.dims[0] *= count;
  type.of *= count;
  return makeValueFunction(type, [count](const Tensors& inputs, const Moment&) {
    const at::Tensor& x = inputs[0];
    return x.reshape({x.size(0) / count, x.size(1) * count, x.size(2), x.size(3)});
  });
}

std::unique_ptr<ValueOperator> unpack(ValueContext& context) {
  ValueType type = itemsOf(context, 3);
  const int64_t count = context.attributes.integer("count", 1);
  if (type.shape.dims[0] % count != 0)
    context.attributes.fail("expected channels that " + std::to_string(count) + " divides");
  type.shape.dims[0] /= count;
  type.items *= count;
  return makeValueFunction(type, [count](const Tensors& inputs, const Moment&) {
    const at::Tensor& x = inputs[0];
    return x.reshape({x.size(0) * count, x.size(1) / count, x.size(2), x.size(3)});
  });
}

// The first of so many items: one in `of`. Labels too.
std::unique_ptr<ValueOperator> first(ValueContext& context) {
  if (context.inputs.size() != 1 || context.inputs[0].once)
    context.attributes.fail("expected one value of every item");
  ValueType type = context.inputs[0];
  const int64_t of = context.attributes.integer("of", 1);
  type.of *= of;
  return makeValueFunction(type, [of](const Tensors& inputs, const Moment&) {
    return inputs[0].narrow(0, 0, std::max<int64_t>(1, inputs[0].size(0) / of));
  });
}

// Each image flipped and shifted by a few pixels, or not (augment/augment.h).
class Moved final : public ValueOperator {
 public:
  Moved(ValueType type, int64_t shift, bool flip)
      : ValueOperator(std::move(type)), shift_(shift), flip_(flip) {}
  at::Tensor compute(const Tensors& inputs, const Moment& moment) override {
    return flipAndShift(inputs[0], shift_, flip_, *moment.random);
  }
  bool isFresh() const override { return true; }

 private:
  int64_t shift_;
  bool flip_;
};

std::unique_ptr<ValueOperator> moved(ValueContext& context) {
  const ValueType type = itemsOf(context, 3);
  const int64_t shift = context.attributes.integer("shift", 0, 4);
  return std::make_unique<Moved>(type, shift, context.attributes.boolean("flip", true));
}

// The mean over the greatest numbers of the batch, a share of them, at least one, that may move (Sinha et al.
// 2020).
std::unique_ptr<ValueOperator> topMean(ValueContext& context) {
  context.expectReal(2, "numbers, and what is averaged where they are greatest");
  const auto& inputs = context.inputs;
  const bool fits = !inputs[0].once && !inputs[1].once && inputs[0].sameItems(inputs[1]) &&
                    product(inputs[0].shape.dims) == 1 && product(inputs[1].shape.dims) == 1;
  if (!fits) context.attributes.fail("expected two values of one number an item");
  const Schedule share = context.attributes.schedule("share", 0, 1, 1);
  ValueType type;
  type.once = true;
  return makeValueFunction(type, [share](const Tensors& tensors, const Moment& moment) {
    const at::Tensor by = precise(tensors[0]).flatten();
    const auto n = static_cast<double>(by.size(0));
    const double wanted = std::clamp(std::round(share.at(moment.images) * n), 1.0, n);
    const at::Tensor indices = std::get<1>(by.detach().topk(static_cast<int64_t>(wanted), 0));
    return precise(tensors[1]).flatten().index_select(0, indices).mean();
  });
}

}  // namespace

void registerItems(ValueRegistry& registry) {
  registry["pack"] = pack;
  registry["unpack"] = unpack;
  registry["first"] = first;
  registry["flipAndShift"] = moved;
  registry["topMean"] = topMean;
}

}  // namespace ganode
