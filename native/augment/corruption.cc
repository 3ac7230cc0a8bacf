#include "augment/corruption.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "augment/linear.h"

namespace ganode {
namespace {

using Taps = std::vector<double>;

Taps convolve(const Taps& a, const Taps& b) {
  Taps result(a.size() + b.size() - 1, 0);
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j) result[i + j] += a[i] * b[j];
  }
  return result;
}

// a(z) a(1/z) / 2: the filter once forwards and once backwards.
Taps squared(const Taps& a) {
  Taps result = convolve(a, Taps(a.rbegin(), a.rend()));
  for (double& tap : result) tap /= 2;
  return result;
}

// a(z²): a zero between every two taps.
Taps stretched(const Taps& a) {
  Taps result(2 * a.size() - 1, 0);
  for (size_t i = 0; i < a.size(); ++i) result[2 * i] = a[i];
  return result;
}

// One filter for each band, all of the same odd length; their sum is 1.
std::array<Taps, kBands> makeBands() {
  // Low-pass filter of the sym2 wavelet, and its mirror image in frequency.
  const Taps low = {-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025};
  Taps high = low;
  for (size_t i = 1; i < high.size(); i += 2) high[i] = -high[i];
  const Taps lower = squared(low);
  const Taps upper = squared(high);
  std::array<Taps, kBands> bands;
  bands.fill({0});
  bands[0] = {1};
  for (size_t split = 1; split < kBands; ++split) {
    for (Taps& band : bands) band = convolve(stretched(band), lower);
    const size_t start = (bands[split].size() - upper.size()) / 2;
    for (size_t i = 0; i < upper.size(); ++i) bands[split][start + i] += upper[i];
  }
  return bands;
}

// The bands' filters as matrices over a row of pixels, [bands, size × size].
at::Tensor bandMatrices(int64_t size) {
  static const std::array<Taps, kBands> bands = makeBands();
  at::Tensor result = at::zeros({static_cast<int64_t>(kBands), size, size}, at::kDouble);
  auto cell = result.accessor<double, 3>();
  for (size_t band = 0; band < kBands; ++band) {
    const auto taps = static_cast<int64_t>(bands[band].size());
    for (int64_t to = 0; to < size; ++to) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        cell[static_cast<int64_t>(band)][to][reflected(to + tap - taps / 2, size)] +=
            bands[band][static_cast<size_t>(tap)];
      }
    }
  }
  return result.flatten(1);
}

// 0 where a pixel's middle lies in low…high, 1 elsewhere: [n, size].
at::Tensor outside(const std::vector<Box>& boxes, int64_t size, double Box::*low, double Box::*high) {
  at::Tensor result = at::ones({static_cast<int64_t>(boxes.size()), size}, at::kBool);
  auto cell = result.accessor<bool, 2>();
  for (size_t i = 0; i < boxes.size(); ++i) {
    for (int64_t pixel = 0; pixel < size; ++pixel) {
      const double middle = static_cast<double>(pixel) + 0.5;
      cell[static_cast<int64_t>(i)][pixel] = middle <= boxes[i].*low || middle >= boxes[i].*high;
    }
  }
  return result;
}

}  // namespace

at::Tensor cutout(const at::Tensor& images, const std::vector<Box>& boxes) {
  const auto n = static_cast<int64_t>(boxes.size());
  const int64_t height = images.size(2);
  const int64_t width = images.size(3);
  const at::Tensor rows = outside(boxes, height, &Box::top, &Box::bottom).view({n, 1, height, 1});
  const at::Tensor columns = outside(boxes, width, &Box::left, &Box::right).view({n, 1, 1, width});
  return images * rows.logical_or(columns).to(images.options());
}

at::Tensor amplifyBands(const at::Tensor& images, const std::vector<Gains>& gains) {
  const auto n = static_cast<int64_t>(gains.size());
  at::Tensor factors = at::empty({n, static_cast<int64_t>(kBands)}, at::kDouble);
  auto cell = factors.accessor<double, 2>();
  for (size_t i = 0; i < gains.size(); ++i) {
    for (size_t band = 0; band < kBands; ++band) {
      cell[static_cast<int64_t>(i)][static_cast<int64_t>(band)] = gains[i][band];
    }
  }
  const auto matrices = [&](int64_t size) {
    return factors.matmul(bandMatrices(size)).view({n, 1, size, size});
  };
  return separable(images, matrices(images.size(2)), matrices(images.size(3)));
}

}  // namespace ganode
