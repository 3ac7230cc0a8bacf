#include "objective/adversarial.h"

#include <ATen/ATen.h>

#include "error.h"

namespace ganode {
namespace {

// -log σ(x) = softplus(-x) and -log(1 - σ(x)) = softplus(x), stable for large |x|. log_sigmoid rather than
// softplus: the latter turns linear above a threshold, which is not exact in double precision.
at::Tensor crossEntropyOfOne(const at::Tensor& logits) { return at::log_sigmoid(logits).mean().neg(); }
at::Tensor crossEntropyOfZero(const at::Tensor& logits) { return at::log_sigmoid(logits.neg()).mean().neg(); }

}  // namespace

AdversarialLoss parseAdversarialLoss(const std::string& name) {
  if (name == "minimax") return AdversarialLoss::Minimax;
  if (name == "nonSaturating") return AdversarialLoss::NonSaturating;
  throw Error("INVALID_OPTION", "expected loss.kind to be 'minimax' or 'nonSaturating', got '" + name + "'");
}

at::Tensor discriminatorLoss(AdversarialLoss, const at::Tensor& realLogits, const at::Tensor& fakeLogits) {
  return crossEntropyOfOne(realLogits) + crossEntropyOfZero(fakeLogits);
}

at::Tensor generatorLoss(AdversarialLoss loss, const at::Tensor& fakeLogits) {
  if (loss == AdversarialLoss::Minimax) return crossEntropyOfZero(fakeLogits).neg();
  return crossEntropyOfOne(fakeLogits);
}

}  // namespace ganode
