#include "procedure/value.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "error.h"
#include "procedure/refuse.h"

namespace ganode {
namespace {

class FunctionOfValues final : public ValueOperator {
 public:
  FunctionOfValues(ValueType type, ValueFunction function)
      : ValueOperator(std::move(type)), function_(std::move(function)) {}
  at::Tensor compute(const Tensors& inputs, const Moment& moment) override {
    return function_(inputs, moment);
  }

 private:
  ValueFunction function_;
};

// An operator of graphs that has no weights.
class OfGraph final : public ValueOperator {
 public:
  OfGraph(ValueType type, std::unique_ptr<Operator> op, bool draws)
      : ValueOperator(std::move(type)), op_(std::move(op)), draws_(draws) {}
  at::Tensor compute(const Tensors& inputs, const Moment& moment) override {
    Mode mode{true, moment.random};
    mode.images = moment.images;
    return op_->forward(inputs, mode);
  }
  bool isFresh() const override { return draws_; }

 private:
  std::unique_ptr<Operator> op_;
  bool draws_;
};

std::unique_ptr<ValueOperator> fromGraph(const Factory& factory, const std::string& name,
                                         ValueContext& context) {
  std::vector<ValueShape> shapes;
  ValueType type = context.inputs.empty() ? ValueType() : context.inputs.front();
  for (const ValueType& input : context.inputs) {
    if (input.once) context.attributes.fail("expected a value of every item, got one for the batch");
    if (!input.sameItems(type)) context.attributes.fail("expected inputs of equally many items");
    shapes.push_back(input.shape);
  }
  if (shapes.empty()) context.attributes.fail("expected an input, got none");
  NodeContext node{context.attributes, shapes};
  std::unique_ptr<Operator> op;
  try {
    op = factory(node);
  } catch (const TooLarge& error) {
    context.attributes.fail(error.what());
  }
  if (!op->slots().empty()) context.attributes.fail("has weights: it belongs into a network");
  type.shape = ValueShape{op->output(), 0};
  // Whether it draws an operator of graphs does not say; of those without weights one does.
  return std::make_unique<OfGraph>(type, std::move(op), name == "dropout");
}

// The text of an error about a graph's node, as one about a value.
[[noreturn]] void rethrowOfValue(const Error& error) {
  std::string message = error.what();
  if (const std::string prefix = "node \""; message.starts_with(prefix))
    message = "value \"" + message.substr(prefix.size());
  refuseProcedure(message);
}

}  // namespace

std::string describe(const ValueType& type) {
  return describe(type.shape) + (type.once ? ", once" : " an item");
}

void ValueContext::expectReal(size_t count, const std::string& names) const {
  if (inputs.size() != count) {
    attributes.fail("expected " + names + ", got " + std::to_string(inputs.size()) +
                    (inputs.size() == 1 ? " value" : " values"));
  }
  for (const ValueType& input : inputs) {
    if (input.shape.isLabel()) attributes.fail("expected real values, got a " + describe(input.shape));
  }
}

ValueType ValueContext::broadcast() const {
  ValueType result;
  result.once = true;
  for (const ValueType& input : inputs) {
    if (!input.once) {
      if (!result.once && !input.sameItems(result)) {
        attributes.fail("expected values of equally many items, got " + std::to_string(result.items) + "/" +
                        std::to_string(result.of) + " and " + std::to_string(input.items) + "/" +
                        std::to_string(input.of) + " of the batch");
      }
      result.once = false;
      result.items = input.items;
      result.of = input.of;
    }
    Dims dims = input.shape.dims;
    Dims& all = result.shape.dims;
    const size_t rank = std::max(dims.size(), all.size());
    dims.insert(dims.begin(), rank - dims.size(), 1);
    all.insert(all.begin(), rank - all.size(), 1);
    for (size_t i = 0; i < rank; ++i) {
      if (dims[i] != all[i] && dims[i] != 1 && all[i] != 1) {
        attributes.fail("cannot combine " + describe(input.shape) + " with " +
                        describe(inputs.front().shape));
      }
      all[i] = std::max(dims[i], all[i]);
    }
  }
  return result;
}

at::Tensor alignRight(const at::Tensor& value, const ValueType& type, size_t rank) {
  const size_t own = type.shape.dims.size();
  if (own == rank) return value;
  Dims sizes = value.sizes().vec();
  sizes.insert(sizes.begin() + (type.once ? 0 : 1), rank - own, 1);
  return value.reshape(sizes);
}

std::unique_ptr<ValueOperator> makeValueFunction(ValueType type, ValueFunction function) {
  return std::make_unique<FunctionOfValues>(std::move(type), std::move(function));
}

const ValueRegistry& valueRegistry() {
  static const ValueRegistry all = [] {
    ValueRegistry made;
    for (const auto add : {registerArithmetic, registerReductions, registerItems, registerAverages})
      add(made);
    return made;
  }();
  return all;
}

std::unique_ptr<ValueOperator> makeValueOperator(const NodeSpec& spec, const std::vector<ValueType>& inputs) {
  Attributes attributes(spec);
  ValueContext context{attributes, inputs};
  try {
    std::unique_ptr<ValueOperator> op;
    if (const auto own = valueRegistry().find(spec.op); own != valueRegistry().end()) {
      op = own->second(context);
    } else if (const auto other = registry().find(spec.op); other != registry().end()) {
      op = fromGraph(other->second, spec.op, context);
    } else {
      attributes.fail("there is no such operator");
    }
    attributes.finish();
    if (product(op->type().shape.dims) > kMostValues)
      attributes.fail("expected at most " + std::to_string(kMostValues) + " values an item");
    return op;
  } catch (const Error& error) {
    rethrowOfValue(error);
  }
}

}  // namespace ganode
