// Terms of the variational bound (Kingma & Welling 2014), each in nats, one number an image.
#pragma once

#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>
#include <string>

namespace ganode {

// p(x|z): what the decoder's outputs say of an image.
class Likelihood {
 public:
  // {"kind": "bernoulli"}, or {"kind": "gaussian", "deviation"}. Throws Error("INVALID_OPTION").
  static Likelihood parse(const nlohmann::json& likelihood);

  // The decoder's output that it reads: `logits` of a Bernoulli, the mean `image` of a Gaussian.
  const char* output() const { return gaussian_ ? "image" : "logits"; }

  // -log p(x|z), [n], of images [n, …] in [-1, 1], from that output.
  // Bernoulli: the cross-entropy of every value, (x + 1)/2 being the probability of a one. Gaussian, of one
  // standard deviation σ: Σ (x - mean)²/2σ² + log σ√(2π), the density being that on [-1, 1].
  at::Tensor negativeLog(const at::Tensor& output, const at::Tensor& images) const;

 private:
  bool gaussian_ = false;
  double deviation_ = 1;
};

// -log N(x; mean, σ²), summed over all but the first dimension: [n].
at::Tensor gaussianNegativeLog(const at::Tensor& mean, const at::Tensor& x, double deviation);

// KL(N(mean, exp(logVariance)) ‖ N(0, 1)) = ½ Σ (mean² + variance - 1 - log variance): [n] (appendix B).
at::Tensor gaussianKl(const at::Tensor& mean, const at::Tensor& logVariance);

}  // namespace ganode
