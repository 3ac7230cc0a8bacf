#include "metric/kernel.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "error.h"
#include "metric/blocks.h"

namespace ganode {
namespace {

at::Tensor cubic(const at::Tensor& a, const at::Tensor& b) {
  return a.matmul(b.t()).div_(static_cast<double>(a.size(1))).add_(1).pow_(3);
}

// The rows of each subset, in the order in which they are drawn: of x, then of y, for one subset after the
// other.
struct Subsets {
  std::vector<at::Tensor> x;
  std::vector<at::Tensor> y;
};

Subsets draw(const FeaturePair& sets, int64_t subsets, int64_t size, at::Generator& random) {
  const auto some = [&](const at::Tensor& rows) {
    return at::randperm(rows.size(0), random, at::TensorOptions().dtype(at::kLong)).narrow(0, 0, size);
  };
  Subsets drawn;
  for (int64_t i = 0; i < subsets; ++i) {
    drawn.x.push_back(some(sets.real));
    drawn.y.push_back(some(sets.fake));
  }
  return drawn;
}

// Mean over pairs of different rows.
at::Tensor meanOfOthers(const at::Tensor& kernel) {
  const auto n = static_cast<double>(kernel.size(0));
  return (kernel.sum() - kernel.trace()) / (n * (n - 1));
}

at::Tensor oneByOne(const FeaturePair& sets, const Subsets& subsets) {
  std::vector<at::Tensor> values;
  for (size_t i = 0; i < subsets.x.size(); ++i) {
    const at::Tensor x = sets.real.index_select(0, subsets.x[i]);
    const at::Tensor y = sets.fake.index_select(0, subsets.y[i]);
    values.push_back(meanOfOthers(cubic(x, x)) + meanOfOthers(cubic(y, y)) - 2 * cubic(x, y).mean());
  }
  return at::stack(values);
}

// A column for each subset, 1 where a row is in it.
at::Tensor membership(const std::vector<at::Tensor>& subsets, int64_t rows) {
  at::Tensor members = at::zeros({rows, static_cast<int64_t>(subsets.size())}, at::kDouble);
  for (size_t i = 0; i < subsets.size(); ++i)
    members.select(1, static_cast<int64_t>(i)).index_fill_(0, subsets[i], 1);
  return members;
}

// The kernel summed over all pairs of each subset.
at::Tensor sums(const at::Tensor& a, const at::Tensor& membersOfA, const at::Tensor& b,
                const at::Tensor& membersOfB) {
  at::Tensor total = at::zeros({membersOfA.size(1)}, at::kDouble);
  inBlocks(a.size(0), [&](int64_t start, int64_t length) {
    const at::Tensor kernel = cubic(a.narrow(0, start, length), b);
    total += kernel.matmul(membersOfB).mul_(membersOfA.narrow(0, start, length)).sum(0);
  });
  return total;
}

at::Tensor allAtOnce(const FeaturePair& sets, const Subsets& subsets) {
  const auto size = static_cast<double>(subsets.x.front().numel());
  const at::Tensor x = membership(subsets.x, sets.real.size(0));
  const at::Tensor y = membership(subsets.y, sets.fake.size(0));
  const auto ofOthers = [&](const at::Tensor& rows, const at::Tensor& members) {
    const at::Tensor own = rows.square().sum(1).div_(static_cast<double>(rows.size(1))).add_(1).pow_(3);
    return (sums(rows, members, rows, members) - own.matmul(members)) / (size * (size - 1));
  };
  return ofOthers(sets.real, x) + ofOthers(sets.fake, y) -
         2 * sums(sets.real, x, sets.fake, y) / (size * size);
}

double squared(double value) { return value * value; }

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
  const Subsets drawn = draw(sets, subsets, subsetSize, random);
  const double pairs = squared(static_cast<double>(sets.real.size(0) + sets.fake.size(0)));
  const double pairsInSubsets = static_cast<double>(subsets) * squared(2 * static_cast<double>(subsetSize));
  return spreadOf(pairs < pairsInSubsets ? allAtOnce(sets, drawn) : oneByOne(sets, drawn));
}

}  // namespace ganode
