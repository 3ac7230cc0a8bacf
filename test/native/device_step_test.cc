// Whole steps on another device than the CPU: their numbers, what waits for the device, and what is sent to
// it.
#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <variant>

#include "device/arithmetic.h"
#include "device/device.h"
#include "error.h"
#include "graph/upfirdn.h"
#include "step/session.h"
#include "temporary.h"
#include "test_device.h"

namespace {

using ganode::Session;
using nlohmann::json;

constexpr int64_t kBatch = 4;

const char* const kGenerator =
    R"({"version": 1, "inputs": {"z": {"shape": [3]}}, "outputs": {"image": "image"}, "nodes": [
  {"name": "d", "op": "dense", "inputs": ["z"], "units": 8},
  {"name": "r", "op": "reshape", "inputs": ["d"], "shape": [2, 2, 2]},
  {"name": "u", "op": "convTranspose2d", "inputs": ["r"], "filters": 4, "kernel": 4, "stride": 2, "padding": "same", "bias": false},
  {"name": "b", "op": "batchNorm", "inputs": ["u"]},
  {"name": "a", "op": "relu", "inputs": ["b"]},
  {"name": "v", "op": "conv2d", "inputs": ["a"], "filters": 1, "kernel": 3, "padding": "same"},
  {"name": "image", "op": "tanh", "inputs": ["v"]}]})";

const char* const kStyleGenerator = R"({"version": 1, "inputs": {"z": {"shape": [3]}},
  "outputs": {"image": "image", "styles": "m"}, "nodes": [
  {"name": "m", "op": "styleMapping", "inputs": ["z"], "units": 4, "layers": 2, "styles": 2},
  {"name": "s0", "op": "slice", "inputs": ["m"], "start": 0, "length": 1},
  {"name": "f0", "op": "flatten", "inputs": ["s0"]},
  {"name": "s1", "op": "slice", "inputs": ["m"], "start": 1, "length": 1},
  {"name": "f1", "op": "flatten", "inputs": ["s1"]},
  {"name": "k", "op": "constant", "inputs": ["z"], "shape": [4, 2, 2]},
  {"name": "c", "op": "modulatedConv2d", "inputs": ["k", "f0"], "filters": 4, "kernel": 3, "up": 2},
  {"name": "n", "op": "noise", "inputs": ["c"]},
  {"name": "a", "op": "leakyRelu", "inputs": ["n"]},
  {"name": "image", "op": "modulatedConv2d", "inputs": ["a", "f1"], "filters": 1, "kernel": 1, "demodulate": false}]})";

const char* const kDiscriminator =
    R"({"version": 1, "inputs": {"image": {"shape": [1, 4, 4]}}, "outputs": {"logits": "l"}, "nodes": [
  {"name": "h", "op": "upfirdn", "inputs": ["image"], "filter": [1, 3, 3, 1], "padding": [2, 1]},
  {"name": "c", "op": "conv2d", "inputs": ["h"], "filters": 4, "kernel": 3, "stride": 2, "padding": 1},
  {"name": "x", "op": "softplus", "inputs": ["c"]},
  {"name": "f", "op": "flatten", "inputs": ["x"]},
  {"name": "l", "op": "dense", "inputs": ["f"], "units": 1}]})";

// Trainings that ganode writes down itself are such, of more values; D's logits of fakes are drawn to the
// moving average of those of real images.
const char* const kProcedure = R"({"version": 1, "values": [
  {"name": "image", "op": "field", "field": "image"},
  {"name": "latent", "op": "latent", "of": 1},
  {"name": "pass", "op": "apply", "inputs": ["latent"], "network": "generator", "arguments": ["z"]},
  {"name": "fake", "op": "output", "inputs": ["pass"], "output": "image"},
  {"name": "onReal", "op": "apply", "inputs": ["image"], "network": "discriminator", "arguments": ["image"]},
  {"name": "real", "op": "output", "inputs": ["onReal"], "output": "logits"},
  {"name": "detached", "op": "detach", "inputs": ["fake"]},
  {"name": "onDetached", "op": "apply", "inputs": ["detached"], "network": "discriminator", "arguments": ["image"]},
  {"name": "false", "op": "output", "inputs": ["onDetached"], "output": "logits"},
  {"name": "each", "op": "mean", "inputs": ["real"]},
  {"name": "batchMean", "op": "batchMean", "inputs": ["each"]},
  {"name": "still", "op": "detach", "inputs": ["batchMean"]},
  {"name": "average", "op": "average", "inputs": ["still"], "decay": 0.9},
  {"name": "apart", "op": "subtract", "inputs": ["false", "average"]},
  {"name": "square", "op": "square", "inputs": ["apart"]},
  {"name": "toAverage", "op": "mean", "inputs": ["square"]},
  {"name": "minus", "op": "scale", "inputs": ["real"], "by": -1},
  {"name": "softplus", "op": "softplus", "inputs": ["minus"]},
  {"name": "ofReal", "op": "mean", "inputs": ["softplus"]},
  {"name": "lossOfD", "op": "add", "inputs": ["ofReal", "toAverage"]},
  {"name": "onFake", "op": "apply", "inputs": ["fake"], "network": "discriminator", "arguments": ["image"]},
  {"name": "verdict", "op": "output", "inputs": ["onFake"], "output": "logits"},
  {"name": "down", "op": "scale", "inputs": ["verdict"], "by": -1},
  {"name": "lossOfG", "op": "mean", "inputs": ["down"]}],
  "updates": [
    {"kind": "repeat", "times": 1, "updates": [{"kind": "update", "networks": ["discriminator"], "objective": "lossOfD"}]},
    {"kind": "repeat", "times": 1, "sameData": true,
     "updates": [{"kind": "update", "networks": ["generator"], "objective": "lossOfG"}]}],
  "report": {"discriminatorLoss": "lossOfD", "generatorLoss": "lossOfG"}})";

// `changes` are merged over a small GAN of images of 4×4.
json recipeOf(const std::string& device, const json& changes) {
  const json adam = {{"kind", "adam"}, {"learningRate", 0.001}, {"betas", {0.5, 0.9}}};
  json recipe = {
      {"latentSize", 3},
      {"batch", kBatch},
      {"threads", 1},
      {"seed", 7},
      {"device", device},
      {"tf32", "none"},
      {"loss", {{"kind", "nonSaturating"}}},
      {"ema", {{"halfLife", 100}}},
      {"optimizers", {{"generator", adam}, {"discriminator", adam}}},
      {"models", {{"generator", json::parse(kGenerator)}, {"discriminator", json::parse(kDiscriminator)}}}};
  recipe.merge_patch(changes);
  return recipe;
}

std::unique_ptr<Session> makeSession(const std::string& device, const json& changes = json::object()) {
  Pretended::kernel = nullptr;  // recordings launch what operators do
  return std::make_unique<Session>(ganode::parseSessionOptions(recipeOf(device, changes).dump()));
}

ganode::RunData makeData(int64_t steps) {
  ganode::RunData data;
  data.steps = steps;
  data.images = at::arange(steps * kBatch * 16, at::kLong).mul(37).remainder(256).to(at::kByte);
  return data;
}

ganode::RunResult run(Session& session, int64_t steps) {
  return session.run(makeData(steps), [] { return false; });
}

// What steps differ in.
std::vector<std::pair<std::string, json>> changes() {
  const auto penalty = [](json options) { return json{{"penalties", json::array({std::move(options)})}}; };
  const json style = {{"models", {{"generator", json::parse(kStyleGenerator)}}}};
  json pathLength =
      penalty({{"kind", "pathLength"}, {"weight", 2}, {"network", "generator"}, {"interval", 2}});
  pathLength.merge_patch(style);
  json wasserstein = penalty({{"kind", "gradientPenalty"}, {"weight", 10}});
  wasserstein["loss"] = {{"kind", "wasserstein"}};
  return {
      {"DCGAN", json::object()},
      {"WGAN-GP", wasserstein},
      {"DRAGAN", penalty({{"kind", "dragan"}, {"weight", 10}})},
      {"R1 every second step", penalty({{"kind", "r1"}, {"weight", 1}, {"interval", 2}})},
      {"LeCam", penalty({{"kind", "leCam"}, {"weight", 0.1}})},
      {"consistency", penalty({{"kind", "consistency"}, {"weight", 1}})},
      {"path length", pathLength},
      {"momentum",
       {{"optimizers",
         {{"generator", {{"kind", "sgd"}, {"learningRate", 0.01}, {"momentum", 0.5}, {"betas", nullptr}}}}}}},
      {"RMSprop",
       {{"optimizers",
         {{"discriminator", {{"kind", "rmsprop"}, {"learningRate", 0.001}, {"betas", nullptr}}}}}}},
      {"one stage", {{"update", "simultaneous"}, {"models", {{"generator", json::parse(kStyleGenerator)}}}}},
      {"a procedure", {{"loss", nullptr}, {"procedure", json::parse(kProcedure)}}},
      {"DiffAugment", {{"augment", {{"kind", "diffAugment"}}}}},
      {"ADA", {{"augment", {{"kind", "ada"}, {"speed", 40}, {"pipeline", {"blit", "geom"}}}}}}};
}

bool isComputing() { return ganode::test::deviceName() == kComputing; }

}  // namespace

TEST_CASE("on another device the numbers and weights of steps are the CPU's") {
  for (const auto& [name, change] : changes()) {
    CAPTURE(name);
    const auto expected = makeSession("cpu", change);
    const auto session = makeSession(ganode::test::deviceName(), change);
    const ganode::RunResult wanted = run(*expected, 6);
    ganode::RunResult got = run(*session, 6);
    CHECK(got.completed == 6);
    REQUIRE(got.values.size() == wanted.values.size());
    for (size_t i = 0; i < got.values.size(); ++i) {
      CAPTURE(i / got.columns.size());
      CAPTURE(got.columns[i % got.columns.size()]);
      CHECK(std::isnan(got.values[i]) == std::isnan(wanted.values[i]));
      if (!std::isnan(got.values[i])) CHECK(got.values[i] == doctest::Approx(wanted.values[i]).epsilon(1e-3));
    }
    const auto tensors = session->tensors();
    for (size_t i = 0; const auto& [of, tensor] : expected->tensors()) {
      CAPTURE(of);
      CHECK(at::allclose(tensors[i].second.detach().cpu(), tensor.detach(), 1e-3, 1e-4));
      ++i;
    }
  }
}

TEST_CASE("no step waits for the device, but for ADA's in which the probability moves") {
  if (!isComputing()) return;
  for (const auto& [name, change] : changes()) {
    CAPTURE(name);
    const auto session = makeSession(kComputing, change);
    {
      struct Unrecorded {
        Unrecorded() { Pretended::waits = true; }
        ~Unrecorded() { Pretended::waits = false; }
      };
      const Unrecorded unrecorded;
      run(*session, 3);
    }
    Pretended::reads = 0;
    run(*session, 4);
    CHECK(Pretended::reads.load() == (name == "ADA" ? 1 : 0));
  }
}

TEST_CASE("steps that differ in data and latents only are launched at once from the fourth on") {
  if (!isComputing()) return;
  Pretended::replays = 0;
  run(*makeSession(kComputing), 6);
  CHECK(Pretended::replays == 4);
}

TEST_CASE("a run's images are sent once") {
  if (!isComputing()) return;
  const auto sent = [](int64_t steps) {
    const auto session =
        makeSession(kComputing, {{"augment", {{"kind", "diffAugment"}, {"policy", {"color"}}}}});
    run(*session, 1);
    Pretended::sent = 0;
    run(*session, steps);
    return Pretended::sent.load();
  };
  const int one = sent(1);
  const int two = sent(2);
  // What each step sends are latents, and what augmentation draws.
  CHECK(sent(3) - two == two - one);
  CHECK(one - (two - one) == 1);
}

TEST_CASE("the filter of a resampling is sent once") {
  if (!isComputing()) return;
  const ganode::Resampling resampling{{1, 3, 3, 1}, 2, 1, {2, 1}, 4};
  const at::Tensor x = at::ones({1, 2, 3, 3}).to(kPretended);
  const at::Tensor first = resampling(x);
  Pretended::sent = 0;
  const at::Tensor second = resampling(x);
  CHECK(Pretended::sent.load() == 0);
  CHECK(at::equal(first.cpu(), second.cpu()));
  CHECK(at::allclose(resampling(x.to(at::kDouble)).cpu(), first.cpu().to(at::kDouble)));
  CHECK(Pretended::sent.load() == 1);
}

TEST_CASE("a number that is not finite is found, on another device one step late") {
  for (const std::string& device : {std::string("cpu"), ganode::test::deviceName()}) {
    CAPTURE(device);
    const auto session = makeSession(device);
    ganode::RunData data = makeData(4);
    data.images = data.images.to(at::kFloat).div(255);
    data.images.narrow(0, kBatch * 16, 1).fill_(std::numeric_limits<float>::quiet_NaN());
    CHECK_THROWS_WITH_AS(session->run(data, [] { return false; }), "discriminatorLoss is NaN at step 2",
                         ganode::Error);
    const ganode::test::TemporaryFolder folder;
    try {
      session->save(folder / "a.safetensors", {});
      CHECK(false);
    } catch (const ganode::Error& error) {
      CHECK(error.code() == std::string("NON_FINITE"));
      CHECK(std::get<double>(error.details().at("step")) == (device == "cpu" ? 2 : 3));
    }
  }
}

TEST_CASE("recordings of sampling are kept, and weights that are loaded are seen") {
  if (!isComputing()) return;
  const ganode::test::TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  const auto other = makeSession("cpu", {{"seed", 8}});
  run(*other, 1);
  other->save(path, {});
  const auto session = makeSession(kComputing);
  run(*session, 1);
  ganode::SampleOptions options;
  options.count = 2;
  options.uint8 = false;
  const at::Tensor first = session->sample(options);
  Pretended::replays = 0;
  for (int i = 0; i < 3; ++i) CHECK(at::allclose(session->sample(options), first));
  CHECK(Pretended::replays == 3);  // the second is compared with its recording
  session->load(path);
  const at::Tensor loaded = session->sample(options);
  CHECK(Pretended::replays == 4);
  CHECK_FALSE(at::allclose(loaded, first));
  CHECK(at::allclose(loaded, other->sample(options), 1e-4, 1e-5));
  const auto third = makeSession("cpu", {{"seed", 9}});
  run(*third, 1);
  third->save(path, {});
  session->transfer(path);
  CHECK(at::allclose(session->sample(options), third->sample(options), 1e-4, 1e-5));
  CHECK(Pretended::replays == 5);
  options.uint8 = true;
  session->sample(options);
  CHECK(Pretended::replays == 5);
}

TEST_CASE("a recipe says how a GPU computes, and the CPU's sessions leave that alone") {
  at::Context& context = at::globalContext();
  const auto flags = [&](const std::string& device, const json& change) {
    makeSession(device, change);
    return std::vector<bool>{context.allowTF32CuDNN(), context.allowTF32CuBLAS(), context.benchmarkCuDNN(),
                             context.deterministicCuDNN(), context.deterministicAlgorithms()};
  };
  if (!isComputing()) return;
  CHECK(flags(kComputing, {{"tf32", nullptr}}) == std::vector<bool>{true, false, true, false, false});
  CHECK(flags(kComputing, {{"tf32", "all"}}) == std::vector<bool>{true, true, true, false, false});
  CHECK(flags(kComputing, {{"deterministic", true}}) == std::vector<bool>{false, false, false, true, true});
  CHECK(flags("cpu", {{"tf32", "all"}}) == std::vector<bool>{false, false, false, true, true});
  CHECK(flags(kComputing, json::object()) == std::vector<bool>{false, false, true, false, false});
  CHECK_THROWS_WITH_AS(ganode::parseSessionOptions(recipeOf("cpu", {{"tf32", "some"}}).dump()),
                       "expected tf32 to be 'none', 'convolutions' or 'all', got 'some'", ganode::Error);
  CHECK_THROWS_AS(ganode::parseSessionOptions(recipeOf("cpu", {{"deterministic", 1}}).dump()), ganode::Error);
}
