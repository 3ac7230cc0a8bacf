// Moving, turning and stretching images.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "augment/matrix.h"

namespace ganode {

// Each image [C, H, W] of [n, C, H, W] under its own affine map, as Karras et al. 2020 do it (appendix B,
// and training/augment.py of their code): the image goes on as its reflection, up to one image size on each
// side; it is doubled in size with the sym6 wavelet's low-pass filter, interpolated bilinearly, and halved
// with the same filter. The identity and shifts by whole pixels come out exact up to rounding, mirror images
// and quarter turns nearly so: the filter is not quite symmetric.
//
// `inverses`: n matrices that take a point of the result to the point of the image that it shows, in pixels
// from the image's middle, y pointing down.
at::Tensor affineTransform(const at::Tensor& images, const std::vector<Matrix3>& inverses);

}  // namespace ganode
