// Batch normalization (Ioffe & Szegedy 2015), as batchNorm and conditionalBatchNorm use it.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "graph/operator.h"

namespace ganode {

// PyTorch's conventions: running = (1 - momentum)·running + momentum·batch, and the running variance is the
// unbiased one. With `mode.standing` the running statistics become the mean over those batches instead.
struct BatchNormalization {
  double momentum;
  double epsilon;

  // Reads the attributes `momentum` and `epsilon`.
  explicit BatchNormalization(NodeContext& node);

  at::Tensor operator()(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                        const Mode& mode, const std::optional<at::Tensor>& scale = {},
                        const std::optional<at::Tensor>& shift = {}) const;
};

}  // namespace ganode
