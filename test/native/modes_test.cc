// Operators in other modes: standing statistics, and every operator in mixed precision.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include "device/device.h"
#include "graph/graph.h"
#include "operator_cases.h"
#include "step/latent.h"

namespace {

using ganode::Graph;
using ganode::Mode;
using ganode::test::OperatorCase;

ganode::Values inputsOf(const OperatorCase& one, const Graph& graph, at::Generator& random) {
  ganode::Values inputs;
  for (const auto& [name, shape] : graph.spec().inputs) {
    ganode::Dims sizes = {one.batch};
    sizes.insert(sizes.end(), shape.dims.begin(), shape.dims.end());
    inputs[name] = shape.isLabel() ? at::arange(one.batch, at::kLong).remainder(shape.classes)
                                   : at::empty(sizes, at::kFloat).normal_(0, 1, random);
  }
  return inputs;
}

double relativeError(const at::Tensor& got, const at::Tensor& expected) {
  return ((got.to(at::kFloat) - expected).norm() / (expected.norm() + 1e-3)).item<double>();
}

}  // namespace

TEST_CASE("standing statistics are the mean over the batches") {
  const ganode::ValueShape image = {{2, 3, 3}, 0};
  for (const OperatorCase& one :
       {OperatorCase{"batchNorm", {image}}, OperatorCase{"conditionalBatchNorm", {image, {{}, 4}}}}) {
    CAPTURE(one.op);
    Graph graph(ganode::test::graphOf(one));
    at::Generator random = ganode::makeGenerator(3);
    graph.materialize(at::kCPU, at::kFloat, random);
    const at::NoGradGuard noGrad;
    at::Tensor mean = at::zeros({2});
    at::Tensor variance = at::zeros({2});
    graph.forward(inputsOf(one, graph, random), Mode{true, &random});  // to be forgotten
    constexpr int64_t kBatches = 5;
    for (int64_t i = 0; i < kBatches; ++i) {
      const ganode::Values inputs = inputsOf(one, graph, random);
      const at::Tensor& x = inputs.at("x0");
      mean += x.mean({0, 2, 3}) / kBatches;
      variance += x.transpose(0, 1).flatten(1).var(1) / kBatches;
      Mode mode{true, &random};
      mode.standing = i;
      graph.forward(inputs, mode);
    }
    CHECK(at::allclose(graph.buffers()[0].second, mean));
    CHECK(at::allclose(graph.buffers()[1].second, variance));
  }
}

TEST_CASE("every operator works in bfloat16, on float and on bfloat16 values") {
  for (const OperatorCase& one : ganode::test::operatorCases()) {
    CAPTURE(one.op);
    CAPTURE(one.attributes);
    CAPTURE(one.training);
    for (const bool narrow : {false, true}) {
      CAPTURE(narrow);
      at::Generator random = ganode::makeGenerator(7);
      Graph exact(ganode::test::graphOf(one));
      exact.materialize(at::kCPU, at::kFloat, random);
      for (const auto& [name, tensor] : exact.trainable()) tensor.detach().normal_(0.1, 0.4, random);
      Graph mixed(ganode::test::graphOf(one));
      mixed.materializeAs(exact);
      for (const auto& [name, tensor] : mixed.trainable()) tensor.set_requires_grad(true);
      ganode::Values inputs = inputsOf(one, exact, random);
      ganode::Values given;
      for (auto& [name, value] : inputs) {
        if (narrow && value.is_floating_point()) value = value.to(at::kBFloat16).to(at::kFloat);
        given[name] = narrow && value.is_floating_point() ? value.to(at::kBFloat16) : value;
      }
      at::Generator draw = ganode::makeGenerator(9);
      at::Generator again = ganode::makeGenerator(9);
      const at::Tensor expected = exact.forward(inputs, Mode{one.training, &draw}).at("y");
      at::Tensor got;
      {
        const ganode::PrecisionScope scope(true, at::kCPU);
        got = mixed.forward(given, Mode{one.training, &again}).at("y");
      }
      CHECK(relativeError(got, expected) < 0.03);
      std::vector<at::Tensor> weights;
      std::vector<at::Tensor> others;
      for (const auto& [name, tensor] : mixed.trainable()) weights.push_back(tensor);
      for (const auto& [name, tensor] : exact.trainable()) others.push_back(tensor);
      if (weights.empty()) continue;
      const auto found = torch::autograd::grad({got.to(at::kFloat).square().sum()}, weights);
      const auto wanted = torch::autograd::grad({expected.square().sum()}, others);
      for (size_t i = 0; i < found.size(); ++i) CHECK(relativeError(found[i], wanted[i]) < 0.1);
    }
  }
}
