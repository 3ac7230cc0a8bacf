// Adversarial losses on logits: pure functions, reduced to a scalar by the mean over the batch.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace ganode {

enum class AdversarialLoss {
  // Goodfellow et al. 2014, equation 1: G minimizes log(1 - D(G(z))).
  Minimax,
  // The same paper, section 3: G maximizes log D(G(z)).
  NonSaturating,
};

// Throws Error("INVALID_OPTION").
AdversarialLoss parseAdversarialLoss(const std::string& name);

// -log σ(real) - log(1 - σ(fake)), which D minimizes: binary cross-entropy on logits, the sum of both means.
at::Tensor discriminatorLoss(AdversarialLoss loss, const at::Tensor& realLogits,
                             const at::Tensor& fakeLogits);

// What G minimizes.
at::Tensor generatorLoss(AdversarialLoss loss, const at::Tensor& fakeLogits);

}  // namespace ganode
