#include <ATen/ATen.h>

#include "augment/augment.h"
#include "augment/draw.h"
#include "augment/linear.h"

namespace ganode {

at::Tensor flipAndShift(const at::Tensor& images, int64_t shift, bool flip, at::Generator& random) {
  const int64_t n = images.size(0);
  const int64_t height = images.size(2);
  const int64_t width = images.size(3);
  at::Tensor rows = at::empty({n, height}, at::kLong);
  at::Tensor columns = at::empty({n, width}, at::kLong);
  auto row = rows.accessor<int64_t, 2>();
  auto column = columns.accessor<int64_t, 2>();
  Draw draw(random);
  for (int64_t i = 0; i < n; ++i) {
    const bool mirrored = flip && draw.chance(0.5);
    const int64_t down = draw.integer(-shift, shift);
    const int64_t right = draw.integer(-shift, shift);
    for (int64_t y = 0; y < height; ++y) row[i][y] = reflected(y - down, height);
    for (int64_t x = 0; x < width; ++x) {
      const int64_t from = reflected(x - right, width);
      column[i][x] = mirrored ? width - 1 - from : from;
    }
  }
  return pick(images, rows, columns);
}

}  // namespace ganode
