// Penalties that draw random points, against values by hand in double precision; the others are held against
// PyTorch in test/reference/objectives.test.ts.
#include "objective/penalty.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "augment/augment.h"
#include "error.h"
#include "step/latent.h"

namespace {

using ganode::Graph;
using ganode::PenaltyContext;
using nlohmann::json;

const Graph& anyGraph() {
  static const Graph graph(ganode::parseGraph(json::parse(
      R"({"version": 1, "inputs": {"image": {"shape": [2]}}, "nodes": [], "outputs": {"logits": "image"}})")));
  return graph;
}

// D(x) = ½·Σ a·x² with a different factor for every value: ∇D = a·x, so that the point it is taken at shows.
struct Quadratic {
  at::Tensor a = at::arange(1, 13, at::kDouble).view({1, 3, 2, 2}) / 10;
  at::Tensor operator()(const at::Tensor& x) const { return (a * x * x).flatten(1).sum(1, true) / 2; }
  at::Tensor norms(const at::Tensor& x) const { return (a * x).flatten(1).square().sum(1).sqrt(); }
};

struct Scene {
  at::Generator random = ganode::makeGenerator(5);
  Quadratic d;
  at::Tensor real = at::arange(48, at::kDouble).view({4, 3, 2, 2}).sin();
  at::Tensor fake = at::arange(48, at::kDouble).view({4, 3, 2, 2}).cos();
  PenaltyContext context{anyGraph(), random};

  Scene() {
    context.real = real;
    context.fake = fake;
    context.judge = [this](const at::Tensor& x) { return d(x); };
  }
  double value(const json& options) {
    return ganode::parsePenalties(json::array({options}))[0].penalty->value(context).item<double>();
  }
};

at::Tensor uniform(at::IntArrayRef shape, at::Generator& random) {
  at::Tensor u = at::empty(shape);
  return u.uniform_(0, 1, random).to(at::kDouble);
}

}  // namespace

TEST_CASE("the gradient penalty lies between a real image and a fake, one share an image") {
  Scene scene;
  at::Generator same = ganode::makeGenerator(5);
  const at::Tensor share = uniform({4, 1, 1, 1}, same);
  const at::Tensor norms = scene.d.norms(share * scene.real + (1 - share) * scene.fake);
  CHECK(scene.value({{"kind", "gradientPenalty"}}) ==
        doctest::Approx((norms - 1).square().mean().item<double>()).epsilon(1e-12));
}

TEST_CASE("one-sided, it leaves gradients below the target alone") {
  Scene scene;
  at::Generator same = ganode::makeGenerator(5);
  const at::Tensor share = uniform({4, 1, 1, 1}, same);
  const at::Tensor norms = scene.d.norms(share * scene.real + (1 - share) * scene.fake);
  const double target = norms.median().item<double>();  // some lie below it, some above
  const double expected = (norms - target).clamp_min(0).square().mean().item<double>();
  CHECK(expected > 0);
  CHECK(scene.value({{"kind", "gradientPenalty"}, {"sided", "one"}, {"target", target}}) ==
        doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("DRAGAN's points lie around real images") {
  Scene scene;
  at::Generator same = ganode::makeGenerator(5);
  const at::Tensor noise = uniform({4, 3, 2, 2}, same);
  const at::Tensor share = uniform({4, 1, 1, 1}, same);
  const at::Tensor points = scene.real + share * (0.25 * scene.real.std() * noise);
  const double expected = (scene.d.norms(points) - 1).square().mean().item<double>();
  CHECK(scene.value({{"kind", "dragan"}, {"scale", 0.25}}) == doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("consistency compares an image with the same moved") {
  Scene scene;
  at::Generator same = ganode::makeGenerator(5);
  const auto distance = [&](const at::Tensor& x) {
    return (scene.d(x) - scene.d(ganode::flipAndShift(x, 1, true, same))).square().mean().item<double>();
  };
  const double real = distance(scene.real);
  const double fake = distance(scene.fake);
  CHECK(real > 0);
  CHECK(scene.value({{"kind", "consistency"}, {"shift", 1}, {"realWeight", 2}, {"fakeWeight", 3}}) ==
        doctest::Approx(2 * real + 3 * fake).epsilon(1e-12));
}

TEST_CASE("packed images are moved one by one") {
  Scene scene;
  scene.context.packing = 3;
  at::Generator same = ganode::makeGenerator(5);
  const auto moved = [&](const at::Tensor& x) {
    return ganode::flipAndShift(x.reshape({12, 1, 2, 2}), 1, true, same).reshape({4, 3, 2, 2});
  };
  const at::Tensor real = moved(scene.real);
  const double expected = (scene.d(scene.real) - scene.d(real)).square().mean().item<double>();
  CHECK(scene.value({{"kind", "consistency"}, {"shift", 1}, {"realWeight", 1}, {"fakeWeight", 0}}) ==
        doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("the gradient of a penalty with respect to the weights of D is right") {
  // D(x) = w·x: the penalty (|w| - 1)² has the gradient 2·(|w| - 1)·w/|w|, wherever it is taken.
  Scene scene;
  at::Tensor w = at::arange(1, 13, at::kDouble).view({1, 3, 2, 2}).div(7).requires_grad_(true);
  scene.context.judge = [&](const at::Tensor& x) { return (w * x).flatten(1).sum(1, true); };
  ganode::parsePenalties(json::array({{{"kind", "gradientPenalty"}}}))[0]
      .penalty->value(scene.context)
      .backward();
  const at::Tensor plain = w.detach();
  const at::Tensor norm = plain.norm();
  CHECK((w.grad() - 2 * (norm - 1) * plain / norm).abs().max().item<double>() < 1e-12);
}

TEST_CASE("wrong penalties are one clear line") {
  const auto message = [](const json& options) {
    try {
      ganode::parsePenalties(options);
    } catch (const ganode::Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message(json::array({{{"kind", "r3"}}})) == "penalties: no such kind as 'r3'");
  CHECK(
      message(json::array({{{"kind", "r1"}, {"weight", "x"}}})).starts_with("penalties.r1.weight: expected"));
  CHECK(message(json::array({{{"kind", "r1"}, {"interval", 0}}})).ends_with("interval to be 1 or more"));
  CHECK(message(json::array({{{"kind", "gradientPenalty"}, {"target", true}}}))
            .starts_with("penalties: expected target"));
  CHECK(message(json::object({{"kind", "r1"}})).starts_with("penalties: expected a list"));
}
