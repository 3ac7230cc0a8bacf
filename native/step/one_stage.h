// Gradients of both players from one backward pass of D ("Training Generative Adversarial Networks in One
// Stage", Shen et al. 2021). Where D does not mix samples, a fake's gradient under either player's loss is
// the same vector, the gradient of its logit, times a number; so what D's backward pass brings to a fake
// image only wants scaling, sample by sample, to be what G learns from.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "graph/graph.h"

namespace ganode {

struct OneStage {
  // Of D's loss, at its logits: where the backward pass starts.
  at::Tensor real;
  at::Tensor fake;
  // By sample, what makes the gradient of G's loss of that of D's; shaped as `fake`.
  at::Tensor scale;

  using Loss = std::function<at::Tensor(const at::Tensor& realLogits, const at::Tensor& fakeLogits)>;
  // Scalars, from logits of shape [n, 1]. Where D's loss has no gradient at a fake (hinge) and G's has,
  // `fake` is 2^-64 and not 0: it vanishes beside any other gradient of a weight, and still carries G's.
  OneStage(const Loss& discriminatorLoss, const Loss& generatorLoss, const at::Tensor& realLogits,
           const at::Tensor& fakeLogits);
};

// Throws Error("INVALID_OPTION") where it would not be valid: D mixes samples, or has other outputs besides
// the logit that are learned from; or G has several updates a step.
void requireOneStage(const Graph& discriminator, int64_t generatorSteps);

}  // namespace ganode
