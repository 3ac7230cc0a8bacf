// The formula of the Inception score, for the logits of any classifier.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "metric/features.h"

namespace ganode {

// Salimans et al. 2016: exp E KL(p(y|x) ‖ p(y)), over `splits` parts of the rows in their order. From 1 to
// the number of classes. Throws Error("INVALID_DATA") for more splits than rows.
Spread inceptionScore(const at::Tensor& logits, int64_t splits);

}  // namespace ganode
