// Growing networks: the schedule, real images on the way, and what of a graph is computed.
#include "step/growing.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <doctest/doctest.h>

#include <cmath>

#include "error.h"
#include "graph/graph.h"
#include "step/latent.h"
#include "step/timeline.h"
#include "step/trained.h"
#include "temporary.h"

namespace {

using ganode::Graph;
using ganode::Growing;
using nlohmann::json;

Growing growing(const json& more = json::object()) {
  json options = {{"from", 4}, {"stableImages", 100}, {"fadeImages", 50}};
  options.update(more);
  return Growing::parse(options, 16, 16);
}

}  // namespace

TEST_CASE("the level of detail falls as TrainingSchedule of the official code has it") {
  const Growing one = growing();
  CHECK(one.levels() == 2);
  for (const auto& [images, lod] : std::vector<std::pair<double, double>>{
           {0, 2}, {100, 2}, {110, 1.8}, {149, 1.02}, {150, 1}, {250, 1}, {275, 0.5}, {300, 0}, {1e9, 0}}) {
    CAPTURE(images);
    CHECK(one.lodAt(images) == doctest::Approx(lod).epsilon(1e-12));
  }
  CHECK(one.sizeAt(2) == 4);
  CHECK(one.sizeAt(1.8) == 8);
  CHECK(one.sizeAt(1) == 8);
  CHECK(one.sizeAt(0.5) == 16);
}

TEST_CASE("optimizers restart where a fade begins and where it ends") {
  const Growing one = growing();
  CHECK(one.restarts(2, 1.99));
  CHECK_FALSE(one.restarts(1.99, 1.5));
  CHECK(one.restarts(1.01, 1));
  CHECK_FALSE(one.restarts(1, 1));
  CHECK(one.restarts(2, 1));
  CHECK_FALSE(growing({{"resetOptimizers", false}}).restarts(2, 1));
}

TEST_CASE("real images are means over squares, mixed with the size before while the next one fades in") {
  const Growing one = growing();
  const at::Tensor images = at::arange(256, at::kFloat).view({1, 1, 16, 16});
  const at::Tensor at4 = one.show(images, 2);
  CHECK(at4.sizes() == images.sizes());
  // The first square of 4×4: (0 … 3) + 16·(0 … 3), whose mean is 1.5 + 24.
  CHECK(at4.slice(2, 0, 4).slice(3, 0, 4).eq(25.5).all().item<bool>());
  CHECK(at4[0][0][0][4].item<float>() == 29.5F);
  const at::Tensor at8 = one.show(images, 1);
  CHECK(at8[0][0][0][0].item<float>() == 8.5F);
  CHECK(at8[0][0][1][1].item<float>() == 8.5F);
  CHECK(at8[0][0][0][2].item<float>() == 10.5F);
  // Three quarters of the way from 4×4 to 8×8: a quarter of the old.
  CHECK(one.show(images, 1.25)[0][0][0][0].item<float>() == 0.75F * 8.5F + 0.25F * 25.5F);
  CHECK(one.show(images, 0).equal(images));
}

TEST_CASE("images that are not square are averaged over squares too, if their width can be halved as often") {
  const json options = {{"from", 3}, {"stableImages", 100}, {"fadeImages", 50}};
  const Growing one = Growing::parse(options, 12, 16);
  CHECK(one.levels() == 2);
  const at::Tensor images = at::arange(192, at::kFloat).view({1, 1, 12, 16});
  const at::Tensor shown = one.show(images, 2);
  CHECK(shown.sizes() == images.sizes());
  // The mean of a square of 4×4 whose first pixel is p: p + 1.5 + 1.5·16.
  for (int64_t row = 0; row < 12; ++row) {
    for (int64_t column = 0; column < 16; ++column) {
      const double first = static_cast<double>(row / 4 * 4 * 16 + column / 4 * 4);
      CHECK(shown[0][0][row][column].item<double>() == first + 25.5);
    }
  }
  // A quarter of the means over 4×4, three quarters of those over 2×2 (p + 0.5 + 0.5·16).
  CHECK(one.show(images, 1.25)[0][0][11][15].item<float>() ==
        0.75F * (10 * 16 + 14 + 8.5F) + 0.25F * (8 * 16 + 12 + 25.5F));
  CHECK_THROWS_WITH_AS(
      Growing::parse(options, 12, 18),
      "growing.from: expected images whose width can be halved as often as their height, 2 times "
      "from 12 to 3, got a width of 18",
      ganode::Error);
}

TEST_CASE("a timeline that skips a size goes on at the next one") {
  const ganode::Timeline timeline(1000, 1, growing());
  REQUIRE(timeline.stages().size() == 2);
  CHECK(timeline.stages()[1].firstStep == 1);
  CHECK(timeline.at(0).lod == 2);
  CHECK(timeline.at(1).lod == 0);
  CHECK(timeline.at(1).restartsOptimizers);
  CHECK(timeline.at(3).images == 3000);
}

TEST_CASE("values by size") {
  const Growing one = growing({{"batches", {{"8", 3}}}, {"learningRateFactors", {{"16", 1.5}}}});
  CHECK(one.batchAt(8, 7) == 3);
  CHECK(one.batchAt(16, 7) == 7);
  CHECK(one.learningRateFactorAt(16) == 1.5);
  CHECK(one.learningRateFactorAt(8) == 1);
  CHECK_THROWS_AS(growing({{"batches", {{"x", 3}}}}), ganode::Error);
  CHECK_THROWS_AS(growing({{"batches", {{"8", 0}}}}), ganode::Error);
  CHECK_THROWS_AS(growing({{"from", 5}}), ganode::Error);
  CHECK_THROWS_AS(growing({{"stableImages", 0}}), ganode::Error);
}

TEST_CASE("a fade reads what it mixes, and follows whoever writes its share") {
  const char* const text = R"({
    "version": 1, "inputs": {"x": {"shape": [2]}}, "outputs": {"y": "f"}, "nodes": [
      {"name": "old", "op": "dense", "inputs": ["x"], "units": 1},
      {"name": "new", "op": "dense", "inputs": ["x"], "units": 1},
      {"name": "f", "op": "fade", "inputs": ["old", "new"], "level": 1}]})";
  Graph graph(ganode::parseGraph(json::parse(text)));
  at::Generator random = ganode::makeGenerator(1);
  graph.materialize(at::kCPU, at::kFloat, random);
  CHECK(graph.levels() == 1);
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : graph.tensors()) tensors[name] = tensor;
  const at::NoGradGuard noGrad;
  tensors.at("old.weight").fill_(1);
  tensors.at("new.weight").fill_(3);
  const auto value = [&] {
    return graph.forward({{"x", at::ones({1, 2})}}, ganode::Mode{}).at("y").item<float>();
  };
  CHECK(value() == 6);
  graph.setLod(1);
  CHECK(value() == 2);
  // Not computed, or it would be NaN.
  tensors.at("new.weight").fill_(NAN);
  CHECK(value() == 2);
  tensors.at("new.weight").fill_(3);
  graph.setLod(0.75);
  CHECK(tensors.at("f.share").item<float>() == 0.25F);
  CHECK(value() == 3);
  tensors.at("f.share").detach().copy_(at::full({1}, 0.5F));
  CHECK(value() == 4);
  Graph copy(graph.spec());
  copy.materializeAs(graph);
  CHECK(copy.forward({{"x", at::ones({1, 2})}}, ganode::Mode{}).at("y").item<float>() == 4);
  graph.setLod(0);
  tensors.at("old.weight").fill_(NAN);
  CHECK(value() == 6);
}

TEST_CASE("numbers that no integer holds, and parts of whole ones, are refused") {
  for (const json& wrong : {json(1e300), json(2.5), json(1e16), json(0)}) {
    CAPTURE(wrong.dump());
    CHECK_THROWS_AS(growing({{"from", wrong}}), ganode::Error);
    CHECK_THROWS_AS(growing({{"stableImages", wrong}}), ganode::Error);
    CHECK_THROWS_AS(growing({{"batches", {{"8", wrong}}}}), ganode::Error);
  }
  CHECK_THROWS_AS(growing({{"learningRateFactors", {{"8", 1e300}}}}), ganode::Error);
}

TEST_CASE("a timeline of more images than an integer counts") {
  constexpr int64_t kMost = int64_t{1} << 20;
  const ganode::Timeline timeline(kMost, kMost * kMost, std::nullopt);
  CHECK(timeline.images(int64_t{1} << 40) == std::pow(2.0, 100));
  // Stages so long that no run reaches their end.
  const ganode::Timeline growing(1, 1, ::growing({{"stableImages", 9007199254740991}}));
  CHECK(growing.stages().size() == 3);  // one a size: 4, 8, 16
}

TEST_CASE("a checkpoint whose number of steps is none is refused, not sampled at a size that there is not") {
  const ganode::test::TemporaryFolder folder;
  const std::string path = folder / "weights.safetensors";
  const json recipe = {{"batch", 8},
                       {"image", {{"height", 16}, {"width", 16}}},
                       {"growing", {{"from", 4}, {"stableImages", 100}, {"fadeImages", 50}}},
                       {"models", {{"generator", json::object()}}}};
  const auto shown = [&](const std::string& steps) {
    ganode::writeSafetensors(path, {{"x", at::ones({1})}},
                             {{"ganode.recipe", recipe.dump()}, {"ganode.steps", steps}});
    return ganode::Trained(path).imagesShown();
  };
  CHECK(shown("5") == 40);
  for (const char* wrong : {"-99999999", "x", "", "1e3", "99999999999999999999"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH_AS(shown(wrong), doctest::Contains("expected ganode.steps to be a whole number"),
                         ganode::Error);
  }
}
