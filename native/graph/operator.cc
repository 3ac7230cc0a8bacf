#include "graph/operator.h"

#include <ATen/ATen.h>

namespace ganode {
namespace {

class FunctionOperator : public Operator {
 public:
  FunctionOperator(Dims output, Function function, Function inPlace, bool mixesSamples)
      : function_(std::move(function)), inPlace_(std::move(inPlace)), mixesSamples_(mixesSamples) {
    infer(std::move(output));
  }
  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode&) override {
    return function_(inputs);
  }
  at::Tensor forwardInPlace(const std::vector<at::Tensor>& inputs, const Mode&) override {
    return inPlace_(inputs);
  }
  bool writesOver() const override { return inPlace_ != nullptr; }
  bool mixesSamples() const override { return mixesSamples_; }

 private:
  Function function_;
  Function inPlace_;
  bool mixesSamples_;
};

void requireSize(const std::string& what, const Dims& shape) {
  if (product(shape) <= kMostValues) return;
  throw TooLarge("expected " + what + " of at most " + std::to_string(kMostValues) + " values, got " +
                 describe(shape));
}

}  // namespace

void Operator::infer(Dims output) {
  requireSize("an output", output);
  output_ = std::move(output);
}

at::Tensor Operator::forwardInPlace(const std::vector<at::Tensor>& inputs, const Mode& mode) {
  return forward(inputs, mode);
}

at::Tensor Operator::forwardThen(const Affine& affine, const std::vector<at::Tensor>& inputs,
                                 const Mode& mode) {
  const at::Tensor output = forward(inputs, mode);
  Dims channels(static_cast<size_t>(output.dim()), 1);
  channels[1] = -1;
  return output * affine.factor.view(channels) + affine.offset.view(channels);
}

size_t Operator::declare(const std::string& name, Dims shape, Initializer initializer, bool buffer) {
  requireSize(name, shape);
  if (slots_.size() == kMostSlots)
    throw TooLarge("expected at most " + std::to_string(kMostSlots) + " weights in one node, got more");
  slots_.push_back({name, std::move(shape), std::move(initializer), buffer, at::Tensor()});
  return slots_.size() - 1;
}

void NodeContext::expectInputs(size_t count, const std::string& names) const {
  if (inputs.size() == count) return;
  attributes.fail("expected " + names + ", got " + std::to_string(inputs.size()) +
                  (inputs.size() == 1 ? " input" : " inputs"));
}

const Dims& NodeContext::inputAt(size_t index, size_t rank, size_t other) const {
  const Dims& dims = inputs[index].dims;
  const auto form = [](size_t n) {
    if (n == 1) return std::string("[features]");
    return std::string(n == 2 ? "[steps, features]" : "[channels, height, width]");
  };
  if (inputs[index].isLabel() || (dims.size() != rank && (other == 0 || dims.size() != other))) {
    attributes.fail("expected an input of shape " + form(rank) + (other > 0 ? " or " + form(other) : "") +
                    ", got " + describe(inputs[index]));
  }
  return dims;
}

const ValueShape& NodeContext::labelAt(size_t index) const {
  if (!inputs[index].isLabel()) {
    attributes.fail("expected input " + std::to_string(index + 1) + " to be a label ({classes}), got " +
                    describe(inputs[index]));
  }
  return inputs[index];
}

const Dims& NodeContext::input() const {
  if (inputs.size() != 1) attributes.fail("expected one input, got " + std::to_string(inputs.size()));
  if (inputs[0].isLabel()) attributes.fail("expected real values, got " + describe(inputs[0]));
  return inputs[0].dims;
}

const Dims& NodeContext::input(size_t rank, size_t other) const {
  input();
  return inputAt(0, rank, other);
}

const ValueShape& NodeContext::label() const {
  if (inputs.size() != 1 || !inputs[0].isLabel()) {
    attributes.fail("expected one input, a label ({classes}), got " +
                    (inputs.size() == 1 ? describe(inputs[0]) : std::to_string(inputs.size()) + " inputs"));
  }
  return inputs[0];
}

at::Tensor precise(const at::Tensor& value) {
  return value.scalar_type() == at::kDouble ? value : value.to(at::kFloat);
}

std::unique_ptr<Operator> makeFunction(Dims output, Function function, bool mixesSamples) {
  return std::make_unique<FunctionOperator>(std::move(output), std::move(function), nullptr, mixesSamples);
}

std::unique_ptr<Operator> makeFunction(Dims output, Function function, Function inPlace) {
  return std::make_unique<FunctionOperator>(std::move(output), std::move(function), std::move(inPlace),
                                            /*mixesSamples=*/false);
}

const Registry& registry() {
  static const Registry instance = [] {
    Registry all;
    registerDense(all);
    registerConvolution(all);
    registerNormalization(all);
    registerActivation(all);
    registerShaping(all);
    registerResampling(all);
    registerMinibatch(all);
    registerAttention(all);
    registerConditional(all);
    registerRecurrent(all);
    registerStyle(all);
    registerFade(all);
    registerExperts(all);
    return all;
  }();
  return instance;
}

}  // namespace ganode
