// What takes something away from an image: filters and holes. (Noise is a plain sum.)
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

namespace ganode {

// The part of an image that is cut out, in pixels from its left and upper edge.
struct Box {
  double left;
  double top;
  double right;
  double bottom;
};

// Each image of [n, C, H, W] with the pixels set to 0 whose middles lie within its box.
at::Tensor cutout(const at::Tensor& images, const std::vector<Box>& boxes);

// Frequency bands of an image, from the lowest: each below the last is half as wide.
constexpr size_t kBands = 4;
using Gains = std::array<double, kBands>;

// Each image of [n, C, H, W] with its frequency bands amplified by its own gains (Karras et al. 2020,
// appendix B): a filter of 43 taps in each direction, made of the sym2 wavelet; at gains of 1 it is the
// identity. The image goes on as its reflection.
at::Tensor amplifyBands(const at::Tensor& images, const std::vector<Gains>& gains);

}  // namespace ganode
