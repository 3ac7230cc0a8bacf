// Whether a generator and a discriminator can play with each other.
#pragma once

#include <cstdint>

#include "graph/graph.h"

namespace ganode {

// G: z [latentSize] and maybe a label → image [C, H, W]. D: `packing` such images as channels, and maybe a
// label → logits [1], and maybe classLogits [classes]. Throws Error("INVALID_GRAPH") or
// Error("INVALID_OPTION") that says what was expected.
void requirePair(const Graph& generator, const Graph& discriminator, int64_t latentSize, int64_t packing);

}  // namespace ganode
