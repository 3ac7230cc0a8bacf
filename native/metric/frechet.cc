#include "metric/frechet.h"

#include <ATen/ATen.h>

#include <string>
#include <tuple>

#include "error.h"
#include "metric/features.h"

namespace ganode {
namespace {

// Rounding leaves eigenvalues of a covariance a little below zero.
at::Tensor rootOfSemidefinite(const at::Tensor& matrix) {
  const auto [values, vectors] = at::linalg_eigh(matrix);
  return vectors.mul(values.clamp_min(0).sqrt()).matmul(vectors.t());
}

}  // namespace

FeatureStatistics featureStatistics(const at::Tensor& rows) {
  const at::Tensor features = checkedRows(rows, 2, "features");
  FeatureStatistics result;
  result.count = features.size(0);
  result.mean = features.mean(0);
  const at::Tensor centred = features - result.mean;
  result.covariance = centred.t().matmul(centred) / static_cast<double>(result.count - 1);
  return result;
}

double frechetDistance(const FeatureStatistics& a, const FeatureStatistics& b) {
  if (a.mean.size(0) != b.mean.size(0)) {
    throw Error("INVALID_DATA", "expected statistics of features of one size, got " +
                                    std::to_string(a.mean.size(0)) + " and " +
                                    std::to_string(b.mean.size(0)));
  }
  const at::Tensor root = rootOfSemidefinite(a.covariance);
  const at::Tensor product = root.matmul(b.covariance).matmul(root);
  const at::Tensor values = at::linalg_eigvalsh((product + product.t()) / 2);
  const at::Tensor distance = (a.mean - b.mean).square().sum() + a.covariance.trace() + b.covariance.trace() -
                              2 * values.clamp_min(0).sqrt().sum();
  return distance.item<double>();
}

}  // namespace ganode
