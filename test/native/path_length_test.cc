// Path length regularization against its formula, and the updates of its own that a penalty of G has.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "error.h"
#include "objective/penalty.h"
#include "step/adversarial.h"
#include "step/latent.h"

namespace {

using ganode::Graph;
using ganode::Player;
using nlohmann::json;

Graph graphOf(const char* outputs) {
  const std::string text =
      R"({"version": 1, "inputs": {"styles": {"shape": [3, 2]}}, "nodes": [], "outputs": )" +
      std::string(outputs) + "}";
  return Graph(ganode::parseGraph(json::parse(text)));
}

// An image of 2×2 that is linear in 3 styles of 2 numbers: its derivative is the same everywhere.
struct Linear {
  at::Tensor weight = at::arange(24, at::kDouble).sin().view({4, 6}).requires_grad_(true);
  at::Generator random = ganode::makeGenerator(3);
  Graph graph = graphOf(R"({"image": "styles", "styles": "styles"})");
  ganode::PenaltyContext context{graph, random};
  int64_t asked = 0;

  Linear() {
    context.batch = 6;
    context.generate = [this](int64_t n) {
      asked = n;
      const at::Tensor styles = at::ones({n, 3, 2}, at::kDouble).requires_grad_(true);
      const at::Tensor image = at::linear(styles.flatten(1), weight).view({n, 1, 2, 2});
      return ganode::Values{{"image", image}, {"styles", styles}};
    };
  }
};

// ‖Wᵀy‖ for noise as the penalty draws it: over the three styles, the mean of the squared lengths.
at::Tensor lengths(const at::Tensor& weight, int64_t n, at::Generator& random) {
  at::Tensor noise = at::empty({n, 1, 2, 2});
  noise.normal_(0, 0.5, random);
  const at::Tensor gradient = at::mm(noise.to(at::kDouble).flatten(1), weight).view({n, 3, 2});
  return gradient.square().sum(2).mean(1).sqrt();
}

// One number, w, is the image; D's weights are zeros, so that its verdict moves nothing.
json player(const char* input, const char* shape, const char* output, const char* initializer) {
  return {{"version", 1},
          {"inputs", {{input, {{"shape", json::parse(shape)}}}}},
          {"nodes", json::array({{{"name", "f"}, {"op", "flatten"}, {"inputs", {input}}},
                                 {{"name", "d"},
                                  {"op", "dense"},
                                  {"inputs", {"f"}},
                                  {"units", std::string(output) == "image" ? 2 : 1},
                                  {"bias", false},
                                  {"initializer", initializer}},
                                 {{"name", "o"},
                                  {"op", "reshape"},
                                  {"inputs", {"d"}},
                                  {"shape", std::string(output) == "image" ? json::parse("[1, 1, 2]")
                                                                           : json::parse("[1]")}}})},
          {"outputs", {{output, "o"}}}};
}

}  // namespace

TEST_CASE("path length regularization draws lengths to their moving average") {
  Linear scene;
  const auto penalties = ganode::parsePenalties(
      json::array({{{"kind", "pathLength"}, {"decay", 0.25}, {"network", "generator"}, {"interval", 4}}}));
  ganode::Penalty& penalty = *penalties[0].penalty;
  CHECK(penalties[0].side == ganode::Side::Generator);
  at::Generator same = ganode::makeGenerator(3);
  double average = 0;
  for (int round = 0; round < 3; ++round) {
    const at::Tensor expected = lengths(scene.weight, 3, same);
    const at::Tensor mean = average + 0.25 * (expected.mean() - average);
    const at::Tensor wanted = (expected - mean).square().mean();
    const at::Tensor value = penalty.value(scene.context);
    CHECK(scene.asked == 3);  // half the batch
    CHECK(value.item<double>() == doctest::Approx(wanted.item<double>()).epsilon(1e-6));
    const at::Tensor gradient = torch::autograd::grad({value}, {scene.weight})[0];
    const at::Tensor ours = torch::autograd::grad({wanted}, {scene.weight})[0];
    CHECK((gradient - ours).abs().max().item<double>() < 1e-6);
    average = mean.item<double>();
    CHECK(penalty.state()[0].second.item<double>() == doctest::Approx(average).epsilon(1e-6));
  }
}

TEST_CASE("path length regularization wants a generator with styles") {
  const auto penalties =
      ganode::parsePenalties(json::array({{{"kind", "pathLength"}, {"network", "generator"}}}));
  CHECK_NOTHROW(penalties[0].penalty->check(graphOf(R"({"image": "styles", "styles": "styles"})")));
  CHECK_THROWS_WITH(
      penalties[0].penalty->check(graphOf(R"({"image": "styles"})")),
      "penalties.pathLength: expected a generator with an output styles of shape [styles, features]");
}

TEST_CASE("a lazy penalty of G has updates of its own, and slows the others") {
  const json penalties =
      json::array({{{"kind", "orthogonal"}, {"weight", 0.5}, {"network", "generator"}, {"interval", 3}},
                   {{"kind", "r1"}, {"weight", 1}, {"interval", 16}}});
  CHECK(ganode::lazyRatio(penalties, ganode::Side::Generator) == doctest::Approx(3.0 / 4));
  CHECK(ganode::lazyRatio(penalties, ganode::Side::Discriminator) == doctest::Approx(16.0 / 17));

  at::Generator random = ganode::makeGenerator(1);
  const json sgd = {{"kind", "sgd"}, {"learningRate", 0.01}};
  const double ratio = ganode::lazyRatio(penalties, ganode::Side::Generator);
  Player g(ganode::parseGraph(player("z", "[3]", "image", "orthogonal")), sgd, "generator", at::kCPU, random,
           ratio);
  const json frozen = {{"kind", "sgd"}, {"learningRate", 1e-30}};
  Player d(ganode::parseGraph(player("image", "[1, 1, 2]", "logits", "zeros")), frozen, "discriminator",
           at::kCPU, random);
  ganode::AdversarialStep::Options options;
  options.loss.kind = ganode::LossKind::NonSaturating;
  options.penalties = penalties;
  ganode::AdversarialStep step(options, g, d);
  const at::Tensor weight = g.graph().trainable()[0].second;
  weight.detach().copy_(at::arange(6).sin().view({2, 3}));
  const ganode::StepData data{at::ones({1, 2, 1, 1, 2}), {}};
  for (int64_t i = 0; i < 7; ++i) {
    const at::Tensor before = weight.detach().clone().requires_grad_(true);
    const ganode::StepDraws draws{[](int64_t n) { return at::ones({n, 3}); }, {}, random};
    step.run(data, draws, {i, static_cast<double>(2 * i), 2});
    const at::Tensor gram = before.matmul(before.t());
    const at::Tensor penalty = (gram - gram.diag().diag()).square().sum();
    const at::Tensor gradient = torch::autograd::grad({penalty}, {before})[0];
    const at::Tensor moved = weight.detach() - before.detach();
    // Every third update, three times as strong.
    const at::Tensor expected = i % 3 == 0 ? gradient * (-0.01 * ratio * 3 * 0.5) : at::zeros_like(gradient);
    CAPTURE(i);
    CHECK((moved - expected).abs().max().item<double>() < 1e-7);
    if (i == 0) CHECK(moved.abs().max().item<double>() > 1e-4);
  }
}
