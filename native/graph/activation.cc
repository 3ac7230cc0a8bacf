// Activations: no weights, one function each.
#include <ATen/ATen.h>

#include "graph/operator.h"

namespace ganode {
namespace {

using Inputs = const std::vector<at::Tensor>&;

// An activation without attributes.
Factory plain(at::Tensor (*function)(const at::Tensor&)) {
  return [function](NodeContext& node) {
    return makeFunction(node.input(), [function](Inputs inputs) { return function(inputs[0]); });
  };
}

// The same for one whose gradient follows from its output: it may be written over its input.
Factory plain(at::Tensor (*function)(const at::Tensor&), at::Tensor& (*inPlace)(at::Tensor&)) {
  return [=](NodeContext& node) {
    return makeFunction(
        node.input(), [=](Inputs inputs) { return function(inputs[0]); },
        [=](Inputs inputs) {
          at::Tensor x = inputs[0];
          return inPlace(x);
        });
  };
}

std::unique_ptr<Operator> leakyRelu(NodeContext& node) {
  const double slope = node.attributes.number("negativeSlope", 0, 1, 0.2);
  return makeFunction(
      node.input(), [slope](Inputs inputs) { return at::leaky_relu(inputs[0], slope); },
      [slope](Inputs inputs) {
        at::Tensor x = inputs[0];
        return at::leaky_relu_(x, slope);
      });
}

std::unique_ptr<Operator> gelu(NodeContext& node) {
  const std::string approximate = node.attributes.choice("approximate", {"none", "tanh"}, "none");
  return makeFunction(node.input(),
                      [approximate](Inputs inputs) { return at::gelu(inputs[0], approximate); });
}

// Goodfellow et al. 2013: the maximum over groups of neighbouring features (or channels).
std::unique_ptr<Operator> maxout(NodeContext& node) {
  Dims dims = node.input(1, 3);
  const int64_t pieces = node.attributes.integer("pieces", 1);
  if (dims[0] % pieces != 0) {
    node.attributes.fail("expected pieces to divide " + std::to_string(dims[0]) + " features, got " +
                         std::to_string(pieces));
  }
  dims[0] /= pieces;
  return makeFunction(std::move(dims), [pieces](Inputs inputs) {
    const at::Tensor grouped = inputs[0].unflatten(1, {inputs[0].size(1) / pieces, pieces});
    return std::get<0>(grouped.max(2));
  });
}

}  // namespace

void registerActivation(Registry& registry) {
  registry["relu"] = plain(at::relu, at::relu_);
  registry["tanh"] = plain(at::tanh, at::tanh_);
  registry["sigmoid"] = plain(at::sigmoid, at::sigmoid_);
  registry["silu"] = plain(at::silu);
  registry["softplus"] = plain([](const at::Tensor& x) { return at::softplus(x); });
  registry["leakyRelu"] = leakyRelu;
  registry["gelu"] = gelu;
  registry["maxout"] = maxout;
}

}  // namespace ganode
