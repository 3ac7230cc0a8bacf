#include "convolution/method.h"

#include "convolution/tiling.h"

namespace ganode::convolution {
namespace {

template <typename Tiling>
bool suits(const Shape& shape) {
  for (size_t axis = 0; axis < 2; ++axis) {
    if (shape.kernel[axis] != Tiling::kKernel || shape.stride[axis] != Tiling::kStride ||
        shape.padding[axis] != Tiling::kPadding || shape.input[axis] != shape.output[axis] * Tiling::kStride)
      return false;
  }
  return true;
}

// Multiplications as a share of the sliding kernel's, with those at the last tiles that nobody needs.
template <typename Tiling>
double shareOf(const Shape& shape) {
  double share = Tiling::kPoints * Tiling::kPoints;
  for (const int64_t outputs : shape.output) {
    const int64_t tiles = (outputs + Tiling::kTile - 1) / Tiling::kTile;
    share *= static_cast<double>(tiles) / static_cast<double>(outputs * Tiling::kTaps);
  }
  return share;
}

}  // namespace

Method methodFor(const Shape& shape) {
  constexpr int64_t kFewest = 32;
  constexpr double kWorthwhile = 0.6;
  const auto fits = [](int64_t count) {
    return count >= kFewest && count <= kMostChannels && count % kLine == 0;
  };
  if (!fits(shape.channels) || !fits(shape.filters)) return Method::Sliding;
  if (suits<Halving>(shape) && shareOf<Halving>(shape) <= kWorthwhile) return Method::Halving;
  if (suits<Keeping>(shape) && shareOf<Keeping>(shape) <= kWorthwhile) return Method::Keeping;
  return Method::Sliding;
}

}  // namespace ganode::convolution
