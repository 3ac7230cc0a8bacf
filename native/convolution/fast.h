// Convolutions on the CPU by fewer multiplications (convolution/tiling.h): the shapes that generators and
// discriminators are made of, several times as fast as sliding the kernel. Differentiable any number of
// times.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>

namespace ganode::convolution {

// A convolution's shape, as conv2d has it; of a transposed one, that of the convolution whose gradient it is.
struct Shape {
  int64_t channels;
  int64_t filters;
  std::array<int64_t, 2> kernel;
  std::array<int64_t, 2> stride;
  std::array<int64_t, 2> padding;
  std::array<int64_t, 2> input;  // height and width
  std::array<int64_t, 2> output;
};

enum class Method {
  Sliding,  // libtorch's own
  Halving,  // kernel 4, stride 2, padding 1
  Keeping,  // kernel 3, stride 1, padding 1
};

// The method for a shape without groups and dilation. Few channels or small images gain nothing.
Method methodFor(const Shape& shape);

// Whether `fastConvolution` takes such an input as things are: on the CPU, float or double, no autocast.
bool takesFast(const at::Tensor& input);

// conv2d: [n, channels, h, w] and [filters, channels, k, k] -> [n, filters, rows, columns]. `bias`:
// [filters].
at::Tensor fastConvolution(Method method, const at::Tensor& input, const at::Tensor& weight,
                           const std::optional<at::Tensor>& bias = {});

// Its transpose: [n, filters, rows, columns] and the same weight -> [n, channels, h, w], an image of
// `size`. `bias`: [channels].
at::Tensor fastTransposed(Method method, const at::Tensor& output, const at::Tensor& weight,
                          const std::array<int64_t, 2>& size, const std::optional<at::Tensor>& bias = {});

}  // namespace ganode::convolution
