// Whether an encoder, a generator and a discriminator can play with each other.
#pragma once

#include "step/autoencoding.h"

namespace ganode {

// Encoder: image [C, H, W] and maybe noise [k] → mean and logVariance, or code, [latentSize]. G: z
// [latentSize] → image, and, for a Bernoulli likelihood, logits, [C, H, W]. D: image → logits [1] and
// features (VaeGan), z → logits (Aae), or image and z → logits (Avb); nullptr for Vae. Throws
// Error("INVALID_GRAPH") that says what was expected.
void requireTrio(const AutoencodingOptions& options, const Graph& encoder, const Graph& generator,
                 const Graph* discriminator);

}  // namespace ganode
