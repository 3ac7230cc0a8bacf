#include "augment/color.h"

#include <ATen/ATen.h>

namespace ganode {

at::Tensor colorTransform(const at::Tensor& images, const std::vector<Matrix4>& matrices) {
  const int64_t n = images.size(0);
  at::Tensor maps = at::empty({n, 3, 4}, at::kDouble);
  auto cell = maps.accessor<double, 3>();
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t row = 0; row < 3; ++row) {
      for (int64_t column = 0; column < 4; ++column) {
        cell[i][row][column] =
            matrices[static_cast<size_t>(i)](static_cast<size_t>(row), static_cast<size_t>(column));
      }
    }
  }
  at::Tensor factors = maps.narrow(2, 0, 3);
  at::Tensor offsets = maps.narrow(2, 3, 1);
  if (images.size(1) == 1) {
    factors = factors.sum(2, /*keepdim=*/true).mean(1, /*keepdim=*/true);
    offsets = offsets.mean(1, /*keepdim=*/true);
  }
  const at::Tensor colors = images.flatten(2);
  const at::Tensor result = at::baddbmm(offsets.to(images.options()), factors.to(images.options()), colors);
  return result.view_as(images);
}

}  // namespace ganode
