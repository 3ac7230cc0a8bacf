// How far fakes lie where real images do, and the other way round: by nearest neighbours.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace ganode {

struct ManifoldReport {
  double precision = 0;
  double recall = 0;
  double density = 0;
  double coverage = 0;
};

// A point's ball reaches to its k-th nearest neighbour in its own set. Precision: the share of fakes in a
// real point's ball; recall: of real points in a fake's (Kynkäänniemi et al. 2019, equation 1; k
// `precisionNeighbours`). Density: the number of real balls a fake lies in, over k, on average; coverage: the
// share of real points whose ball holds a fake (Naeem et al. 2020, equations 4 and 5; k `densityNeighbours`).
// Balls have their border. Distances are taken in blocks: memory grows with the larger set, not with its
// square. Throws Error("INVALID_DATA") unless both sets have more rows than k.
ManifoldReport manifold(const at::Tensor& real, const at::Tensor& fake, int64_t precisionNeighbours,
                        int64_t densityNeighbours);

}  // namespace ganode
