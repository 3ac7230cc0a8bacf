// Operators that make one number of several: over the values of an item, over the items of a batch, over
// classes.
#include <ATen/ATen.h>

#include "procedure/value.h"

namespace ganode {
namespace {

using Tensors = ValueOperator::Tensors;

using Reduce = at::Tensor (*)(const at::Tensor&, at::IntArrayRef);

// Over the values of an item, but for the first so many dimensions (`keep`), which stay.
ValueFactory ofItem(Reduce reduce) {
  return [reduce](ValueContext& context) {
    context.expectReal(1, "one value");
    ValueType type = context.inputs[0];
    const auto rank = static_cast<int64_t>(type.shape.dims.size());
    const int64_t keep = context.attributes.integer("keep", 0, 0);
    if (keep > rank)
      context.attributes.fail("expected keep to be at most " + std::to_string(rank) +
                              ", the dimensions of an item");
    std::vector<int64_t> axes;
    for (int64_t axis = keep; axis < rank; ++axis) axes.push_back(axis + (type.once ? 0 : 1));
    type.shape.dims.resize(static_cast<size_t>(keep));
    return makeValueFunction(type, [axes, reduce](const Tensors& inputs, const Moment&) {
      const at::Tensor x = precise(inputs[0]);
      return axes.empty() ? x : reduce(x, axes);
    });
  };
}

// Over the items of a batch, each value for itself.
ValueFactory ofBatch(at::Tensor (*reduce)(const at::Tensor&)) {
  return [reduce](ValueContext& context) {
    context.expectReal(1, "one value");
    ValueType type = context.inputs[0];
    if (type.once) context.attributes.fail("expected a value of every item, got one for the batch");
    type.once = true;
    type.items = type.of = 1;
    return makeValueFunction(
        type, [reduce](const Tensors& inputs, const Moment&) { return reduce(precise(inputs[0])); });
  };
}

// Over all values of all items.
std::unique_ptr<ValueOperator> deviation(ValueContext& context) {
  context.expectReal(1, "one value");
  ValueType type;
  type.once = true;
  return makeValueFunction(type,
                           [](const Tensors& inputs, const Moment&) { return precise(inputs[0]).std(); });
}

// The cross-entropy of logits [classes] and a label, or probabilities of the classes, an item. By these it is
// not differentiated.
std::unique_ptr<ValueOperator> crossEntropy(ValueContext& context) {
  const auto& inputs = context.inputs;
  const bool fits = inputs.size() == 2 && !inputs[0].shape.isLabel() && inputs[0].shape.dims.size() == 1 &&
                    inputs[0].sameItems(inputs[1]) && !inputs[0].once && !inputs[1].once;
  if (!fits) context.attributes.fail("expected logits of shape [classes], and a label or probabilities");
  const ValueShape& target = inputs[1].shape;
  if (target.isLabel() ? inputs[0].shape.dims[0] != target.classes : inputs[0].shape.dims != target.dims) {
    context.attributes.fail("expected as many logits as classes, got " + describe(inputs[0].shape) + " and " +
                            describe(target));
  }
  ValueType type = inputs[0];
  type.shape.dims.clear();
  return makeValueFunction(type, [](const Tensors& tensors, const Moment&) {
    const at::Tensor logits = precise(tensors[0]);
    const at::Tensor target = tensors[1].detach();
    return at::cross_entropy_loss(logits,
                                  target.is_floating_point() ? target.to(logits.scalar_type()) : target, {},
                                  at::Reduction::None);
  });
}

// The index of the greatest of [classes], as a label.
std::unique_ptr<ValueOperator> argmax(ValueContext& context) {
  context.expectReal(1, "one value");
  ValueType type = context.inputs[0];
  if (type.once || type.shape.dims.size() != 1)
    context.attributes.fail("expected a value of shape [classes], got " + describe(type));
  type.shape = {{}, type.shape.dims[0]};
  return makeValueFunction(type, [](const Tensors& inputs, const Moment&) { return inputs[0].argmax(1); });
}

// 1 where two labels are equal, else 0.
std::unique_ptr<ValueOperator> equal(ValueContext& context) {
  const auto& inputs = context.inputs;
  if (inputs.size() != 2 || !inputs[0].shape.isLabel() || !inputs[1].shape.isLabel() ||
      !inputs[0].sameItems(inputs[1]))
    context.attributes.fail("expected two labels");
  ValueType type = inputs[0];
  type.shape = {};
  return makeValueFunction(type, [](const Tensors& tensors, const Moment&) {
    return at::eq(tensors[0], tensors[1]).to(at::kFloat);
  });
}

}  // namespace

void registerReductions(ValueRegistry& registry) {
  registry["sum"] = ofItem([](const at::Tensor& x, at::IntArrayRef axes) { return x.sum(axes); });
  registry["mean"] = ofItem([](const at::Tensor& x, at::IntArrayRef axes) { return x.mean(axes); });
  registry["norm"] =
      ofItem([](const at::Tensor& x, at::IntArrayRef axes) { return at::linalg_vector_norm(x, 2, axes); });
  registry["batchMean"] = ofBatch([](const at::Tensor& x) { return x.mean(0); });
  registry["batchDeviation"] = ofBatch([](const at::Tensor& x) { return x.std(0, /*unbiased=*/false); });
  registry["deviation"] = deviation;
  registry["crossEntropy"] = crossEntropy;
  registry["argmax"] = argmax;
  registry["equal"] = equal;
}

}  // namespace ganode
