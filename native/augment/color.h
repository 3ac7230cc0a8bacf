// Colours.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "augment/matrix.h"

namespace ganode {

// Each image [C, H, W] of [n, C, H, W] with its own affine map of colours (red, green, blue, 1), C being 3. A
// grey image, C = 1, takes the map's mean over the three colours that grey becomes.
at::Tensor colorTransform(const at::Tensor& images, const std::vector<Matrix4>& matrices);

}  // namespace ganode
