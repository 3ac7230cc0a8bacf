// Linear maps of images that the transforms are made of. The images' gradients are linear maps again, so that
// every order of derivative exists.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace ganode {

// The index in 0…size-1 that `index` falls on when a row of `size` pixels goes on as its own reflection,
// without repeating the pixel at the edge.
int64_t reflected(int64_t index, int64_t size);

// rows · image · columnsᵀ for every channel. `rows` [H', H] and `columns` [W', W], or one for each image:
// [n, 1, H', H] and [n, 1, W', W].
at::Tensor separable(const at::Tensor& images, const at::Tensor& rows, const at::Tensor& columns);

// Pixel (i, j) of an image becomes its pixel (rows[i], columns[j]), or zero where either is -1. int64 tensors
// on the CPU: `rows` [n, H'], `columns` [n, W'].
at::Tensor pick(const at::Tensor& images, const at::Tensor& rows, const at::Tensor& columns);

// Bilinear interpolation at grid [n, H', W', 2] (x, y; -1 and 1 are the image's outer edges), zero outside:
// ATen's grid sampler, which itself can be differentiated in the images only once.
at::Tensor interpolate(const at::Tensor& images, const at::Tensor& grid);

// `transform` of the images at these indices, the others as they are.
at::Tensor transformSome(const at::Tensor& images, const std::vector<int64_t>& indices,
                         const std::function<at::Tensor(const at::Tensor&)>& transform);

// `transform` in single precision, or in double where the images are: the result has the images' type.
at::Tensor inFullPrecision(const at::Tensor& images,
                           const std::function<at::Tensor(const at::Tensor&)>& transform);

}  // namespace ganode
