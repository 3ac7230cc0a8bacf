// Adversarial losses on logits: pure functions, reduced to a scalar by the mean over the batch.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace ganode {

enum class LossKind {
  // Goodfellow et al. 2014, equation 1: G minimizes log(1 - D(G(z))).
  Minimax,
  // Goodfellow et al. 2014, section 3: G maximizes log D(G(z)).
  NonSaturating,
  // Mao et al. 2017, equation 9: ½(D(x) - 1)² + ½D(G(z))²; G: ½(D(G(z)) - 1)².
  LeastSquares,
  // Arjovsky et al. 2017, equations 2 and 3: D maximizes D(x) - D(G(z)).
  Wasserstein,
  // Lim & Ye 2017, Miyato et al. 2018 (equations 16 and 17): max(0, 1 - D(x)) + max(0, 1 + D(G(z))).
  Hinge,
  // Jolicoeur-Martineau 2018, with R3GAN's f (Huang et al. 2024, equation 2): softplus(D(G(z)) - D(x)) over
  // pairs;
  // G the other way round.
  RelativisticPairing,
  // Jolicoeur-Martineau 2018, equations 5 and 6 (RaSGAN): each logit against the mean of the other side's.
  RelativisticAverage,
};

struct LossOptions {
  LossKind kind = LossKind::NonSaturating;
  // One-sided label smoothing (Salimans et al. 2016): D's target for real images is 1 - this. Minimax,
  // non-saturating and least squares only.
  double labelSmoothing = 0;
};

// Throws Error("INVALID_OPTION").
LossKind parseLossKind(const std::string& name);

// Whether real and fake logits are compared with each other, so that G's loss wants both.
bool isRelativistic(LossKind kind);
// Whether a logit alone says something: above the returned threshold D takes an image for real. Wasserstein
// and relativistic logits are compared in pairs.
bool hasThreshold(LossKind kind);

// What D minimizes: the sum of its means over real and fake.
at::Tensor discriminatorLoss(const LossOptions& loss, const at::Tensor& realLogits,
                             const at::Tensor& fakeLogits);

// What G minimizes. `realLogits` may be undefined where the loss is not relativistic.
at::Tensor generatorLoss(const LossOptions& loss, const at::Tensor& fakeLogits, const at::Tensor& realLogits);

// Share of images that D tells right, 0…1; of pairs, where there is no threshold.
at::Tensor discriminatorAccuracy(LossKind kind, const at::Tensor& realLogits, const at::Tensor& fakeLogits);

// Share of fakes (or pairs) of which D is surer than 99 %: there minimax has no gradient left. For losses
// that are a logistic regression; undefined for the others.
at::Tensor discriminatorSaturation(LossKind kind, const at::Tensor& realLogits, const at::Tensor& fakeLogits);

}  // namespace ganode
