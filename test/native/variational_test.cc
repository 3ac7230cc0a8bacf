// The variational bound's terms by hand, by sums over a grid, and by finite differences, in double precision;
// whole steps are held against PyTorch in test/reference/autoencoders.test.ts.
#include "objective/variational.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "error.h"

namespace {

using ganode::gaussianKl;
using ganode::gaussianNegativeLog;
using ganode::Likelihood;
using nlohmann::json;

at::Tensor values(std::initializer_list<double> list, at::IntArrayRef shape) {
  return at::tensor(std::vector<double>(list), at::kDouble).view(shape);
}

double only(const at::Tensor& tensor) { return tensor.item<double>(); }

// ∂/∂x of the sum, by central differences.
void checkGradient(const std::function<at::Tensor(const at::Tensor&)>& function, const at::Tensor& at) {
  const at::Tensor x = at.clone().set_requires_grad(true);
  const at::Tensor gradient = torch::autograd::grad({function(x).sum()}, {x})[0].flatten();
  const double step = 1e-6;
  for (int64_t i = 0; i < at.numel(); ++i) {
    at::Tensor up = at.clone();
    up.view({-1})[i].add_(step);
    at::Tensor down = at.clone();
    down.view({-1})[i].sub_(step);
    const double slope = only(function(up).sum() - function(down).sum()) / (2 * step);
    CHECK(gradient[i].item<double>() == doctest::Approx(slope).epsilon(1e-7));
  }
}

}  // namespace

TEST_CASE("the divergence from the prior") {
  const at::Tensor mean = values({0, 1, -2, 0.5}, {2, 2});
  const at::Tensor logVariance = values({0, 0, std::log(4.0), std::log(0.25)}, {2, 2});
  const at::Tensor kl = gaussianKl(mean, logVariance);
  CHECK(kl.sizes() == at::IntArrayRef({2}));
  CHECK(only(kl[0]) == doctest::Approx(0.5));
  CHECK(only(kl[1]) ==
        doctest::Approx((4 + 4 - 1 - std::log(4.0)) / 2 + (0.25 + 0.25 - 1 - std::log(0.25)) / 2));

  // ∫ q log(q / p) over a fine grid, for one dimension.
  const at::Tensor x = at::linspace(-30, 30, 600001, at::kDouble);
  const double deviation = 2;
  const at::Tensor logQ =
      -(x + 2).square() / (2 * deviation * deviation) - std::log(deviation * std::sqrt(2 * std::numbers::pi));
  const at::Tensor logP = -x.square() / 2 - std::log(std::sqrt(2 * std::numbers::pi));
  const double sum = only((logQ.exp() * (logQ - logP)).sum()) * 60 / 600000;
  CHECK(only(gaussianKl(values({-2}, {1, 1}), values({std::log(4.0)}, {1, 1}))) ==
        doctest::Approx(sum).epsilon(1e-9));

  checkGradient([&](const at::Tensor& m) { return gaussianKl(m, logVariance); }, mean);
  checkGradient([&](const at::Tensor& v) { return gaussianKl(mean, v); }, logVariance);
}

TEST_CASE("a Gaussian likelihood has its constant, by value of the image") {
  const Likelihood likelihood = Likelihood::parse({{"kind", "gaussian"}, {"deviation", 0.5}});
  CHECK(std::string(likelihood.output()) == "image");
  const at::Tensor mean = values({0.1, -0.3, 0.8, 1}, {2, 1, 1, 2});
  const at::Tensor x = values({0.1, 0.2, -0.2, 1}, {2, 1, 1, 2});
  const at::Tensor nats = likelihood.negativeLog(mean, x);
  const double constant = 2 * std::log(0.5 * std::sqrt(2 * std::numbers::pi));
  CHECK(only(nats[0]) == doctest::Approx(0.25 / 0.5 + constant));
  CHECK(only(nats[1]) == doctest::Approx(1 / 0.5 + constant));
  // A density integrates to one.
  const at::Tensor grid = at::linspace(-6, 6, 240001, at::kDouble).view({-1, 1});
  const at::Tensor density = (-gaussianNegativeLog(at::full_like(grid, 0.3), grid, 0.5)).exp();
  CHECK(only(density.sum()) * 12 / 240000 == doctest::Approx(1).epsilon(1e-9));
  checkGradient([&](const at::Tensor& m) { return likelihood.negativeLog(m, x); }, mean);
}

TEST_CASE("a Bernoulli likelihood is the cross-entropy of values in [0, 1]") {
  const Likelihood likelihood = Likelihood::parse({{"kind", "bernoulli"}});
  CHECK(std::string(likelihood.output()) == "logits");
  const at::Tensor logits = values({0, std::log(3.0), -1.2, 40}, {2, 1, 1, 2});
  const at::Tensor x = values({1, 0, -1, 1}, {2, 1, 1, 2});  // probabilities 1, ½, 0, 1
  const at::Tensor nats = likelihood.negativeLog(logits, x);
  CHECK(only(nats[0]) == doctest::Approx(std::log(2.0) - (std::log(0.75) + std::log(0.25)) / 2));
  CHECK(only(nats[1]) == doctest::Approx(std::log(1 + std::exp(-1.2))));
  checkGradient([&](const at::Tensor& a) { return likelihood.negativeLog(a, x); }, logits);
  CHECK(likelihood.negativeLog(values({-800}, {1, 1}), values({1}, {1, 1})).item<double>() ==
        doctest::Approx(800));
}

TEST_CASE("a likelihood that is none") {
  CHECK_THROWS_AS(Likelihood::parse({{"kind", "laplace"}}), ganode::Error);
  CHECK_THROWS_AS(Likelihood::parse({{"kind", "gaussian"}, {"deviation", 0}}), ganode::Error);
  CHECK_THROWS_AS(Likelihood::parse("bernoulli"), ganode::Error);
}
