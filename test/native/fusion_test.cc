// Nodes that work together (graph/fusion.cc): the values and derivatives of each by itself.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include "device/device.h"
#include "graph/graph.h"
#include "step/latent.h"

namespace {

using namespace ganode;

// Every layer that gives its memory away and every activation that writes over its input.
constexpr const char* kNetwork = R"({"version": 1, "inputs": {"x": {"shape": [32, 8, 8]}},
  "outputs": {"y": "o", "middle": "a2"}, "nodes": [
  {"name": "c1", "op": "conv2d", "inputs": ["x"], "filters": 32, "kernel": 4, "stride": 2, "padding": 1},
  {"name": "a1", "op": "leakyRelu", "inputs": ["c1"]},
  {"name": "c2", "op": "convTranspose2d", "inputs": ["a1"], "filters": 32, "kernel": 4, "stride": 2,
   "padding": 1, "bias": false},
  {"name": "n2", "op": "batchNorm", "inputs": ["c2"]},
  {"name": "a2", "op": "relu", "inputs": ["n2"]},
  {"name": "c3", "op": "conv2d", "inputs": ["a2"], "filters": 16, "kernel": 5, "padding": 2},
  {"name": "n3", "op": "batchNorm", "inputs": ["c3"], "affine": false},
  {"name": "a3", "op": "tanh", "inputs": ["n3"]},
  {"name": "f", "op": "flatten", "inputs": ["a3"]},
  {"name": "d", "op": "dense", "inputs": ["f"], "units": 4},
  {"name": "o", "op": "sigmoid", "inputs": ["d"]}]})";

struct Network {
  Graph graph{parseGraph(nlohmann::json::parse(kNetwork))};
  std::map<std::string, at::Tensor> tensors;
  at::Tensor x;

  Network() {
    at::Generator random = makeGenerator(3);
    graph.materialize(at::kCPU, at::kDouble, random);
    const at::NoGradGuard noGrad;
    for (auto& [name, tensor] : graph.tensors()) {
      // Nothing is 0 or 1, and variances are positive.
      if (tensor.dim() == 1) tensor.uniform_(0.5, 1.5, random);
      tensors[name] = tensor;
    }
    x = at::empty({5, 32, 8, 8}, at::kDouble).normal_(0, 1, random);
  }

  at::Tensor operator[](const std::string& name) const { return tensors.at(name); }

  // What the graph says, one ATen function after the other.
  Values slowly(const at::Tensor& input, bool training) const {
    const Network& n = *this;
    const auto normalize = [&](const at::Tensor& value, const std::string& node, bool affine) {
      return at::batch_norm(value, affine ? std::optional(n[node + ".weight"]) : std::nullopt,
                            affine ? std::optional(n[node + ".bias"]) : std::nullopt,
                            n[node + ".runningMean"].clone(), n[node + ".runningVar"].clone(), training, 0.1,
                            1e-5, true);
    };
    at::Tensor h = at::leaky_relu(at::conv2d(input, n["c1.weight"], n["c1.bias"], 2, 1), 0.2);
    h = at::conv_transpose2d(h, n["c2.weight"], {}, 2, 1);
    const at::Tensor middle = at::relu(normalize(h, "n2", true));
    h = at::conv2d(middle, n["c3.weight"], n["c3.bias"], 1, 2);
    h = at::tanh(normalize(h, "n3", false)).flatten(1);
    return {{"middle", middle}, {"y", at::sigmoid(at::linear(h, n["d.weight"], n["d.bias"]))}};
  }
};

void expectEqual(const at::Tensor& got, const at::Tensor& wanted) {
  REQUIRE(got.sizes() == wanted.sizes());
  CHECK((got - wanted).abs().max().item<double>() <= 1e-11 * (1 + wanted.abs().max().item<double>()));
}

// The outputs, the gradients of a function of them by the input and all weights, and those of a function of
// these.
std::vector<at::Tensor> derivatives(const Network& network, const at::Tensor& x, const Values& outputs) {
  std::vector<at::Tensor> moved = {x};
  for (const auto& [name, tensor] : network.graph.trainable()) moved.push_back(tensor);
  const at::Tensor loss = outputs.at("y").square().sum() + outputs.at("middle").sin().sum();
  std::vector<at::Tensor> all = torch::autograd::grad({loss}, moved, {}, std::nullopt, true);
  at::Tensor energy = at::zeros({}, at::kDouble);
  for (const at::Tensor& one : all) energy = energy + one.square().sum();
  for (const at::Tensor& one : torch::autograd::grad({energy}, moved)) all.push_back(one);
  all.push_back(outputs.at("y").detach());
  all.push_back(outputs.at("middle").detach());
  return all;
}

TEST_CASE("activations over the memory of their input have the same derivatives, first and second") {
  Network network;
  at::Generator random = makeGenerator(1);
  const at::Tensor x = network.x.set_requires_grad(true);
  const auto expected = derivatives(network, x, network.slowly(x, true));
  const auto got = derivatives(network, x, network.graph.forward({{"x", x}}, Mode{true, &random}));
  REQUIRE(got.size() == expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    expectEqual(got[i], expected[i]);
  }
}

TEST_CASE("a value that others read too is not written over") {
  Graph graph(parseGraph(nlohmann::json::parse(R"({"version": 1, "inputs": {"x": {"shape": [2]}},
    "outputs": {"y": "s", "d": "d1"}, "nodes": [
    {"name": "d0", "op": "dense", "inputs": ["x"], "units": 2, "bias": false},
    {"name": "r0", "op": "relu", "inputs": ["d0"]},
    {"name": "s", "op": "add", "inputs": ["d0", "r0"]},
    {"name": "d1", "op": "dense", "inputs": ["x"], "units": 2, "bias": false},
    {"name": "r1", "op": "relu", "inputs": ["d1"]},
    {"name": "r2", "op": "relu", "inputs": ["x"]}]})")));
  at::Generator random = makeGenerator(1);
  graph.materialize(at::kCPU, at::kDouble, random);
  const at::NoGradGuard noGrad;
  for (auto& [name, tensor] : graph.tensors()) tensor.copy_(at::eye(2, at::kDouble));
  const at::Tensor x = at::tensor({-3.0, 2.0}, at::kDouble).unsqueeze(0);
  const Values outputs = graph.forward({{"x", x}}, Mode{});
  CHECK(at::equal(outputs.at("y"), at::tensor({-3.0, 4.0}, at::kDouble).unsqueeze(0)));
  CHECK(at::equal(outputs.at("d"), at::tensor({-3.0, 2.0}, at::kDouble).unsqueeze(0)));
  CHECK(x[0][0].item<double>() == -3);
}

TEST_CASE("in evaluation batch normalization within the weights before it has the same values") {
  const Network network;
  const at::NoGradGuard noGrad;
  // Of one image the outputs are fewer than the weights: nothing is folded.
  for (const int64_t items : {1, 5}) {
    CAPTURE(items);
    const at::Tensor x = network.x.narrow(0, 0, items);
    const Values expected = network.slowly(x, false);
    for (const auto& [name, value] : network.graph.forward({{"x", x}}, Mode{})) {
      CAPTURE(name);
      expectEqual(value, expected.at(name));
    }
  }
}

}  // namespace
