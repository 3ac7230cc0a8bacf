#include "convolution/plan.h"

#include <optional>

#include "convolution/tiling.h"

namespace ganode::convolution {
namespace {

// Nothing where the method is not for such shapes.
template <typename Tiling>
std::optional<std::array<Plan::Fill, 2>> fillOf(const Shape& shape) {
  std::array<Plan::Fill, 2> result;
  for (size_t axis = 0; axis < 2; ++axis) {
    Plan::Fill& fill = result[axis];
    fill.before = Tiling::kPadding - shape.padding[axis];
    fill.after = Tiling::kKernel - shape.kernel[axis] - fill.before;
    if (fill.before < 0 || fill.after < 0 || shape.stride[axis] != Tiling::kStride ||
        shape.input[axis] != shape.output[axis] * Tiling::kStride)
      return std::nullopt;
  }
  return result;
}

// Multiplications as a share of the sliding kernel's, with those at the last tiles that nobody needs.
template <typename Tiling>
double shareOf(const Shape& shape) {
  double share = 1;
  for (size_t axis = 0; axis < 2; ++axis) {
    const int64_t tiles = (shape.output[axis] + Tiling::kTile - 1) / Tiling::kTile;
    share *= static_cast<double>(tiles * Tiling::kPoints * Tiling::kStride) /
             static_cast<double>(shape.output[axis] * shape.kernel[axis]);
  }
  return share;
}

}  // namespace

Plan planFor(const Shape& shape) {
  constexpr int64_t kFewest = 32;
  constexpr double kWorthwhile = 0.6;
  const auto fits = [](int64_t count) {
    return count >= kFewest && count <= kMostChannels && count % kLine == 0;
  };
  Plan plan;
  if (!fits(shape.channels) || !fits(shape.filters)) return plan;
  double least = kWorthwhile;
  const auto offer = [&]<typename Tiling>(Method method) {
    const auto fill = fillOf<Tiling>(shape);
    if (!fill || shareOf<Tiling>(shape) > least) return;
    plan = {method, *fill};
    least = shareOf<Tiling>(shape);
  };
  offer.template operator()<Halving>(Method::Halving);
  offer.template operator()<WideHalving>(Method::WideHalving);
  offer.template operator()<Keeping>(Method::Keeping);
  offer.template operator()<WideKeeping>(Method::WideKeeping);
  return plan;
}

}  // namespace ganode::convolution
