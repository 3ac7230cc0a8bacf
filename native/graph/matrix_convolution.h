// Convolutions of special shapes as matrix products: exactly the same sums, on the CPU several times as fast
// as libtorch's own, which are made for many filters and many positions. Kernel and input without groups and
// dilation. Weights as conv2d has them, [filters, channels, h, w], transposed [channels, filters, h, w].
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace ganode {

// A conv2d whose kernel covers the input, without padding: [n, channels, h, w] -> [n, filters, 1, 1].
at::Tensor coveringConvolution(const at::Tensor& input, const at::Tensor& weight);

// A transposed convolution of a single position, without padding: [n, channels, 1, 1] -> [n, filters, h, w].
at::Tensor spreadingConvolution(const at::Tensor& input, const at::Tensor& weight);

// A transposed convolution with one filter, to `output` rows and columns: what each position contributes is a
// matrix product, and the contributions are then summed where they overlap.
at::Tensor thinConvTranspose(const at::Tensor& input, const at::Tensor& weight,
                             const std::array<int64_t, 2>& stride, const std::array<int64_t, 2>& padding,
                             const std::array<int64_t, 2>& output);

}  // namespace ganode
