// The three passes of a convolution by fewer multiplications, without gradients of their own (fast.h): each
// is linear in both of its tensors. Images and their gradients are float, double or, with `Halving`,
// bfloat16; weights and biases are of that type, and float where images are bfloat16. Outputs are channels
// last.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <optional>

#include "convolution/plan.h"

namespace ganode::convolution {

// [n, channels, h, w] and [filters, channels, k, k] -> [n, filters, rows, columns].
at::Tensor forward(Method method, const at::Tensor& input, const at::Tensor& weight,
                   const std::optional<at::Tensor>& bias);

// The gradient by an input of `size` for one at the output: [n, filters, rows, columns] and
// [filters, channels, k, k] -> [n, channels, h, w].
at::Tensor byInput(Method method, const at::Tensor& gradient, const at::Tensor& weight,
                   const std::array<int64_t, 2>& size, const std::optional<at::Tensor>& bias);

// The gradient by the weights: [n, channels, h, w] and [n, filters, rows, columns] -> [filters, channels, k,
// k].
at::Tensor byWeights(Method method, const at::Tensor& input, const at::Tensor& gradient);

}  // namespace ganode::convolution
