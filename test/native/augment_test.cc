// Augmentation: each transform against PyTorch (values: scripts/reference/augment.py), derivatives of both
// orders against finite differences.
#include "augment/augment.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>

#include "augment/color.h"
#include "augment/corruption.h"
#include "augment/diff_augment.h"
#include "augment/geometry.h"
#include "augment/matrix.h"
#include "augmenting.h"

using namespace ganode::test;

namespace {

using nlohmann::json;

at::Tensor tensorOf(const json& stored) {
  return at::tensor(stored["data"].get<std::vector<double>>(), at::kDouble)
      .view(stored["shape"].get<std::vector<int64_t>>());
}

std::vector<ganode::Matrix3> matricesOf(const json& lists) {
  std::vector<ganode::Matrix3> result;
  for (const json& rows : lists) {
    ganode::Matrix3& matrix = result.emplace_back();
    for (size_t i = 0; i < 3; ++i) {
      for (size_t j = 0; j < 3; ++j) matrix(i, j) = rows[i][j].get<double>();
    }
  }
  return result;
}

std::vector<ganode::Matrix4> colorsOf(const json& changes) {
  std::vector<ganode::Matrix4> result;
  for (const json& change : changes) {
    result.push_back(ganode::lumaAndChromaScaling(1, change.value("saturation", 1.0)) *
                     ganode::hueRotation(change.value("hue", 0.0)) *
                     ganode::lumaAndChromaScaling(change.value("flip", false) ? -1 : 1, 1) *
                     ganode::colorScaling(change.value("contrast", 1.0)) *
                     ganode::colorTranslation(change.value("brightness", 0.0)));
  }
  return result;
}

std::vector<ganode::Box> boxesOf(const json& parameters, double height, double width) {
  const double half = parameters["size"].get<double>() / 2;
  std::vector<ganode::Box> result;
  for (const json& centre : parameters["centres"]) {
    const auto x = centre[0].get<double>();
    const auto y = centre[1].get<double>();
    result.push_back({(x - half) * width, (y - half) * height, (x + half) * width, (y + half) * height});
  }
  return result;
}

at::Tensor run(const std::string& transform, const json& parameters, const at::Tensor& images) {
  if (transform == "affine") return ganode::affineTransform(images, matricesOf(parameters));
  if (transform == "color") return ganode::colorTransform(images, colorsOf(parameters));
  if (transform == "bands") return ganode::amplifyBands(images, parameters.get<std::vector<ganode::Gains>>());
  if (transform == "cutout") {
    return ganode::cutout(images, boxesOf(parameters, static_cast<double>(images.size(2)),
                                          static_cast<double>(images.size(3))));
  }
  if (transform == "diffColor") {
    return ganode::changeColor(images,
                               {parameters["brightness"], parameters["saturation"], parameters["contrast"]});
  }
  REQUIRE((transform == "translate"));
  return ganode::translate(images, parameters["down"], parameters["right"]);
}

// A bent sum of an image's pixels, so that the second derivative is not zero.
using Function = std::function<at::Tensor(const at::Tensor&)>;

at::Tensor gradientOf(const Function& function, const at::Tensor& x, bool keep) {
  return torch::autograd::grad({function(x)}, {x}, {}, std::nullopt, keep)[0];
}

// The derivatives of `function` and of the squared norm of its gradient (R1's penalty), against central
// differences along a few directions.
void checkDerivatives(const Function& function, const at::Tensor& at) {
  const at::Tensor x = at.detach().clone().requires_grad_(true);
  const Function penalty = [&](const at::Tensor& y) { return gradientOf(function, y, true).square().sum(); };
  for (const auto& [value, what] : {std::pair(function, "first order"), std::pair(penalty, "second order")}) {
    const at::Tensor gradient = gradientOf(value, x, false);
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      const at::Tensor direction = draw(x.sizes(), seed);
      const auto along = [&](double step) {
        return value((at + direction * step).requires_grad_(true)).item<double>();
      };
      const double slope = (along(1e-4) - along(-1e-4)) / 2e-4;
      INFO(what << " along direction " << seed);
      CHECK((gradient * direction).sum().item<double>() == doctest::Approx(slope).epsilon(1e-6));
    }
  }
}

void checkDerivatives(const ganode::Augmentation& augmentation, at::IntArrayRef shape, double p) {
  const at::Tensor weights = draw(shape, 90);
  checkDerivatives(
      [&](const at::Tensor& x) { return (apply(augmentation, x, p, 5) * weights).tanh().square().sum(); },
      draw(shape, 91));
}

}  // namespace

TEST_CASE("every transform and its gradient equal PyTorch's") {
  const json reference = fixture("augment.json");
  for (const json& wanted : reference["cases"]) {
    INFO(wanted["title"].get<std::string>());
    const at::Tensor x = tensorOf(wanted["images"]).requires_grad_(true);
    const at::Tensor y = run(wanted["transform"], wanted["parameters"], x);
    CHECK(distance(y, tensorOf(wanted["result"])) < 1e-10);
    const at::Tensor gradient =
        torch::autograd::grad({y}, {x}, {tensorOf(wanted["cotangent"])}, std::nullopt, false)[0];
    CHECK(distance(gradient, tensorOf(wanted["gradient"])) < 1e-10);
  }
}

TEST_CASE("whole shifts are exact; mirror images and quarter turns go the right way") {
  const at::Tensor x = draw({1, 2, 10, 10}, 1);
  const auto moved = [](const at::Tensor& images, const ganode::Matrix3& inverse) {
    return ganode::affineTransform(images, {inverse});
  };
  CHECK(distance(moved(x, ganode::Matrix3::identity()), x) < 1e-10);
  CHECK(distance(moved(x, ganode::translation(-3, 2)),
                 at::reflection_pad2d(x, {3, 3, 2, 2}).slice(2, 4, 14).slice(3, 0, 10)) < 1e-10);
  // The filter is not quite symmetric, which the highest frequencies show.
  const at::Tensor wave = at::sin(at::arange(20, at::kDouble) * 0.3);
  const at::Tensor smooth = (wave.view({1, 1, 20, 1}) * 0.5 + wave.cos()).contiguous();
  CHECK(distance(moved(smooth, ganode::scaling(-1, 1)), smooth.flip(3)) < 0.02);
  CHECK(distance(smooth, smooth.flip(3)) > 0.1);
  // The result's point (1, 0), to the right, shows the image's (0, 1), below: an image turned to the left.
  const at::Tensor turned = at::rot90(smooth, 1, {2, 3});
  CHECK(distance(moved(smooth, ganode::rotation(std::acos(0.0))), turned) < 0.02);
  CHECK(distance(turned, at::rot90(smooth, -1, {2, 3})) > 0.1);
}

TEST_CASE(
    "a quarter turn of an image that is not square turns it within its frame, as ADA's official code does") {
  const at::Tensor down = at::sin(at::arange(12, at::kDouble) * 0.3).view({1, 1, 12, 1});
  const at::Tensor across = at::cos(at::arange(20, at::kDouble) * 0.2).view({1, 1, 1, 20});
  const at::Tensor x = (down * 0.5 + across).contiguous();
  const at::Tensor y = ganode::affineTransform(x, {ganode::rotation(std::acos(0.0))});
  CHECK(y.sizes() == x.sizes());
  // The square in the middle turns as a square image does; beside it are rows of the image that were
  // reflected.
  const at::Tensor middle = x.narrow(3, 4, 12);
  CHECK(distance(y.narrow(3, 4, 12), at::rot90(middle, 1, {2, 3})) < 0.02);
  CHECK(distance(at::rot90(middle, 1, {2, 3}), at::rot90(middle, -1, {2, 3})) > 0.1);
  const at::Tensor reflected = at::rot90(at::reflection_pad2d(x, {0, 0, 4, 4}).narrow(3, 4, 12), 1, {2, 3});
  CHECK(distance(y, reflected) < 0.02);
}

TEST_CASE("images of any size can be transformed") {
  const auto ada = make(R"({"kind": "ada", "pipeline": ["blit", "geom", "filter", "noise", "cutout"]})");
  const auto diff = make(R"({"kind": "diffAugment"})");
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{2, 5, 1, 1}, {3, 2, 2, 7}, {2, 1, 9, 1}}) {
    const at::Tensor x = draw(shape, 1);
    for (const ganode::Augmentation* augmentation : {ada.get(), diff.get()}) {
      const at::Tensor y = apply(*augmentation, x, 1, 2);
      CHECK(y.sizes() == x.sizes());
      CHECK(y.isfinite().all().item<bool>());
    }
  }
  CHECK(apply(*ada, at::empty({0, 3, 4, 4}), 1, 1).size(0) == 0);
}

TEST_CASE("at probability 0, and where nothing is drawn, images come back as they are") {
  const auto ada = make(R"({"kind": "ada", "pipeline": ["bgcfnc"]})");
  const at::Tensor x = draw({8, 3, 12, 12}, 1).to(at::kFloat);
  at::Generator random = ganode::makeGenerator(3);
  const at::Tensor state = random.get_state();
  CHECK(ada->apply(x, 0, random).is_same(x));
  CHECK(at::equal(random.get_state(), state));
  CHECK(make(R"({"kind": "ada", "pipeline": []})")->apply(x, 1, random).is_same(x));
  // Most images are left alone at a small probability: those bits do not change.
  const at::Tensor y =
      apply(*make(R"({"kind": "ada", "pipeline": ["geom"]})"), x.repeat({40, 1, 1, 1}), 0.02, 1);
  const int64_t same = y.eq(x.repeat({40, 1, 1, 1})).flatten(1).all(1).sum().item<int64_t>();
  CHECK(same > 270);
  CHECK(same < 320);
}

TEST_CASE("equal generators give equal images, and type and shape stay") {
  const at::Tensor x = draw({6, 3, 16, 16}, 1);
  for (const char* options : {R"({"kind": "ada", "pipeline": ["bgcfnc"]})", R"({"kind": "diffAugment"})"}) {
    const auto augmentation = make(options);
    for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
      const at::Tensor typed = x.to(type).contiguous(at::MemoryFormat::ChannelsLast);
      const at::Tensor y = apply(*augmentation, typed, 0.7, 1);
      CHECK((y.scalar_type() == type));
      CHECK(at::equal(y, apply(*augmentation, typed, 0.7, 1)));
      CHECK_FALSE(at::equal(y, apply(*augmentation, typed, 0.7, 2)));
    }
  }
}

TEST_CASE("single precision is near double precision, gradients too") {
  const at::Tensor cotangent = draw({9, 3, 16, 16}, 2);
  for (const char* options :
       {R"({"kind": "ada", "pipeline": ["bgcf", "cutout"]})", R"({"kind": "diffAugment"})"}) {
    const auto augmentation = make(options);
    const auto both = [&](at::ScalarType type) {
      const at::Tensor x = draw({9, 3, 16, 16}, 1).to(type).requires_grad_(true);
      const at::Tensor y = apply(*augmentation, x, 0.6, 3);
      return at::stack(
          {y.detach(), torch::autograd::grad({y}, {x}, {cotangent.to(type)}, std::nullopt, false)[0]});
    };
    const at::Tensor exact = both(at::kDouble);
    CHECK(distance(both(at::kFloat), exact) < 1e-4 * exact.abs().max().item<double>());
  }
}

TEST_CASE("DiffAugment has derivatives of both orders") {
  checkDerivatives(*make(R"({"kind": "diffAugment"})"), {3, 3, 8, 10}, 0);
  checkDerivatives(*make(R"({"kind": "diffAugment"})"), {2, 1, 9, 8}, 0);
}

TEST_CASE("ADA's pipeline has derivatives of both orders") {
  checkDerivatives(*make(R"({"kind": "ada", "pipeline": ["bgcfnc"]})"), {3, 3, 8, 10}, 1);
  checkDerivatives(*make(R"({"kind": "ada", "pipeline": ["bgc"]})"), {5, 1, 7, 7}, 0.3);
}

TEST_CASE("the consistency transform has derivatives of both orders") {
  const at::Tensor weights = draw({4, 2, 6, 7}, 90);
  const Function function = [&](const at::Tensor& x) {
    at::Generator random = ganode::makeGenerator(2);
    return (ganode::flipAndShift(x, 3, true, random) * weights).tanh().square().sum();
  };
  checkDerivatives(function, draw({4, 2, 6, 7}, 91));
}
