// Convolutions on the CPU by fewer multiplications (convolution/tiling.h): the shapes that generators and
// discriminators are made of, several times as fast as sliding the kernel. Differentiable any number of
// times.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>

#include "convolution/plan.h"

namespace ganode::convolution {

// Whether the functions below take such an input as things are: on the CPU, float or double. Under autocast
// to bfloat16, float or bfloat16, and with `Halving` only: the others would have rounding errors seven
// times libtorch's. The output is bfloat16 then, products of matrices are in bfloat16, and weights, biases
// and their gradients are float.
bool takesFast(Method method, const at::Tensor& input);

// conv2d: [n, channels, h, w] and [filters, channels, k, k] -> [n, filters, rows, columns]. `bias`:
// [filters].
at::Tensor fastConvolution(const Plan& plan, const at::Tensor& input, const at::Tensor& weight,
                           const std::optional<at::Tensor>& bias = {});

// Its transpose: [n, filters, rows, columns] and the same weight -> [n, channels, h, w], an image of
// `size`. `bias`: [channels].
at::Tensor fastTransposed(const Plan& plan, const at::Tensor& output, const at::Tensor& weight,
                          const std::array<int64_t, 2>& size, const std::optional<at::Tensor>& bias = {});

}  // namespace ganode::convolution
