#include "augment/ada.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "augment/color.h"
#include "augment/geometry.h"
#include "augment/linear.h"
#include "error.h"
#include "json.h"

namespace ganode {
namespace {

constexpr double kPi = 3.14159265358979323846;

using enum AdaTransform;

// Whether a transform is applied, one draw each; those outside the pipeline take none.
class Chance {
 public:
  Chance(const AdaStrengths& strengths, double p, Draw& draw) : strengths_(strengths), p_(p), draw_(draw) {}

  bool operator()(AdaTransform transform) const { return happens(p_ * strengths_.of(transform)); }

  // Once of two times, so that the probability of either is that of the transform.
  bool once(AdaTransform transform) const {
    return happens(1 - std::sqrt(std::clamp(1 - p_ * strengths_.of(transform), 0.0, 1.0)));
  }

 private:
  bool happens(double probability) const { return probability > 0 && draw_.chance(probability); }

  const AdaStrengths& strengths_;
  double p_;
  Draw& draw_;
};

class Ada : public Augmentation {
 public:
  Ada(const AdaStrengths& strengths, std::string where) : strengths_(strengths), where_(std::move(where)) {}

  at::Tensor apply(const at::Tensor& images, double p, at::Generator& random) const override {
    if (p <= 0 || images.size(0) == 0) return images;
    return inFullPrecision(images, [&](at::Tensor result) {
      Draw draw(random);
      result = move(result, p, draw);
      result = color(result, p, draw);
      result = filter(result, p, draw);
      result = addNoise(result, p, draw, random);
      return cut(result, p, draw);
    });
  }

 private:
  // Draws for every image, and transforms those that `draw` gives something for.
  template <typename Value>
  at::Tensor transform(
      const at::Tensor& images, const std::function<std::optional<Value>()>& draw,
      const std::function<at::Tensor(const at::Tensor&, const std::vector<Value>&)>& run) const {
    std::vector<int64_t> indices;
    std::vector<Value> values;
    for (int64_t i = 0; i < images.size(0); ++i) {
      if (const std::optional<Value> value = draw()) {
        indices.push_back(i);
        values.push_back(*value);
      }
    }
    return transformSome(images, indices, [&](const at::Tensor& some) { return run(some, values); });
  }

  template <typename Value>
  static std::optional<Value> unless(const Value& neutral, const Value& drawn) {
    return drawn == neutral ? std::nullopt : std::optional(drawn);
  }

  at::Tensor move(const at::Tensor& images, double p, Draw& draw) const {
    const auto next = [&] {
      return unless(Matrix3::identity(), drawAffine(strengths_, p, images.size(2), images.size(3), draw));
    };
    return transform<Matrix3>(images, next, affineTransform);
  }

  at::Tensor color(const at::Tensor& images, double p, Draw& draw) const {
    const bool used = std::any_of(adaGroups().at("color").begin(), adaGroups().at("color").end(),
                                  [&](AdaTransform part) { return strengths_.of(part) > 0; });
    if (!used) return images;
    const int64_t channels = images.size(1);
    if (channels != 1 && channels != 3) {
      throw Error("INVALID_OPTION",
                  where_ + ": expected images of 1 or 3 channels for transforms of colour, got " +
                      std::to_string(channels));
    }
    const auto next = [&] {
      return unless(Matrix4::identity(), drawColors(strengths_, p, channels == 1, draw));
    };
    return transform<Matrix4>(images, next, colorTransform);
  }

  at::Tensor filter(const at::Tensor& images, double p, Draw& draw) const {
    const auto next = [&] { return unless(Gains{1, 1, 1, 1}, drawGains(strengths_, p, draw)); };
    return transform<Gains>(images, next, amplifyBands);
  }

  at::Tensor addNoise(const at::Tensor& images, double p, Draw& draw, at::Generator& random) const {
    const Chance chance(strengths_, p, draw);
    const auto next = [&] {
      return chance(Noise) ? std::optional(std::abs(draw.normal(0.1))) : std::nullopt;
    };
    return transform<double>(
        images, next, [&](const at::Tensor& some, const std::vector<double>& deviations) {
          at::Tensor noise = at::empty(some.sizes(), some.scalar_type());
          noise.normal_(0, 1, random).mul_(at::tensor(deviations, some.scalar_type()).view({-1, 1, 1, 1}));
          return some + noise.to(some.device());
        });
  }

  at::Tensor cut(const at::Tensor& images, double p, Draw& draw) const {
    const Chance chance(strengths_, p, draw);
    const auto height = static_cast<double>(images.size(2));
    const auto width = static_cast<double>(images.size(3));
    const auto next = [&]() -> std::optional<Box> {
      if (!chance(Cutout)) return std::nullopt;
      const double x = draw.uniform(0, width);
      const double y = draw.uniform(0, height);
      return Box{x - width / 4, y - height / 4, x + width / 4, y + height / 4};
    };
    return transform<Box>(images, next, cutout);
  }

  AdaStrengths strengths_;
  std::string where_;
};

}  // namespace

const std::array<std::string, kAdaTransforms>& adaTransformNames() {
  static const std::array<std::string, kAdaTransforms> names = {
      "flip",        "rotate90",          "translate",  "scale",    "rotate",
      "anisotropic", "translateFraction", "brightness", "contrast", "lumaFlip",
      "hue",         "saturation",        "filter",     "noise",    "cutout"};
  return names;
}

const std::map<std::string, std::vector<AdaTransform>>& adaGroups() {
  static const std::map<std::string, std::vector<AdaTransform>> groups = [] {
    const std::vector<std::pair<std::string, std::vector<AdaTransform>>> parts = {
        {"blit", {Flip, Rotate90, Translate}},
        {"geom", {Scale, Rotate, Anisotropic, TranslateFraction}},
        {"color", {Brightness, Contrast, LumaFlip, Hue, Saturation}},
        {"filter", {Filter}},
        {"noise", {Noise}},
        {"cutout", {Cutout}}};
    std::map<std::string, std::vector<AdaTransform>> result;
    std::string initials;
    std::vector<AdaTransform> sum;
    for (const auto& [name, transforms] : parts) {  // and bg, bgc, bgcf, bgcfn, bgcfnc
      result[name] = transforms;
      initials += name[0];
      sum.insert(sum.end(), transforms.begin(), transforms.end());
      if (initials.size() > 1) result[initials] = sum;
    }
    return result;
  }();
  return groups;
}

AdaStrengths parseAdaPipeline(const nlohmann::json& options, const std::string& where) {
  const nlohmann::json pipeline = options.value("pipeline", nlohmann::json::array({"bgc"}));
  const auto fail = [&](const std::string& expected, const nlohmann::json& got) {
    throw Error("INVALID_OPTION", where + ": expected " + expected + ", got " + shown(got));
  };
  if (!pipeline.is_array()) fail("pipeline to be a list", pipeline);
  AdaStrengths strengths;
  for (const nlohmann::json& entry : pipeline) {
    const nlohmann::json name = entry.is_object() ? entry.value("transform", nlohmann::json()) : entry;
    const nlohmann::json multiplier =
        entry.is_object() ? entry.value("multiplier", nlohmann::json(1)) : nlohmann::json(1);
    if (!multiplier.is_number() || multiplier.get<double>() < 0 || multiplier.get<double>() > 1) {
      fail("multiplier in pipeline to be from 0 to 1", multiplier);
    }
    const std::string text = name.is_string() ? name.get<std::string>() : "";
    const auto& names = adaTransformNames();
    const auto found = std::find(names.begin(), names.end(), text);
    const auto group = adaGroups().find(text);
    if (found != names.end()) {
      strengths.set(static_cast<AdaTransform>(found - names.begin()), multiplier.get<double>());
    } else if (group != adaGroups().end()) {
      for (const AdaTransform part : group->second) strengths.set(part, multiplier.get<double>());
    } else {
      fail("pipeline to name transforms ('flip', 'rotate90', …) or groups ('bgc', …)", entry);
    }
  }
  return strengths;
}

Matrix3 drawAffine(const AdaStrengths& strengths, double p, int64_t height, int64_t width, Draw& draw) {
  const Chance chance(strengths, p, draw);
  const auto w = static_cast<double>(width);
  const auto h = static_cast<double>(height);
  // From the result back to the image: each factor is the inverse of its transform, the last transform to the
  // right.
  Matrix3 inverse = Matrix3::identity();
  if (chance(Flip) && draw.chance(0.5)) inverse = inverse * scaling(-1, 1);
  if (chance(Rotate90)) {
    const int64_t turns = draw.integer(0, 3);
    // Exact, as cos(π/2) is not.
    const Matrix3 turn = {{{{0, -1, 0}, {1, 0, 0}, {0, 0, 1}}}};
    for (int64_t i = 0; i < turns; ++i) inverse = inverse * turn;
  }
  if (chance(Translate)) {
    const double x = std::round(draw.uniform(-0.125, 0.125) * w);
    const double y = std::round(draw.uniform(-0.125, 0.125) * h);
    inverse = inverse * translation(-x, -y);
  }
  if (chance(Scale)) {
    const double factor = 1 / draw.logNormal(0.2);
    inverse = inverse * scaling(factor, factor);
  }
  if (chance.once(Rotate)) inverse = inverse * rotation(draw.uniform(-kPi, kPi));
  if (chance(Anisotropic)) {
    const double factor = draw.logNormal(0.2);
    inverse = inverse * scaling(1 / factor, factor);
  }
  if (chance.once(Rotate)) inverse = inverse * rotation(draw.uniform(-kPi, kPi));
  if (chance(TranslateFraction)) {
    const double x = draw.normal(0.125) * w;
    const double y = draw.normal(0.125) * h;
    inverse = inverse * translation(-x, -y);
  }
  return inverse;
}

Matrix4 drawColors(const AdaStrengths& strengths, double p, bool grey, Draw& draw) {
  const Chance chance(strengths, p, draw);
  Matrix4 matrix = Matrix4::identity();
  if (chance(Brightness)) matrix = colorTranslation(draw.normal(0.2)) * matrix;
  if (chance(Contrast)) matrix = colorScaling(draw.logNormal(0.5)) * matrix;
  if (chance(LumaFlip) && draw.chance(0.5)) matrix = lumaAndChromaScaling(-1, 1) * matrix;
  if (grey) return matrix;
  if (chance(Hue)) matrix = hueRotation(draw.uniform(-kPi, kPi)) * matrix;
  if (chance(Saturation)) matrix = lumaAndChromaScaling(1, draw.logNormal(1)) * matrix;
  return matrix;
}

Gains drawGains(const AdaStrengths& strengths, double p, Draw& draw) {
  // Natural images have a power spectrum of 1/f: shares of the four bands.
  constexpr Gains kPower = {10.0 / 13, 1.0 / 13, 1.0 / 13, 1.0 / 13};
  const Chance chance(strengths, p, draw);
  Gains gains = {1, 1, 1, 1};
  for (size_t band = 0; band < kBands; ++band) {
    if (!chance(Filter)) continue;
    const double factor = draw.logNormal(1);
    // All bands are scaled back so that the expected power stays.
    const double power = 1 + kPower[band] * (factor * factor - 1);
    for (double& gain : gains) gain /= std::sqrt(power);
    gains[band] *= factor;
  }
  return gains;
}

std::unique_ptr<Augmentation> makeAda(const nlohmann::json& options, const std::string& where) {
  return std::make_unique<Ada>(parseAdaPipeline(options, where), where);
}

}  // namespace ganode
