#include "graph/upfirdn.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace ganode {

int64_t Resampling::sizeOf(int64_t size) const {
  const int64_t room = size * up + padding[0] + padding[1] - static_cast<int64_t>(filter.size());
  return room < 0 ? 0 : room / down + 1;
}

const at::Tensor& Resampling::kernel(const at::Tensor& like) const {
  const int64_t channels = like.size(1);
  for (const at::Tensor& one : kept) {
    if (one.size(0) == channels && one.scalar_type() == like.scalar_type() && one.device() == like.device())
      return one;
  }
  const auto sum = static_cast<double>(std::accumulate(filter.begin(), filter.end(), int64_t{0}));
  at::Tensor row = at::empty({static_cast<int64_t>(filter.size())}, at::kDouble);
  for (size_t i = 0; i < filter.size(); ++i)
    row[static_cast<int64_t>(i)] = static_cast<double>(filter[i]) / sum;
  if (up == 1) row = row.flip(0);
  const at::Tensor square = at::outer(row, row) * gain;
  kept.push_back(square.view({1, 1, row.size(0), row.size(0)})
                     .to(like.options().requires_grad(std::nullopt))
                     .expand({channels, 1, row.size(0), row.size(0)})
                     .contiguous());
  return kept.back();
}

at::Tensor Resampling::operator()(const at::Tensor& x) const {
  const int64_t channels = x.size(1);
  const auto taps = static_cast<int64_t>(filter.size());
  const auto [before, behind] = padding;
  const at::Tensor& weight = kernel(x);
  using Both = std::array<int64_t, 2>;
  if (up == 1) {
    const bool even = before == behind && before >= 0;
    const at::Tensor padded = even ? x : at::constant_pad_nd(x, {before, behind, before, behind});
    const int64_t own = even ? before : 0;
    return at::conv2d(padded, weight, {}, Both{down, down}, Both{own, own}, Both{1, 1}, channels);
  }
  // A transposed convolution multiplies no zeros. What it gives beyond the padding is cut, on both sides
  // alike as far as that goes.
  const int64_t cut = std::max<int64_t>(std::min(taps - 1 - before, taps - up - behind), 0);
  const at::Tensor full =
      at::conv_transpose2d(x, weight, {}, Both{up, up}, Both{cut, cut}, Both{0, 0}, channels);
  const int64_t front = cut - (taps - 1 - before);
  const auto rest = [&](int64_t dim) {
    return x.size(dim) * up + before + behind - taps + 1 - front - full.size(dim);
  };
  at::Tensor result = full;
  if (front != 0 || rest(2) != 0 || rest(3) != 0)
    result = at::constant_pad_nd(full, {front, rest(3), front, rest(2)});
  if (down == 1) return result;
  return result.slice(2, 0, std::nullopt, down).slice(3, 0, std::nullopt, down);
}

}  // namespace ganode
