#include "metric/frechet.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
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

// Features that are centred at a time, in double precision.
constexpr int64_t kColumns = 2048;

double bySingularValues(const at::Tensor& real, const at::Tensor& fake) {
  const int64_t n = real.size(0);
  const int64_t m = fake.size(0);
  at::Tensor products = at::zeros({n, m}, at::kDouble);
  at::Tensor apart = at::zeros({}, at::kDouble);
  at::Tensor traces = at::zeros({}, at::kDouble);
  for (int64_t start = 0; start < real.size(1); start += kColumns) {
    const int64_t length = std::min(kColumns, real.size(1) - start);
    const at::Tensor a = real.narrow(1, start, length).to(at::kDouble);
    const at::Tensor b = fake.narrow(1, start, length).to(at::kDouble);
    const at::Tensor meanOfA = a.mean(0);
    const at::Tensor meanOfB = b.mean(0);
    const at::Tensor centredA = a - meanOfA;
    const at::Tensor centredB = b - meanOfB;
    apart += (meanOfA - meanOfB).square().sum();
    traces += centredA.square().sum() / static_cast<double>(n - 1);
    traces += centredB.square().sum() / static_cast<double>(m - 1);
    products.addmm_(centredA, centredB.t());
  }
  const double scale = std::sqrt(static_cast<double>(n - 1) * static_cast<double>(m - 1));
  return (apart + traces - 2 * at::linalg_svdvals(products).sum() / scale).item<double>();
}

// Multiplications, about: products of rows and their singular values, against covariances and two
// decompositions of them.
bool fewerBySingularValues(int64_t real, int64_t fake, int64_t features) {
  const auto n = static_cast<double>(real);
  const auto m = static_cast<double>(fake);
  const auto size = static_cast<double>(features);
  return n * m * (size + 4 * std::min(n, m)) < size * size * (n + m + 18 * size);
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

double frechetDistance(const at::Tensor& real, const at::Tensor& fake) {
  checkPair(real, fake, 2);
  if (fewerBySingularValues(real.size(0), fake.size(0), real.size(1))) return bySingularValues(real, fake);
  return frechetDistance(featureStatistics(real), featureStatistics(fake));
}

}  // namespace ganode
