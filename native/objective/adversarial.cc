#include "objective/adversarial.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>
#include <utility>

#include "error.h"

namespace ganode {
namespace {

constexpr std::array<std::pair<const char*, LossKind>, 7> kLossKinds = {{
    {"minimax", LossKind::Minimax},
    {"nonSaturating", LossKind::NonSaturating},
    {"leastSquares", LossKind::LeastSquares},
    {"wasserstein", LossKind::Wasserstein},
    {"hinge", LossKind::Hinge},
    {"relativisticPairing", LossKind::RelativisticPairing},
    {"relativisticAverage", LossKind::RelativisticAverage},
}};

// -log σ(x) = softplus(-x) and -log(1 - σ(x)) = softplus(x), stable for large |x|. log_sigmoid rather than
// softplus: the latter turns linear above a threshold, which is not exact in double precision.
at::Tensor crossEntropyOfOne(const at::Tensor& logits) { return at::log_sigmoid(logits).mean().neg(); }
at::Tensor crossEntropyOfZero(const at::Tensor& logits) { return at::log_sigmoid(logits.neg()).mean().neg(); }

at::Tensor crossEntropyOfReal(const at::Tensor& logits, double smoothing) {
  const at::Tensor one = crossEntropyOfOne(logits);
  return smoothing == 0 ? one : one * (1 - smoothing) + crossEntropyOfZero(logits) * smoothing;
}

at::Tensor halfSquare(const at::Tensor& logits, double target) {
  return (logits - target).square().mean() / 2;
}

double threshold(LossKind kind) { return kind == LossKind::LeastSquares ? 0.5 : 0; }

}  // namespace

LossKind parseLossKind(const std::string& name) {
  std::string known;
  for (const auto& [word, kind] : kLossKinds) {
    if (name == word) return kind;
    known += (known.empty() ? "'" : ", '") + std::string(word) + "'";
  }
  throw Error("INVALID_OPTION", "expected loss.kind to be one of " + known + ", got '" + name + "'");
}

bool isRelativistic(LossKind kind) {
  return kind == LossKind::RelativisticPairing || kind == LossKind::RelativisticAverage;
}

bool hasThreshold(LossKind kind) { return !isRelativistic(kind) && kind != LossKind::Wasserstein; }

at::Tensor discriminatorLoss(const LossOptions& loss, const at::Tensor& realLogits,
                             const at::Tensor& fakeLogits) {
  switch (loss.kind) {
    case LossKind::Minimax:
    case LossKind::NonSaturating:
      return crossEntropyOfReal(realLogits, loss.labelSmoothing) + crossEntropyOfZero(fakeLogits);
    case LossKind::LeastSquares:
      return halfSquare(realLogits, 1 - loss.labelSmoothing) + halfSquare(fakeLogits, 0);
    case LossKind::Wasserstein:
      return fakeLogits.mean() - realLogits.mean();
    case LossKind::Hinge:
      return (1 - realLogits).relu().mean() + (1 + fakeLogits).relu().mean();
    case LossKind::RelativisticPairing:
      return crossEntropyOfOne(realLogits - fakeLogits);
    case LossKind::RelativisticAverage:
      return crossEntropyOfOne(realLogits - fakeLogits.mean()) +
             crossEntropyOfZero(fakeLogits - realLogits.mean());
  }
  throw Error("INTERNAL", "no such loss");
}

at::Tensor generatorLoss(const LossOptions& loss, const at::Tensor& fakeLogits,
                         const at::Tensor& realLogits) {
  switch (loss.kind) {
    case LossKind::Minimax:
      return crossEntropyOfZero(fakeLogits).neg();
    case LossKind::NonSaturating:
      return crossEntropyOfOne(fakeLogits);
    case LossKind::LeastSquares:
      return halfSquare(fakeLogits, 1);
    case LossKind::Wasserstein:
    case LossKind::Hinge:
      return fakeLogits.mean().neg();
    case LossKind::RelativisticPairing:
      return crossEntropyOfOne(fakeLogits - realLogits);
    case LossKind::RelativisticAverage:
      return crossEntropyOfOne(fakeLogits - realLogits.mean()) +
             crossEntropyOfZero(realLogits - fakeLogits.mean());
  }
  throw Error("INTERNAL", "no such loss");
}

at::Tensor discriminatorAccuracy(LossKind kind, const at::Tensor& realLogits, const at::Tensor& fakeLogits) {
  if (!hasThreshold(kind)) return realLogits.gt(fakeLogits).to(at::kFloat).mean();
  const double least = threshold(kind);
  return (realLogits.gt(least).to(at::kFloat).mean() + fakeLogits.lt(least).to(at::kFloat).mean()) / 2;
}

at::Tensor discriminatorSaturation(LossKind kind, const at::Tensor& realLogits,
                                   const at::Tensor& fakeLogits) {
  const double sure = std::log(99.0);
  if (isRelativistic(kind)) return (realLogits - fakeLogits).gt(sure).to(at::kFloat).mean();
  if (kind == LossKind::Minimax || kind == LossKind::NonSaturating)
    return fakeLogits.lt(-sure).to(at::kFloat).mean();
  return {};
}

}  // namespace ganode
