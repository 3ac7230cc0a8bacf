// How far a network's filters are from being orthogonal.
#pragma once

#include <ATen/core/Tensor.h>

#include "graph/graph.h"

namespace ganode {

// Brock et al. 2019 (BigGAN), equation 3: Σ ‖W Wᵀ ∘ (1 - I)‖²_F over the weight matrices of a network, a row
// a filter: filters are kept apart, their lengths free. Embeddings are left out, as in the official code
// (which has half of this).
at::Tensor orthogonality(const Graph& network);

}  // namespace ganode
