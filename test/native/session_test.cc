// The core at work without Node: graphs, steps, sampling, saving and loading. Numbers are proven in
// test/reference; here every path runs under the sanitizers.
#include "step/session.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "error.h"
#include "step/network.h"
#include "temporary.h"

namespace {

using ganode::Session;

const char* const kRecipe = R"({
  "latentSize": 3, "batch": 4, "accumulation": 2, "discriminatorSteps": 2, "generatorSteps": 2, "threads": 1, "seed": 7,
  "loss": {"kind": "nonSaturating"}, "ema": {"halfLife": 100},
  "optimizers": {"generator": {"kind": "adam", "learningRate": 0.001}, "discriminator": {"kind": "rmsprop", "learningRate": 0.001}},
  "models": {
    "generator": {"version": 1, "inputs": {"z": {"shape": [3]}, "label": {"classes": 2}}, "outputs": {"image": "image"}, "nodes": [
      {"name": "e", "op": "embedding", "inputs": ["label"], "units": 2},
      {"name": "c", "op": "concat", "inputs": ["z", "e"]},
      {"name": "d", "op": "dense", "inputs": ["c"], "units": 8, "initializer": "orthogonal"},
      {"name": "r", "op": "reshape", "inputs": ["d"], "shape": [2, 2, 2]},
      {"name": "u", "op": "convTranspose2d", "inputs": ["r"], "filters": 4, "kernel": 5, "stride": 2, "padding": "same"},
      {"name": "b", "op": "batchNorm", "inputs": ["u"]},
      {"name": "a", "op": "silu", "inputs": ["b"]},
      {"name": "v", "op": "conv2d", "inputs": ["a"], "filters": 1, "kernel": 4, "padding": "same"},
      {"name": "image", "op": "tanh", "inputs": ["v"]}]},
    "discriminator": {"version": 1, "inputs": {"image": {"shape": [1, 4, 4]}}, "outputs": {"logits": "l"}, "nodes": [
      {"name": "n", "op": "layerNorm", "inputs": ["image"]},
      {"name": "f", "op": "flatten", "inputs": ["n"]},
      {"name": "m", "op": "dense", "inputs": ["f"], "units": 6, "frozen": true},
      {"name": "x", "op": "maxout", "inputs": ["m"], "pieces": 2},
      {"name": "o", "op": "dropout", "inputs": ["x"]},
      {"name": "l", "op": "dense", "inputs": ["o"], "units": 1}]}
  }})";

std::unique_ptr<Session> makeSession() {
  return std::make_unique<Session>(ganode::parseSessionOptions(kRecipe));
}

ganode::RunData makeData(int64_t steps) {
  const int64_t items = steps * 2 * 2 * 4;
  ganode::RunData data;
  data.steps = steps;
  data.images = at::arange(items * 16, at::kLong).remainder(256).to(at::kByte);
  data.labels = at::arange(items, at::kInt).remainder(2).to(at::kInt);
  return data;
}

bool never() { return false; }

std::map<std::string, at::Tensor> weightsOf(const Session& session) {
  std::map<std::string, at::Tensor> copies;
  for (const auto& [name, tensor] : session.tensors()) copies[name] = tensor.detach().clone();
  return copies;
}

bool same(const std::map<std::string, at::Tensor>& a, const std::map<std::string, at::Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, tensor] : a) {
    if (!at::equal(tensor, b.at(name))) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a session trains, and the same seed gives the same bits") {
  const auto one = makeSession();
  const auto two = makeSession();
  const auto before = weightsOf(*one);
  const ganode::RunResult result = one->run(makeData(3), never);
  CHECK(result.completed == 3);
  CHECK(result.values.size() == 3 * result.columns.size());
  two->run(makeData(3), never);
  CHECK(same(weightsOf(*one), weightsOf(*two)));
  const auto after = weightsOf(*one);
  CHECK_FALSE(at::equal(before.at("generator.d.weight"), after.at("generator.d.weight")));
  CHECK(at::equal(before.at("discriminator.m.weight"), after.at("discriminator.m.weight")));  // frozen
}

TEST_CASE("a recipe is steady where nothing that a step does follows the time") {
  const auto isSteady = [](const std::function<void(nlohmann::json&)>& change) {
    nlohmann::json recipe = nlohmann::json::parse(kRecipe);
    change(recipe);
    return ganode::parseSessionOptions(recipe.dump()).steady;
  };
  const nlohmann::json line = {{"schedule", "linear"}, {"from", 1}, {"to", 0.5}, {"images", 100}};
  CHECK(isSteady([](auto&) {}));
  CHECK(isSteady([&](auto& recipe) { recipe["ema"]["halfLife"] = line; }));
  CHECK(isSteady([](auto& recipe) { recipe["penalties"] = {{{"kind", "r1"}, {"weight", 1}}}; }));
  CHECK_FALSE(isSteady([&](auto& recipe) { recipe["penalties"] = {{{"kind", "r1"}, {"weight", line}}}; }));
  CHECK_FALSE(isSteady([](auto& recipe) { recipe["penalties"] = {{{"kind", "r1"}, {"interval", 16}}}; }));
  CHECK_FALSE(isSteady([&](auto& recipe) { recipe["optimizers"]["generator"]["learningRate"] = line; }));
  CHECK_FALSE(isSteady([&](auto& recipe) { recipe["optimizers"]["generator"]["betas"] = {0, line}; }));
  CHECK_FALSE(isSteady([&](auto& recipe) { recipe["loss"]["topK"] = line; }));
  CHECK_FALSE(isSteady([](auto& recipe) { recipe["augment"] = {{"kind", "diffAugment"}}; }));
}

TEST_CASE("a cancelled run stops between steps") {
  const auto session = makeSession();
  int asked = 0;
  // Asked once before the data is looked at, then before each step.
  const ganode::RunResult result = session->run(makeData(5), [&] { return ++asked > 3; });
  CHECK(result.completed == 2);
}

TEST_CASE("a checkpoint holds all that training needs") {
  const ganode::test::TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  const auto one = makeSession();
  one->run(makeData(2), never);
  ganode::Metadata metadata;
  metadata["ganode.recipe"] = kRecipe;
  one->save(path, metadata);
  one->run(makeData(2), never);

  const auto two = makeSession();
  two->load(path);
  two->run(makeData(2), never);
  CHECK(same(weightsOf(*one), weightsOf(*two)));

  ganode::SampleOptions options;
  options.count = 3;
  options.labels = at::tensor({0, 1, 1}, at::kLong);
  options.truncation = 0.5;
  const auto three = makeSession();
  three->load(path);
  const ganode::Network network = ganode::Network::open(path, {});
  CHECK(at::equal(three->sample(options), network.sample(options)));
}

TEST_CASE("data that does not fit is refused, and the session goes on") {
  const auto session = makeSession();
  ganode::RunData data = makeData(2);
  data.steps = 3;
  CHECK_THROWS_AS(session->run(data, never), ganode::Error);
  data = makeData(1);
  data.labels = at::Tensor();
  CHECK_THROWS_AS(session->run(data, never), ganode::Error);
  data = makeData(1);
  data.labels = at::full({16}, 9, at::kInt);
  CHECK_THROWS_AS(session->run(data, never), ganode::Error);
  CHECK(session->run(makeData(1), never).completed == 1);
}

TEST_CASE("gradients of a network are there for inputs and weights") {
  const ganode::GraphSpec spec = ganode::parseGraph(std::string(
      R"({"version": 1, "inputs": {"x": {"shape": [2, 4, 4]}}, "outputs": {"y": "s"}, "nodes": [
        {"name": "c", "op": "conv2d", "inputs": ["x"], "filters": 2, "kernel": 3, "padding": 1, "groups": 2},
        {"name": "u", "op": "upsample", "inputs": ["c"], "mode": "bilinear"},
        {"name": "p", "op": "maxPool", "inputs": ["u"], "kernel": 2},
        {"name": "j", "op": "add", "inputs": ["p", "x"]},
        {"name": "s", "op": "globalAvgPool", "inputs": ["j"]}]})"));
  ganode::NetworkOptions options;
  options.dtype = at::kDouble;
  ganode::Network network(spec, options);
  const at::Tensor x = at::ones({3, 2, 4, 4}, at::kDouble);
  const auto result = network.forward({{"x", x}}, true, {{"y", at::ones({3, 2}, at::kDouble)}});
  CHECK(result.gradients.size() == 3);
  CHECK(result.gradients.at("c.bias").sizes() == at::IntArrayRef({2}));
}
