// The kernel distance (KID).
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "metric/features.h"

namespace ganode {

// Bińkowski et al. 2018: squared maximum mean discrepancy with the kernel (x·y/size + 1)³, the unbiased
// estimator, over `subsets` random subsets of `subsetSize` rows of each set (drawn without replacement from
// `random`). Where the subsets have more pairs than the sets, the kernel of each pair is found once, in
// blocks. Throws Error("INVALID_DATA") for a subset larger than a set, or of fewer than 2.
Spread kernelDistance(const at::Tensor& real, const at::Tensor& fake, int64_t subsets, int64_t subsetSize,
                      at::Generator& random);

}  // namespace ganode
