#include "augment/diff_augment.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "augment/corruption.h"
#include "augment/draw.h"
#include "augment/linear.h"
#include "error.h"
#include "json.h"

namespace ganode {
namespace {

using nlohmann::json;

int64_t share(int64_t size, double ratio) { return std::llround(static_cast<double>(size) * ratio); }

at::Tensor drawColor(const at::Tensor& images, Draw& draw) {
  ColorChange change;
  for (int64_t i = 0; i < images.size(0); ++i) {
    change.brightness.push_back(draw.uniform(-0.5, 0.5));
    change.saturation.push_back(draw.uniform(0, 2));
    change.contrast.push_back(draw.uniform(0.5, 1.5));
  }
  return changeColor(images, change);
}

at::Tensor drawTranslation(const at::Tensor& images, Draw& draw) {
  const int64_t vertical = share(images.size(2), 0.125);
  const int64_t horizontal = share(images.size(3), 0.125);
  std::vector<int64_t> down;
  std::vector<int64_t> right;
  for (int64_t i = 0; i < images.size(0); ++i) {
    down.push_back(draw.integer(-vertical, vertical));
    right.push_back(draw.integer(-horizontal, horizontal));
  }
  return translate(images, down, right);
}

at::Tensor drawCutout(const at::Tensor& images, Draw& draw) {
  const int64_t height = share(images.size(2), 0.5);
  const int64_t width = share(images.size(3), 0.5);
  // An even hole has its middle between pixels, of which there is one more place.
  const auto start = [&draw](int64_t size, int64_t hole) {
    const int64_t first = draw.integer(0, size - hole % 2) - hole / 2;
    return static_cast<double>(first);
  };
  std::vector<Box> boxes;
  for (int64_t i = 0; i < images.size(0); ++i) {
    const double top = start(images.size(2), height);
    const double left = start(images.size(3), width);
    boxes.push_back({left, top, left + static_cast<double>(width), top + static_cast<double>(height)});
  }
  return cutout(images, boxes);
}

struct Policy {
  std::string name;
  at::Tensor (*apply)(const at::Tensor& images, Draw& draw);
};

const std::vector<Policy>& policies() {
  static const std::vector<Policy> all = {
      {"color", drawColor}, {"translation", drawTranslation}, {"cutout", drawCutout}};
  return all;
}

class DiffAugment : public Augmentation {
 public:
  explicit DiffAugment(std::vector<Policy> policy) : policy_(std::move(policy)) {}

  at::Tensor apply(const at::Tensor& images, double, at::Generator& random) const override {
    return inFullPrecision(images, [&](at::Tensor result) {
      Draw draw(random);
      for (const Policy& step : policy_) result = step.apply(result, draw);
      return result;
    });
  }

 private:
  std::vector<Policy> policy_;
};

}  // namespace

const std::vector<std::string>& diffAugmentPolicies() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Policy& policy : policies()) result.push_back(policy.name);
    return result;
  }();
  return names;
}

std::unique_ptr<Augmentation> makeDiffAugment(const json& options, const std::string& where) {
  if (!options.contains("policy")) return std::make_unique<DiffAugment>(policies());
  const json& names = options["policy"];
  const auto fail = [&](const json& got) {
    throw Error(
        "INVALID_OPTION",
        where + ": expected policy to be a list of 'color', 'translation' and 'cutout', got " + shown(got));
  };
  if (!names.is_array()) fail(names);
  std::vector<Policy> chosen;
  for (const json& name : names) {
    const auto found = std::find_if(policies().begin(), policies().end(),
                                    [&](const Policy& policy) { return name == policy.name; });
    if (found == policies().end()) fail(name);
    chosen.push_back(*found);
  }
  return std::make_unique<DiffAugment>(std::move(chosen));
}

at::Tensor changeColor(const at::Tensor& images, const ColorChange& change) {
  const auto perImage = [&](const std::vector<double>& values) {
    return at::tensor(values, at::kDouble).view({-1, 1, 1, 1}).to(images.options());
  };
  at::Tensor result = images + perImage(change.brightness);
  if (images.size(1) > 1) {  // the mean of one colour is that colour
    const at::Tensor grey = result.mean(1, /*keepdim=*/true);
    result = grey + (result - grey) * perImage(change.saturation);
  }
  const at::Tensor mean = result.mean({1, 2, 3}, /*keepdim=*/true);
  return mean + (result - mean) * perImage(change.contrast);
}

at::Tensor translate(const at::Tensor& images, const std::vector<int64_t>& down,
                     const std::vector<int64_t>& right) {
  const auto sources = [](const std::vector<int64_t>& shifts, int64_t size) {
    const at::Tensor from = at::arange(size) - at::tensor(shifts, at::kLong).view({-1, 1});
    return from.masked_fill(from.ge(size), -1).clamp_min(-1);
  };
  return pick(images, sources(down, images.size(2)), sources(right, images.size(3)));
}

}  // namespace ganode
