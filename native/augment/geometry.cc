#include "augment/geometry.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "augment/linear.h"

namespace ganode {
namespace {

// Low-pass filter of the sym6 wavelet (Daubechies, "Ten Lectures on Wavelets", 1992), scaled to a sum of √2.
constexpr int64_t kTaps = 12;
constexpr std::array<double, kTaps> kSym6 = {
    0.015404109327027373,  0.0034907120842174702, -0.11799011114819057,  -0.048311742585633,
    0.4910559419267466,    0.787641141030194,     0.3379294217276218,    -0.07263752278646252,
    -0.021060292512300564, 0.04472490177066578,   0.0017677118642428036, -0.007800708325034148};

// Pixels around the result, half on each side, that halving it needs; and what the filter reaches past the
// frame.
constexpr int64_t kRim = kTaps / 2;

// What lies before and after an image, along one axis.
struct Margin {
  int64_t before;
  int64_t after;
};

// The margin that holds whatever any result shows: the corners of the results' frame, and the filter's reach.
Margin marginOf(const std::vector<Matrix3>& inverses, size_t axis, int64_t height, int64_t width) {
  const double x = static_cast<double>(width - 1) / 2;
  const double y = static_cast<double>(height - 1) / 2;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Matrix3& m : inverses) {
    const double reach = std::abs(m(axis, 0)) * x + std::abs(m(axis, 1)) * y;
    low = std::min(low, m(axis, 2) - reach);
    high = std::max(high, m(axis, 2) + reach);
  }
  const double half = axis == 0 ? x : y;
  const auto pixels = [half](double reach) {
    // Rounding errors should not widen the margin.
    const double margin = std::clamp(reach + static_cast<double>(kRim) - half, 0.0, 2 * half);
    return static_cast<int64_t>(std::ceil(margin - 1e-6));
  };
  return {pixels(-low), pixels(high)};
}

// Reflection and doubling along one axis, as one matrix [2 × (before + size + after), size].
at::Tensor doubling(int64_t size, Margin margin) {
  const int64_t padded = margin.before + size + margin.after;
  at::Tensor matrix = at::zeros({2 * padded, size}, at::kDouble);
  auto cell = matrix.accessor<double, 2>();
  for (int64_t to = 0; to < 2 * padded; ++to) {
    for (int64_t from = 0; from < padded; ++from) {
      const int64_t tap = to - 2 * from + kTaps / 2 - 1;
      if (tap < 0 || tap >= kTaps) continue;
      cell[to][reflected(from - margin.before, size)] += kSym6[static_cast<size_t>(tap)] * std::sqrt(2.0);
    }
  }
  return matrix;
}

// Halving along one axis, which takes the rim off: [size, 2 × (size + rim)].
at::Tensor halving(int64_t size) {
  at::Tensor matrix = at::zeros({size, 2 * (size + kRim)}, at::kDouble);
  auto cell = matrix.accessor<double, 2>();
  for (int64_t to = 0; to < size; ++to) {
    for (int64_t tap = 0; tap < kTaps; ++tap) {
      cell[to][2 * to + 1 + tap] = kSym6[static_cast<size_t>(tap)] / std::sqrt(2.0);
    }
  }
  return matrix;
}

double pixels(int64_t n) { return static_cast<double>(n); }

// `inverses` are those of all these images, which share one margin.
at::Tensor transformTogether(const at::Tensor& images, const std::vector<Matrix3>& inverses) {
  const int64_t n = images.size(0);
  const int64_t height = images.size(2);
  const int64_t width = images.size(3);
  const Margin across = marginOf(inverses, 0, height, width);
  const Margin down = marginOf(inverses, 1, height, width);
  const at::Tensor doubled = separable(images, doubling(height, down), doubling(width, across));

  // The same map between the doubled result with its rim and the doubled image with its margin, each on [-1,
  // 1]. The filter's middle tap puts pixel i at 2i, half a new pixel before the middle of the two that it
  // becomes.
  const int64_t resultHeight = 2 * (height + kRim);
  const int64_t resultWidth = 2 * (width + kRim);
  const Matrix3 origin =
      translation(pixels(across.before - across.after) / 2, pixels(down.before - down.after) / 2);
  const Matrix3 toResult =
      scaling(0.5, 0.5) * translation(0.5, 0.5) * scaling(pixels(resultWidth) / 2, pixels(resultHeight) / 2);
  const Matrix3 fromImage = scaling(2 / pixels(doubled.size(3)), 2 / pixels(doubled.size(2))) *
                            translation(-0.5, -0.5) * scaling(2, 2);
  at::Tensor maps = at::empty({n, 2, 3}, at::kDouble);
  auto cell = maps.accessor<double, 3>();
  for (int64_t i = 0; i < n; ++i) {
    const Matrix3 map = fromImage * origin * inverses[static_cast<size_t>(i)] * toResult;
    for (int64_t row = 0; row < 2; ++row) {
      for (int64_t column = 0; column < 3; ++column) {
        cell[i][row][column] = map(static_cast<size_t>(row), static_cast<size_t>(column));
      }
    }
  }
  const at::Tensor grid =
      at::affine_grid_generator(maps.to(images.options()), {n, 1, resultHeight, resultWidth},
                                /*align_corners=*/false);
  return separable(interpolate(doubled, grid), halving(height), halving(width));
}

}  // namespace

at::Tensor affineTransform(const at::Tensor& images, const std::vector<Matrix3>& inverses) {
  // On a processor a few images at a time stay in its cache and need no more margin than these few: twice as
  // fast as all at once, which suits a GPU.
  const int64_t n = images.size(0);
  const int64_t few = images.is_cpu() ? 4 : n;
  if (n <= few) return transformTogether(images, inverses);
  std::vector<at::Tensor> parts;
  for (int64_t first = 0; first < n; first += few) {
    const auto begin = inverses.begin() + first;
    const int64_t count = std::min(few, n - first);
    parts.push_back(transformTogether(images.narrow(0, first, count), {begin, begin + count}));
  }
  return at::cat(parts);
}

}  // namespace ganode
