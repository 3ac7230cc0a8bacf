// q(z|x): what an encoder says of images.
#pragma once

#include <ATen/core/Tensor.h>

#include "graph/graph.h"
#include "step/step.h"

namespace ganode {

struct Posterior {
  at::Tensor mean;         // [n, latentSize]; of an encoder with an output `code`, that
  at::Tensor logVariance;  // the same shape; undefined with `code`
  at::Tensor code;         // z, drawn: mean + exp(logVariance / 2)·noise; with `code`, that
};

// Whether its posterior has a density that it tells (outputs `mean` and `logVariance`), or only a `code`.
bool isGaussian(const Graph& encoder);

// One forward pass. `noise` gives what the code is drawn with, and what an input `noise` takes; without it
// the code is the mean, and such an input gets zeros.
Posterior encode(const Graph& encoder, const at::Tensor& images, const NoiseSource& noise, const Mode& mode,
                 bool bfloat16);

}  // namespace ganode
