#include "metric/kernel.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <vector>

#include "error.h"

namespace ganode {
namespace {

at::Tensor cubic(const at::Tensor& a, const at::Tensor& b) {
  return a.matmul(b.t()).div_(static_cast<double>(a.size(1))).add_(1).pow_(3);
}

// Mean over pairs of different rows.
at::Tensor meanOfOthers(const at::Tensor& kernel) {
  const auto n = static_cast<double>(kernel.size(0));
  return (kernel.sum() - kernel.trace()) / (n * (n - 1));
}

}  // namespace

Spread kernelDistance(const at::Tensor& real, const at::Tensor& fake, int64_t subsets, int64_t subsetSize,
                      at::Generator& random) {
  const FeaturePair sets = checkedPair(real, fake, 2);
  const int64_t most = std::min(sets.real.size(0), sets.fake.size(0));
  if (subsets < 1 || subsetSize < 2 || subsetSize > most) {
    throw Error("INVALID_DATA", "kernelDistance: expected 1 or more subsets of 2 to " + std::to_string(most) +
                                    " rows, got " + std::to_string(subsets) + " of " +
                                    std::to_string(subsetSize));
  }
  const auto subset = [&](const at::Tensor& rows) {
    const at::Tensor order = at::randperm(rows.size(0), random, at::TensorOptions().dtype(at::kLong));
    return rows.index_select(0, order.narrow(0, 0, subsetSize));
  };
  std::vector<at::Tensor> values;
  for (int64_t i = 0; i < subsets; ++i) {
    const at::Tensor x = subset(sets.real);
    const at::Tensor y = subset(sets.fake);
    values.push_back(meanOfOthers(cubic(x, x)) + meanOfOthers(cubic(y, y)) - 2 * cubic(x, y).mean());
  }
  return spreadOf(at::stack(values));
}

}  // namespace ganode
