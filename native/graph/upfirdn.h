// Up-sampling, filtering and down-sampling in one (Karras et al. 2020, StyleGAN2: upfirdn2d), as `upfirdn`
// and `modulatedConv2d` use it.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

namespace ganode {

// Rows and columns alike: `up - 1` zeros behind each value, zeros around it all (`padding`: before and
// behind; negative ones cut), the filter, every `down`-th value of the result.
struct Resampling {
  std::vector<int64_t> filter;  // its products with itself, divided by their sum, are the kernel
  int64_t up = 1;
  int64_t down = 1;
  std::array<int64_t, 2> padding{0, 0};
  double gain = 1;  // times the kernel

  // Rows (or columns) of the output for so many of the input; below 1 where the filter does not fit.
  int64_t sizeOf(int64_t size) const;
  // [n, channels, height, width]. Nothing of the above may change from the first call on.
  at::Tensor operator()(const at::Tensor& x) const;

  // What it multiplies with, one for each type of numbers: kept, so that it is made, and brought to the
  // device, once, and where it is stays (step/sampling.h).
  mutable std::vector<at::Tensor> kept = {};

 private:
  // [channels, 1, taps, taps] as `like` [n, channels, …] is: turned round for a correlation, or as it is.
  const at::Tensor& kernel(const at::Tensor& like) const;
};

}  // namespace ganode
