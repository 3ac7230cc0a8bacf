#include "step/growing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "error.h"
#include "json.h"

namespace ganode {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& key, const std::string& expected, const json& got) {
  throw Error("INVALID_OPTION", "growing." + key + ": expected " + expected + ", got " + shown(got));
}

int64_t count(const json& growing, const char* key, int64_t least) {
  const auto found = growing.find(key);
  const json got = found == growing.end() ? json() : *found;
  const bool fits =
      got.is_number_integer() && got.get<int64_t>() >= least && got.get<int64_t>() <= kMostWhole;
  if (!fits) refuse(key, "a whole number from " + std::to_string(least), got);
  return got.get<int64_t>();
}

// A batch, or a factor, by size is no larger: it is multiplied with other counts.
constexpr double kMostValue = 1 << 20;

// {"8": 64, …}: values by size.
template <typename Value>
std::map<int64_t, Value> bySize(const json& growing, const char* key) {
  std::map<int64_t, Value> result;
  const auto found = growing.find(key);
  if (found == growing.end()) return result;
  for (const auto& item : found->items()) {
    const std::string& size = item.key();
    const json& value = item.value();
    const bool digits = !size.empty() && size.size() < 6 && size.find_first_not_of("0123456789") == size.npos;
    if (!digits) refuse(key, "sizes as keys", size);
    if (std::is_integral_v<Value> && !value.is_number_integer())
      refuse(key + ("." + size), "a whole number above 0", value);
    if (!value.is_number() || value.get<double>() <= 0 || value.get<double>() > kMostValue)
      refuse(key + ("." + size), "a number above 0 and up to 1048576", value);
    result[std::stoll(size)] = value.get<Value>();
  }
  return result;
}

at::Tensor blocks(const at::Tensor& images, int64_t factor) {
  return factor == 1 ? images : at::avg_pool2d(images, {factor, factor});
}

at::Tensor enlarged(const at::Tensor& images, int64_t factor) {
  if (factor == 1) return images;
  return at::upsample_nearest2d(images, {images.size(2) * factor, images.size(3) * factor});
}

}  // namespace

Growing Growing::parse(const json& growing, int64_t height, int64_t width) {
  Growing result;
  result.height_ = height;
  const int64_t from = count(growing, "from", 1);
  int64_t size = from;
  while (size < height) {
    size *= 2;
    ++result.levels_;
  }
  if (size != height) {
    throw Error("INVALID_OPTION", "growing.from: expected the height of the images, " +
                                      std::to_string(height) + ", halved a whole number of times, got " +
                                      std::to_string(from));
  }
  if (width % (int64_t{1} << result.levels_) != 0) {
    throw Error("INVALID_OPTION",
                "growing.from: expected images whose width can be halved as often as their height, " +
                    std::to_string(result.levels_) + " times from " + std::to_string(height) + " to " +
                    std::to_string(from) + ", got a width of " + std::to_string(width));
  }
  result.stable_ = static_cast<double>(count(growing, "stableImages", 1));
  result.fade_ = static_cast<double>(count(growing, "fadeImages", 0));
  result.resetsOptimizers_ = growing.value("resetOptimizers", true);
  result.batches_ = bySize<int64_t>(growing, "batches");
  result.learningRateFactors_ = bySize<double>(growing, "learningRateFactors");
  return result;
}

double Growing::lodAt(double images) const {
  const double phase = stable_ + fade_;
  const double whole = std::floor(images / phase);
  const double rest = images - whole * phase;
  const double part = fade_ > 0 ? std::max(rest - stable_, 0.0) / fade_ : 0;
  return std::max(static_cast<double>(levels_) - whole - part, 0.0);
}

int64_t Growing::sizeAt(double lod) const { return height_ >> static_cast<int64_t>(std::floor(lod)); }

int64_t Growing::batchAt(int64_t size, int64_t otherwise) const {
  const auto found = batches_.find(size);
  return found == batches_.end() ? otherwise : found->second;
}

double Growing::learningRateFactorAt(int64_t size) const {
  const auto found = learningRateFactors_.find(size);
  return found == learningRateFactors_.end() ? 1 : found->second;
}

bool Growing::restarts(double before, double now) const {
  if (!resetsOptimizers_) return false;
  return std::floor(before) != std::floor(now) || std::ceil(before) != std::ceil(now);
}

at::Tensor Growing::show(const at::Tensor& images, double lod) const {
  const double whole = std::floor(lod);
  const int64_t factor = int64_t{1} << static_cast<int64_t>(whole);
  at::Tensor shown = blocks(images, factor);
  if (lod > whole) shown = at::lerp(shown, enlarged(blocks(shown, 2), 2), lod - whole);
  return enlarged(shown, factor);
}

}  // namespace ganode
