// Numbers a channel, for all pixels of an image.
#pragma once

#include <ATen/core/Tensor.h>

namespace ganode {

// [n, C] (or [C]) → [n, C, 1, 1] (or [C, 1, 1]), which broadcasts over [n, C, H, W].
inline at::Tensor overPixels(const at::Tensor& values) { return values.unsqueeze(-1).unsqueeze(-1); }

}  // namespace ganode
