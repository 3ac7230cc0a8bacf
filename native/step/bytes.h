// Images as bytes, 0 … 255, and as networks take and give them, -1 … 1.
#pragma once

#include <ATen/core/Tensor.h>

namespace ganode {

// Bytes as numbers from -1 to 1; other images as they are.
at::Tensor fromBytes(const at::Tensor& images);

// The nearest bytes; what is beyond -1 … 1 becomes 0 or 255.
at::Tensor toBytes(const at::Tensor& images);

}  // namespace ganode
