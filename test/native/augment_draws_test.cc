// What augmentation draws: how often, and in which ranges. Shares are held to 5 standard deviations.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "augment/ada.h"
#include "augmenting.h"

using namespace ganode::test;

TEST_CASE("the consistency transform mirrors one in two, and shifts each way alike") {
  const at::Tensor x = draw({1, 1, 9, 12}, 1);
  const at::Tensor padded = at::reflection_pad2d(x, {4, 4, 4, 4});
  const int64_t n = 1620;
  at::Generator random = ganode::makeGenerator(1);
  const at::Tensor y = ganode::flipAndShift(x.expand({n, 1, 9, 12}), 4, true, random);
  int64_t found = 0;
  int64_t mirrored = 0;
  int64_t least = n;
  for (int64_t down = 0; down <= 8; ++down) {
    for (int64_t right = 0; right <= 8; ++right) {
      const at::Tensor shifted = padded.slice(2, down, down + 9).slice(3, right, right + 12);
      const int64_t plain = y.eq(shifted).flatten(1).all(1).sum().item<int64_t>();
      const int64_t flipped = y.eq(shifted.flip(3)).flatten(1).all(1).sum().item<int64_t>();
      found += plain + flipped;
      mirrored += flipped;
      least = std::min(least, plain + flipped);
    }
  }
  CHECK(found == n);
  CHECK(std::abs(static_cast<double>(mirrored) - n / 2.0) < 5 * std::sqrt(n / 4.0));
  CHECK(least > 0);  // 20 of each are expected
  at::Generator again = ganode::makeGenerator(1);
  CHECK(at::equal(ganode::flipAndShift(x, 0, false, again), x));
}

TEST_CASE("DiffAugment draws within the paper's ranges, up to both ends") {
  const int64_t n = 2000;
  at::Generator random = ganode::makeGenerator(1);
  const at::Tensor spot = at::zeros({1, 1, 16, 24}, at::kDouble);
  spot[0][0][8][12] = 1;
  const at::Tensor moved = make(R"({"kind": "diffAugment", "policy": ["translation"]})")
                               ->apply(spot.expand({n, 1, 16, 24}), 0, random);
  const at::Tensor places = moved.nonzero();
  REQUIRE(places.size(0) == n);
  CHECK(places.select(1, 2).min().item<int64_t>() == 6);
  CHECK(places.select(1, 2).max().item<int64_t>() == 10);
  CHECK(places.select(1, 3).min().item<int64_t>() == 9);
  CHECK(places.select(1, 3).max().item<int64_t>() == 15);

  const at::Tensor cut = make(R"({"kind": "diffAugment", "policy": ["cutout"]})")
                             ->apply(at::ones({n, 1, 16, 25}, at::kDouble), 0, random);
  const at::Tensor holes = (1 - cut).flatten(1).sum(1);
  CHECK(holes.max().item<double>() == 8 * 13);
  CHECK(holes.min().item<double>() == 4 * 7);

  // A flat image stays flat, and only its brightness changes: on -0.5…0.5.
  const at::Tensor flat = make(R"({"kind": "diffAugment", "policy": ["color"]})")
                              ->apply(at::zeros({n, 3, 2, 2}, at::kDouble), 0, random);
  CHECK(distance(flat, flat.mean({1, 2, 3}, true).expand_as(flat)) < 1e-15);
  CHECK(flat.abs().max().item<double>() <= 0.5);
  CHECK(flat.max().item<double>() > 0.49);
  CHECK(flat.min().item<double>() < -0.49);
}

TEST_CASE("ADA applies each transform as often as it should") {
  const int64_t n = 4000;
  const auto share = [&](const char* name, double p,
                         const std::function<bool(const ganode::Matrix3&)>& counts) {
    const ganode::AdaStrengths strengths = ganode::parseAdaPipeline({{"pipeline", {name}}}, "");
    at::Generator random = ganode::makeGenerator(4);
    ganode::Draw draws(random);
    int64_t counted = 0;
    for (int64_t i = 0; i < n; ++i)
      counted += counts(ganode::drawAffine(strengths, p, 32, 64, draws)) ? 1 : 0;
    return static_cast<double>(counted) / static_cast<double>(n);
  };
  const auto near = [&](double got, double expected) {
    return std::abs(got - expected) < 5 * std::sqrt(expected * (1 - expected) / static_cast<double>(n));
  };
  const auto changes = [](const ganode::Matrix3& m) { return !(m == ganode::Matrix3::identity()); };
  CHECK(near(share("flip", 0.6, changes), 0.3));
  CHECK(near(share("rotate90", 0.6, changes), 0.45));
  CHECK(near(share("scale", 0.6, changes), 0.6));
  CHECK(near(share("rotate", 0.6, changes), 0.6));  // before or after anisotropic scaling
  CHECK(near(share("anisotropic", 1, [](const ganode::Matrix3& m) { return m(0, 0) > 1; }), 0.5));
  CHECK(share("translate", 1, [](const ganode::Matrix3& m) {
          return std::abs(m(0, 2)) <= 8 && std::abs(m(1, 2)) <= 4 && m(0, 2) == std::round(m(0, 2));
        }) == 1);
  CHECK(share("translate", 1, [](const ganode::Matrix3& m) { return m(0, 2) == 8; }) > 0.01);
  // A standard deviation of 1/8 of 64 pixels: 68 % within it.
  CHECK(near(share("translateFraction", 1, [](const ganode::Matrix3& m) { return std::abs(m(0, 2)) < 8; }),
             0.6827));
  CHECK(near(share("scale", 1, [](const ganode::Matrix3& m) { return std::abs(std::log2(m(0, 0))) < 0.2; }),
             0.6827));

  const at::Tensor x = at::linspace(-1, 1, 5, at::kDouble).expand({1, 1, 5, 5});
  const at::Tensor all = x.expand({n, 1, 5, 5});
  const at::Tensor flipped = apply(*make(R"({"kind": "ada", "pipeline": ["flip"]})"), all, 1, 7);
  const double mirrored = flipped.narrow(3, 0, 1).mean({1, 2, 3}).gt(0).to(at::kDouble).mean().item<double>();
  CHECK(near(mirrored, 0.5));
  const at::Tensor noisy = apply(*make(R"({"kind": "ada", "pipeline": ["noise"]})"), all, 0.25, 7) - x;
  CHECK(near(noisy.abs().flatten(1).amax(1).gt(0).to(at::kDouble).mean().item<double>(), 0.25));
  // The mean of σ² is 0.01; each value's square has a standard deviation of √8 times that, 25 values of an
  // image one σ.
  CHECK(noisy.square().mean().item<double>() * 4 == doctest::Approx(0.01).epsilon(0.25));
  const at::Tensor holes =
      apply(*make(R"({"kind": "ada", "pipeline": ["cutout"]})"), at::ones({n, 1, 8, 8}), 0.5, 7);
  CHECK(near(holes.flatten(1).amin(1).lt(0.5).to(at::kDouble).mean().item<double>(), 0.5));
  CHECK((1 - holes).flatten(1).sum(1).max().item<double>() == 16);
}

TEST_CASE("ADA's colours and bands are drawn as they should be") {
  const int64_t n = 2000;
  const ganode::AdaStrengths all = ganode::parseAdaPipeline({{"pipeline", {"bgcf"}}}, "");
  at::Generator random = ganode::makeGenerator(4);
  ganode::Draw draws(random);
  double flips = 0;
  for (int64_t i = 0; i < n; ++i) {
    const ganode::Matrix4 m = ganode::drawColors(all, 1, false, draws);
    // Hue and saturation leave grey grey, so that each row's sum is the contrast, negative where luma is
    // flipped.
    const double contrast = m(0, 0) + m(0, 1) + m(0, 2);
    CHECK(contrast == doctest::Approx(m(2, 0) + m(2, 1) + m(2, 2)));
    flips += contrast < 0 ? 1 : 0;
    const ganode::Gains gains = ganode::drawGains(all, 1, draws);
    CHECK(*std::min_element(gains.begin(), gains.end()) > 0);
  }
  CHECK(std::abs(flips - n / 2.0) < 5 * std::sqrt(n / 4.0));
  // One band alone: the power that 1/f gives stays.
  for (int64_t i = 0; i < 200; ++i) {
    const ganode::Gains gains = ganode::drawGains(all, 0.05, draws);
    const double power =
        (10 * gains[0] * gains[0] + gains[1] * gains[1] + gains[2] * gains[2] + gains[3] * gains[3]) / 13;
    std::set<double> distinct(gains.begin(), gains.end());
    if (distinct.size() == 2) CHECK(power == doctest::Approx(1));
  }
}
