// Operators that rearrange or join values.
#include <ATen/ATen.h>

#include "graph/operator.h"

namespace ganode {
namespace {

using Inputs = const std::vector<at::Tensor>&;

std::unique_ptr<Operator> reshape(NodeContext& node) {
  const Dims& from = node.input();
  const Dims to = node.attributes.dims("shape");
  if (product(from) != product(to)) {
    node.attributes.fail("cannot reshape " + describe(from) + " (" + std::to_string(product(from)) +
                         " values) to " + describe(to) + " (" + std::to_string(product(to)) + ")");
  }
  return makeFunction(to, [to](Inputs inputs) {
    Dims sizes = {inputs[0].size(0)};
    sizes.insert(sizes.end(), to.begin(), to.end());
    return inputs[0].reshape(sizes);
  });
}

std::unique_ptr<Operator> flatten(NodeContext& node) {
  return makeFunction({product(node.input())}, [](Inputs inputs) { return inputs[0].flatten(1); });
}

std::unique_ptr<Operator> repeat(NodeContext& node) {
  Dims dims = node.input();
  const int64_t count = node.attributes.integer("count", 1);
  dims.insert(dims.begin(), count);
  return makeFunction(dims, [count](Inputs inputs) {
    Dims sizes = inputs[0].sizes().vec();
    sizes.insert(sizes.begin() + 1, count);
    return inputs[0].unsqueeze(1).expand(sizes);
  });
}

void requireSeveral(const NodeContext& node) {
  if (node.inputs.size() < 2) node.attributes.fail("expected two or more inputs, got 1");
  for (const ValueShape& input : node.inputs) {
    if (input.isLabel()) node.attributes.fail("expected real values, got " + describe(input));
  }
}

std::unique_ptr<Operator> concat(NodeContext& node) {
  requireSeveral(node);
  const int64_t axis = node.attributes.integer("axis", 0, 0);
  const Dims& first = node.inputs[0].dims;
  Dims output = first;
  if (axis >= static_cast<int64_t>(first.size())) {
    node.attributes.fail("expected axis to be under " + std::to_string(first.size()) + ", got " +
                         std::to_string(axis));
  }
  const auto along = static_cast<size_t>(axis);
  output[along] = 0;
  for (const ValueShape& input : node.inputs) {
    Dims other = input.dims;
    if (other.size() == first.size()) {
      output[along] += other[along];
      other[along] = first[along];
    }
    if (other != first) {
      node.attributes.fail("cannot join " + describe(first) + " and " + describe(input.dims) + " on axis " +
                           std::to_string(axis));
    }
  }
  return makeFunction(output, [axis](Inputs inputs) { return at::cat(inputs, axis + 1); });
}

std::unique_ptr<Operator> slice(NodeContext& node) {
  Dims output = node.input();
  const int64_t axis = node.attributes.integer("axis", 0, 0);
  const int64_t start = node.attributes.integer("start", 0, 0);
  const int64_t length = node.attributes.integer("length", 1);
  if (axis >= static_cast<int64_t>(output.size())) {
    node.attributes.fail("expected axis to be under " + std::to_string(output.size()) + ", got " +
                         std::to_string(axis));
  }
  int64_t& size = output[static_cast<size_t>(axis)];
  if (start > size || length > size - start) {
    node.attributes.fail("expected start + length to be at most " + std::to_string(size) + ", got " +
                         std::to_string(start) + " + " + std::to_string(length));
  }
  size = length;
  return makeFunction(output, [=](Inputs inputs) { return inputs[0].narrow(axis + 1, start, length); });
}

// NumPy's broadcasting, without the batch dimension: shapes are aligned at the right.
Dims broadcast(const NodeContext& node) {
  Dims result;
  for (const ValueShape& input : node.inputs) {
    Dims dims = input.dims;
    const size_t rank = std::max(dims.size(), result.size());
    dims.insert(dims.begin(), rank - dims.size(), 1);
    result.insert(result.begin(), rank - result.size(), 1);
    for (size_t i = 0; i < rank; ++i) {
      if (dims[i] != result[i] && dims[i] != 1 && result[i] != 1) {
        node.attributes.fail("cannot broadcast " + describe(input.dims) + " with " +
                             describe(node.inputs[0].dims));
      }
      result[i] = std::max(dims[i], result[i]);
    }
  }
  return result;
}

Factory joined(at::Tensor (*function)(const at::Tensor&, const at::Tensor&)) {
  return [function](NodeContext& node) {
    requireSeveral(node);
    const Dims output = broadcast(node);
    const auto align = [rank = output.size()](const at::Tensor& value) {
      Dims sizes = {value.size(0)};
      sizes.resize(1 + rank - (static_cast<size_t>(value.dim()) - 1), 1);
      sizes.insert(sizes.end(), value.sizes().begin() + 1, value.sizes().end());
      return value.reshape(sizes);
    };
    return makeFunction(output, [function, align](Inputs inputs) {
      at::Tensor result = align(inputs[0]);
      for (size_t i = 1; i < inputs.size(); ++i) result = function(result, align(inputs[i]));
      return result;
    });
  };
}

}  // namespace

void registerShaping(Registry& registry) {
  registry["reshape"] = reshape;
  registry["flatten"] = flatten;
  registry["repeat"] = repeat;
  registry["concat"] = concat;
  registry["slice"] = slice;
  registry["add"] = joined([](const at::Tensor& a, const at::Tensor& b) { return at::add(a, b); });
  registry["multiply"] = joined([](const at::Tensor& a, const at::Tensor& b) { return at::mul(a, b); });
}

}  // namespace ganode
