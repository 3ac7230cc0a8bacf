#include "graph/operator.h"

#include <ATen/ATen.h>

namespace ganode {
namespace {

class FunctionOperator : public Operator {
 public:
  FunctionOperator(Dims output, Function function) : function_(std::move(function)) {
    infer(std::move(output));
  }
  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode&) override {
    return function_(inputs);
  }

 private:
  Function function_;
};

}  // namespace

size_t Operator::declare(const std::string& name, Dims shape, Initializer initializer, bool buffer) {
  slots_.push_back({name, std::move(shape), std::move(initializer), buffer, at::Tensor()});
  return slots_.size() - 1;
}

const Dims& NodeContext::input() const {
  if (inputs.size() != 1) attributes.fail("expected one input, got " + std::to_string(inputs.size()));
  if (inputs[0].isLabel()) attributes.fail("expected real values, got " + describe(inputs[0]));
  return inputs[0].dims;
}

const Dims& NodeContext::input(size_t rank, size_t other) const {
  const Dims& dims = input();
  if (dims.size() == rank || (other > 0 && dims.size() == other)) return dims;
  const auto form = [](size_t n) { return std::string(n == 1 ? "[features]" : "[channels, height, width]"); };
  attributes.fail("expected an input of shape " + form(rank) + (other > 0 ? " or " + form(other) : "") +
                  ", got " + describe(dims));
}

const ValueShape& NodeContext::label() const {
  if (inputs.size() != 1 || !inputs[0].isLabel()) {
    attributes.fail("expected one input, a label ({classes}), got " +
                    (inputs.size() == 1 ? describe(inputs[0]) : std::to_string(inputs.size()) + " inputs"));
  }
  return inputs[0];
}

std::unique_ptr<Operator> makeFunction(Dims output, Function function) {
  return std::make_unique<FunctionOperator>(std::move(output), std::move(function));
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
    return all;
  }();
  return instance;
}

}  // namespace ganode
