// Every autoencoding procedure at work without Node, and what it refuses. Numbers are proven in
// test/reference/autoencoders.test.ts; here every path runs under the sanitizers.
#include "step/autoencoding.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "error.h"
#include "step/autoencoder.h"
#include "step/session.h"
#include "temporary.h"

namespace {

using ganode::Session;
using nlohmann::json;

json node(const std::string& name, const std::string& op, const json& inputs, json more = json::object()) {
  more.update({{"name", name}, {"op", op}, {"inputs", inputs}});
  return more;
}

json graph(const json& inputs, const json& nodes, const json& outputs) {
  return {{"version", 1}, {"inputs", inputs}, {"nodes", nodes}, {"outputs", outputs}};
}

json dense(const std::string& name, const std::string& input, int units) {
  return node(name, "dense", {input}, {{"units", units}});
}

json encoderOf(const std::string& kind) {
  const json image = {{"image", {{"shape", {1, 2, 2}}}}};
  const json flat = node("f", "flatten", {"image"});
  if (kind == "avb") {
    json inputs = image;
    inputs["noise"] = {{"shape", {2}}};
    return graph(inputs, {flat, dense("n", "noise", 4), node("a", "add", {"f", "n"}), dense("c", "a", 3)},
                 {{"code", "c"}});
  }
  return graph(image, {flat, dense("m", "f", 3), dense("v", "f", 3)}, {{"mean", "m"}, {"logVariance", "v"}});
}

json discriminatorOf(const std::string& kind) {
  const json image = {{"shape", {1, 2, 2}}};
  const json z = {{"shape", {3}}};
  if (kind == "aae") return graph({{"z", z}}, json::array({dense("l", "z", 1)}), {{"logits", "l"}});
  if (kind == "avb") {
    return graph({{"image", image}, {"z", z}},
                 {node("f", "flatten", {"image"}), node("b", "concat", {"f", "z"}), dense("l", "b", 1)},
                 {{"logits", "l"}});
  }
  return graph({{"image", image}}, {node("f", "flatten", {"image"}), dense("h", "f", 5), dense("l", "h", 1)},
               {{"logits", "l"}, {"features", "h"}});
}

json recipeOf(const std::string& kind) {
  const json adam = {{"kind", "adam"}, {"learningRate", 0.01}};
  const json generator = graph(
      {{"z", {{"shape", {3}}}}},
      {dense("d", "z", 4), node("r", "reshape", {"d"}, {{"shape", {1, 2, 2}}}), node("image", "tanh", {"r"})},
      {{"image", "image"}, {"logits", "r"}});
  json recipe = {{"latentSize", 3},
                 {"batch", 4},
                 {"accumulation", 2},
                 {"threads", 1},
                 {"seed", 7},
                 {"ema", {{"decay", 0.9}}},
                 {"autoencoding", {{"kind", kind}, {"likelihood", {{"kind", "bernoulli"}}}}},
                 {"optimizers", {{"generator", adam}, {"encoder", adam}}},
                 {"models", {{"generator", generator}, {"encoder", encoderOf(kind)}}}};
  if (kind != "vae") {
    recipe["models"]["discriminator"] = discriminatorOf(kind);
    recipe["optimizers"]["discriminator"] = adam;
  }
  if (kind == "vaeGan" || kind == "aae") recipe["loss"] = {{"kind", "nonSaturating"}};
  return recipe;
}

std::unique_ptr<Session> make(const json& recipe) {
  return std::make_unique<Session>(ganode::parseSessionOptions(recipe.dump()));
}

ganode::RunData makeData(int64_t steps) {
  ganode::RunData data;
  data.steps = steps;
  data.images = at::arange(steps * 8 * 4, at::kLong).mul(37).remainder(256).to(at::kByte);
  return data;
}

bool never() { return false; }

std::map<std::string, at::Tensor> weightsOf(const Session& session) {
  std::map<std::string, at::Tensor> copies;
  for (const auto& [name, tensor] : session.tensors()) copies[name] = tensor.detach().clone();
  return copies;
}

void checkSame(const std::map<std::string, at::Tensor>& a, const std::map<std::string, at::Tensor>& b) {
  REQUIRE(a.size() == b.size());
  for (const auto& [name, tensor] : a) {
    CAPTURE(name);
    CHECK(at::equal(tensor, b.at(name)));
  }
}

std::string refusal(const json& recipe) {
  try {
    make(recipe);
  } catch (const ganode::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every procedure trains all of its networks, and goes on from a checkpoint to the same bits") {
  for (const std::string kind : {"vae", "vaeGan", "aae", "avb"}) {
    CAPTURE(kind);
    const json recipe = recipeOf(kind);
    const auto whole = make(recipe);
    const auto before = weightsOf(*whole);
    const ganode::RunResult result = whole->run(makeData(2), never);
    CHECK(result.values.size() == 2 * result.columns.size());
    for (const auto& [name, tensor] : weightsOf(*whole)) {
      CAPTURE(name);
      CHECK_FALSE(at::equal(tensor, before.at(name)));
    }
    const ganode::test::TemporaryFolder folder;
    const std::string file = folder / "checkpoint.safetensors";
    whole->save(file, {{"ganode.recipe", recipe.dump()}});
    const auto other = make(recipe);
    other->load(file);
    whole->run(makeData(1), never);
    other->run(makeData(1), never);
    checkSame(weightsOf(*whole), weightsOf(*other));

    const auto autoencoder = ganode::Autoencoder::open(file, {});
    ganode::EncodeOptions options;
    options.images = at::arange(20, at::kLong).mul(11).to(at::kByte).view({5, 1, 2, 2});
    options.batch = 2;
    CHECK(autoencoder.encode(options).sizes() == at::IntArrayRef({5, 3}));
    CHECK(autoencoder.reconstruct(options, true).sizes() == options.images.sizes());
    const ganode::Bound bound = autoencoder.bound(options);
    CHECK(bound.reconstruction.sizes() == at::IntArrayRef({5}));
    CHECK(bound.kl.sizes() == at::IntArrayRef({5}));
    options.images = options.images.view({5, 1, 1, 4});
    CHECK_THROWS_AS(autoencoder.encode(options), ganode::Error);
  }
}

TEST_CASE("networks that do not fit a procedure") {
  json recipe = recipeOf("vae");
  recipe["models"]["encoder"]["outputs"].erase("logVariance");
  CHECK(refusal(recipe) == "encoder: expected an output \"logVariance\"");
  recipe = recipeOf("vae");
  recipe["models"]["generator"]["outputs"].erase("logits");
  CHECK(refusal(recipe) == "generator: expected an output \"logits\"");
  recipe = recipeOf("vaeGan");
  recipe["models"]["discriminator"]["outputs"].erase("features");
  CHECK(refusal(recipe) == "discriminator: expected an output \"features\"");
  recipe = recipeOf("aae");
  recipe["models"]["discriminator"] = discriminatorOf("vaeGan");
  CHECK(refusal(recipe) == "discriminator: expected an input \"z\"");
  recipe = recipeOf("avb");
  recipe["models"]["encoder"] = graph({{"image", {{"shape", {1, 2, 2}}}}},
                                      {node("f", "flatten", {"image"}), dense("c", "f", 3)}, {{"code", "c"}});
  CHECK(refusal(recipe) == "encoder: expected an input \"noise\": without one its posterior is a point");
  recipe = recipeOf("vae");
  recipe["latentSize"] = 4;
  CHECK(refusal(recipe) == "generator: expected the input z to be [latentSize] = [4], got [3]");
  recipe = recipeOf("vae");
  recipe["discriminatorSteps"] = 2;
  CHECK(refusal(recipe).find("expected discriminatorSteps") != std::string::npos);
}
