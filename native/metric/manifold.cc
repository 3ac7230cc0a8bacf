#include "metric/manifold.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "error.h"
#include "metric/blocks.h"
#include "metric/features.h"

namespace ganode {
namespace {

// A set with the squared lengths of its rows.
struct Points {
  at::Tensor rows;
  at::Tensor squares;

  explicit Points(const at::Tensor& given) : rows(given), squares(given.square().sum(1)) {}
  int64_t count() const { return rows.size(0); }
};

// Squared distances of a block of `from` to all of `to`.
at::Tensor distances(const Points& from, int64_t start, int64_t length, const Points& to) {
  const at::Tensor products = from.rows.narrow(0, start, length).matmul(to.rows.t());
  return products.mul_(-2)
      .add_(to.squares)
      .add_(from.squares.narrow(0, start, length).unsqueeze(1))
      .clamp_min_(0);
}

// Squared radius of the ball of each point, for several k, by column.
at::Tensor radii(const Points& points, int64_t k, int64_t otherK) {
  const int64_t most = std::max(k, otherK);
  std::vector<at::Tensor> parts;
  inBlocks(points.count(), [&](int64_t start, int64_t length) {
    at::Tensor block = distances(points, start, length, points);
    // A point is not its own neighbour.
    block.diagonal(start).fill_(std::numeric_limits<double>::infinity());
    const at::Tensor nearest = std::get<0>(block.topk(most, 1, /*largest=*/false, /*sorted=*/true));
    parts.push_back(at::stack({nearest.select(1, k - 1), nearest.select(1, otherK - 1)}, 1));
  });
  return at::cat(parts);
}

}  // namespace

ManifoldReport manifold(const at::Tensor& real, const at::Tensor& fake, int64_t precisionNeighbours,
                        int64_t densityNeighbours) {
  if (std::min(precisionNeighbours, densityNeighbours) < 1)
    throw Error("INVALID_DATA", "manifold: expected 1 neighbour or more");
  const FeaturePair sets = checkedPair(real, fake, std::max(precisionNeighbours, densityNeighbours) + 1);
  const Points reals(sets.real);
  const Points fakes(sets.fake);
  const at::Tensor realRadii = radii(reals, precisionNeighbours, densityNeighbours);
  const at::Tensor fakeRadii = radii(fakes, precisionNeighbours, densityNeighbours);

  double precise = 0;
  double inside = 0;
  at::Tensor recalled = at::zeros({reals.count()}, at::kBool);
  at::Tensor nearest = at::full({reals.count()}, std::numeric_limits<double>::infinity(), at::kDouble);
  inBlocks(fakes.count(), [&](int64_t start, int64_t length) {
    const at::Tensor block = distances(fakes, start, length, reals);
    precise += block.le(realRadii.select(1, 0)).any(1).sum().item<double>();
    inside += block.le(realRadii.select(1, 1)).sum().item<double>();
    recalled.logical_or_(block.le(fakeRadii.select(1, 0).narrow(0, start, length).unsqueeze(1)).any(0));
    nearest = at::minimum(nearest, block.amin(0));
  });
  ManifoldReport report;
  const auto fakeCount = static_cast<double>(fakes.count());
  report.precision = precise / fakeCount;
  report.recall = recalled.to(at::kDouble).mean().item<double>();
  report.density = inside / (static_cast<double>(densityNeighbours) * fakeCount);
  report.coverage = nearest.le(realRadii.select(1, 1)).to(at::kDouble).mean().item<double>();
  return report;
}

}  // namespace ganode
