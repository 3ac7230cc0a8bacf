// The weight options of native/graph/weight.h: how they start, what moves them and what does not. Their
// values are proven in test/reference, their derivatives in second_order_test.cc.
#include "graph/weight.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include "error.h"
#include "graph/graph.h"
#include "step/latent.h"
#include "step/session.h"
#include "temporary.h"

namespace {

using ganode::Graph;
using ganode::Mode;

constexpr const char* kSpectral = R"("op": "conv2d", "filters": 6, "kernel": 3, "spectralNorm": true)";

Graph graphOf(const std::string& node, uint64_t seed, at::ScalarType dtype = at::kDouble) {
  Graph graph(
      ganode::parseGraph(R"({"version": 1, "inputs": {"x": {"shape": [4, 5, 5]}}, "outputs": {"y": "n"},
    "nodes": [{"name": "n", "inputs": ["x"], )" +
                         node + "}]}"));
  at::Generator random = ganode::makeGenerator(seed);
  graph.materialize(at::kCPU, dtype, random);
  return graph;
}

at::Tensor slotOf(const Graph& graph, const std::string& name) {
  for (const auto& [key, tensor] : graph.tensors()) {
    if (key == "n." + name) return tensor.detach();
  }
  return {};
}

at::Tensor images() { return at::linspace(-1, 1, 200, at::kDouble).sin().view({2, 4, 5, 5}); }

at::Tensor run(const Graph& graph, bool training) {
  at::Generator random = ganode::makeGenerator(1);
  return graph.forward({{"x", images()}}, Mode{training, &random}).at("y");
}

std::map<std::string, at::Tensor> copies(const ganode::Session& session) {
  std::map<std::string, at::Tensor> all;
  for (const auto& [name, tensor] : session.tensors()) all[name] = tensor.detach().clone();
  return all;
}

constexpr const char* kRecipe = R"({
  "latentSize": 3, "batch": 4, "accumulation": 1, "discriminatorSteps": 1, "generatorSteps": 1, "threads": 1, "seed": 7,
  "loss": {"kind": "nonSaturating"}, "ema": {"halfLife": 100},
  "optimizers": {"generator": {"kind": "adam", "learningRate": 0.001}, "discriminator": {"kind": "adam", "learningRate": 0.001}},
  "models": {
    "generator": {"version": 1, "inputs": {"z": {"shape": [3]}}, "outputs": {"image": "r"}, "nodes": [
      {"name": "d", "op": "dense", "inputs": ["z"], "units": 4, "spectralNorm": true},
      {"name": "r", "op": "reshape", "inputs": ["d"], "shape": [1, 2, 2]}]},
    "discriminator": {"version": 1, "inputs": {"image": {"shape": [1, 2, 2]}}, "outputs": {"logits": "l"}, "nodes": [
      {"name": "c", "op": "conv2d", "inputs": ["image"], "filters": 3, "kernel": 2, "spectralNorm": true},
      {"name": "f", "op": "flatten", "inputs": ["c"]},
      {"name": "l", "op": "dense", "inputs": ["f"], "units": 1, "equalized": true}]}
  }})";

ganode::RunData batches(int64_t steps) {
  ganode::RunData data;
  data.steps = steps;
  data.images = at::arange(steps * 16, at::kLong).remainder(256).to(at::kByte);
  return data;
}

}  // namespace

TEST_CASE("spectral vectors start warm, of length 1, and alike for one seed") {
  const Graph one = graphOf(kSpectral, 3);
  const Graph two = graphOf(kSpectral, 3);
  const Graph three = graphOf(kSpectral, 4);
  for (const char* name : {"weight", "bias", "spectralU", "spectralV"}) {
    CHECK(at::equal(slotOf(one, name), slotOf(two, name)));
  }
  CHECK_FALSE(at::equal(slotOf(one, "spectralU"), slotOf(three, "spectralU")));
  const at::Tensor u = slotOf(one, "spectralU");
  const at::Tensor v = slotOf(one, "spectralV");
  CHECK(u.norm().item<double>() == doctest::Approx(1));
  CHECK(v.norm().item<double>() == doctest::Approx(1));
  const at::Tensor matrix = slotOf(one, "weight").reshape({6, 36});
  const double sigma = at::dot(u, matrix.mv(v)).item<double>();
  CHECK(sigma == doctest::Approx(at::linalg_svdvals(matrix)[0].item<double>()).epsilon(0.05));
  CHECK(at::equal(run(one, true), run(two, true)));
}

TEST_CASE("spectral vectors move in training, converge, and stay in evaluation") {
  const Graph graph = graphOf(kSpectral, 5);
  const at::Tensor before = slotOf(graph, "spectralU").clone();
  const at::Tensor first = run(graph, false);
  CHECK(at::equal(run(graph, false), first));
  CHECK(at::equal(slotOf(graph, "spectralU"), before));
  run(graph, true);
  CHECK_FALSE(at::equal(slotOf(graph, "spectralU"), before));
  for (int i = 0; i < 500; ++i) run(graph, true);
  const at::Tensor matrix = slotOf(graph, "weight").reshape({6, 36});
  const double sigma =
      at::dot(slotOf(graph, "spectralU"), matrix.mv(slotOf(graph, "spectralV"))).item<double>();
  CHECK(sigma == doctest::Approx(at::linalg_svdvals(matrix)[0].item<double>()).epsilon(1e-9));
}

TEST_CASE("a later forward pass leaves the gradient of an earlier one as it was") {
  const Graph graph = graphOf(kSpectral, 6);
  const Graph other = graphOf(kSpectral, 6);
  const at::Tensor weight = graph.trainable()[0].second;
  const at::Tensor early = run(graph, true).square().sum();
  run(graph, true);
  const at::Tensor gradient = torch::autograd::grad({early}, {weight})[0];
  const at::Tensor alone =
      torch::autograd::grad({run(other, true).square().sum()}, {other.trainable()[0].second})[0];
  CHECK(at::equal(gradient, alone));
}

TEST_CASE("equalized weights start with standard deviation 1 / multiplier; an initializer wins") {
  const std::string dense = R"("op": "conv2d", "filters": 200, "kernel": 5, "equalized": true)";
  CHECK(slotOf(graphOf(dense, 1), "weight").std().item<double>() == doctest::Approx(1).epsilon(0.02));
  const Graph slow = graphOf(dense + R"(, "learningRateMultiplier": 0.01)", 1);
  CHECK(slotOf(slow, "weight").std().item<double>() == doctest::Approx(100).epsilon(0.02));
  const Graph given = graphOf(dense + R"(, "initializer": "ones")", 1);
  CHECK(at::equal(slotOf(given, "weight"), at::ones({200, 4, 5, 5}, at::kDouble)));
}

TEST_CASE("weight options that make no sense are refused") {
  for (const char* options :
       {R"("spectralNorm": true, "equalized": true)", R"("spectralNorm": true, "initializer": "zeros")",
        R"("spectralNorm": 1)", R"("spectralNorm": true, "spectralIterations": 0)",
        R"("spectralIterations": 2)", R"("equalizedGain": 1)",
        R"("equalized": true, "learningRateMultiplier": 0)"}) {
    CHECK_THROWS_AS(graphOf(R"("op": "conv2d", "filters": 2, "kernel": 1, )" + std::string(options), 1),
                    ganode::Error);
  }
}

TEST_CASE("a checkpoint keeps the spectral vectors") {
  const ganode::test::TemporaryFolder folder;
  const auto never = [] { return false; };
  ganode::Session one(ganode::parseSessionOptions(kRecipe));
  one.run(batches(2), never);
  one.save(folder / "a.safetensors", {});
  const auto saved = copies(one);
  ganode::Session two(ganode::parseSessionOptions(kRecipe));
  CHECK_FALSE(at::equal(copies(two).at("discriminator.c.spectralU"), saved.at("discriminator.c.spectralU")));
  two.load(folder / "a.safetensors");
  for (const auto& [name, tensor] : copies(two)) CHECK(at::equal(tensor, saved.at(name)));
  CHECK(saved.contains("ema.d.spectralV"));
  one.run(batches(2), never);
  two.run(batches(2), never);
  const auto after = copies(one);
  for (const auto& [name, tensor] : copies(two)) CHECK(at::equal(tensor, after.at(name)));
}
