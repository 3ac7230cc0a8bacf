#include "graph/weight.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace ganode {
namespace {

constexpr double kLeastNorm = 1e-12;
constexpr int64_t kWarmUp = 15;
constexpr double kMostFactor = 1e6;

// Under autocast products of matrices are bfloat16: too coarse to divide a weight by.
using FullPrecision = c10::impl::ExcludeDispatchKeyGuard;

void normalizeInto(const at::Tensor& vector, const at::Tensor& values) {
  vector.copy_(values / values.norm().clamp_min(kLeastNorm));
}

}  // namespace

WeightedOperator::WeightedOperator(NodeContext& node, Options options) {
  if (options == Options::kNone) return;
  Attributes& attributes = node.attributes;
  spectral_ = attributes.boolean("spectralNorm", false);
  if (spectral_) iterations_ = attributes.integer("spectralIterations", 1, 1);
  if (options == Options::kSpectral) return;
  equalized_ = attributes.boolean("equalized", false);
  if (!equalized_) return;
  if (spectral_) attributes.fail("expected spectralNorm or equalized, got both");
  gain_ = attributes.number("equalizedGain", 0, kMostFactor, std::numbers::sqrt2);
  multiplier_ = attributes.number("learningRateMultiplier", 1 / kMostFactor, kMostFactor, 1);
}

size_t WeightedOperator::declareWeight(NodeContext& node, WeightForm form, const Initializer& otherwise) {
  Initializer normal = Initializer::of("normal");
  normal.std = 1 / multiplier_;
  const Initializer initializer =
      node.attributes.initializer(form.initializer, equalized_ ? normal : otherwise);
  Weight weight{0, 1, form.outAxis, 0, 0};
  if (equalized_) weight.scale = multiplier_ * gain_ / std::sqrt(static_cast<double>(form.fanIn));
  const int64_t out = form.shape[static_cast<size_t>(form.outAxis)];
  const int64_t rest = product(form.shape) / out;
  weight.slot = declare(form.name, std::move(form.shape), initializer);
  if (spectral_) {
    if (initializer.kind == "zeros") node.attributes.fail("spectralNorm cannot start from weights of zero");
    Initializer direction = Initializer::of("normal");
    direction.std = 1;
    const auto name = [&](const char* end) {
      return form.name == "weight" ? std::string("spectral") + end : form.name + "Spectral" + end;
    };
    weight.u = declare(name("U"), {out}, direction, /*buffer=*/true);
    weight.v = declare(name("V"), {rest}, direction, /*buffer=*/true);
  }
  weights_.push_back(weight);
  return weights_.size() - 1;
}

void WeightedOperator::declareBias(NodeContext& node, int64_t size) {
  const Initializer initializer = node.attributes.initializer("biasInitializer", Initializer::of("zeros"));
  if (node.attributes.boolean("bias", true)) bias_ = declare("bias", {size}, initializer);
}

at::Tensor WeightedOperator::matrix(const Weight& weight) const {
  const at::Tensor& stored = tensor(weight.slot);
  return stored.movedim(weight.outAxis, 0).flatten(1);
}

void WeightedOperator::iterate(const Weight& weight, int64_t iterations) const {
  const at::NoGradGuard noGrad;
  const at::Tensor values = matrix(weight);
  const at::Tensor& u = tensor(weight.u);
  const at::Tensor& v = tensor(weight.v);
  for (int64_t i = 0; i < iterations; ++i) {
    normalizeInto(u, at::mv(values, v));
    normalizeInto(v, at::mv(values.t(), u));
  }
}

void WeightedOperator::materialized() {
  if (!spectral_) return;
  const at::NoGradGuard noGrad;
  for (const Weight& weight : weights_) {
    for (const size_t slot : {weight.u, weight.v}) normalizeInto(tensor(slot), tensor(slot));
    iterate(weight, kWarmUp);
  }
}

at::Tensor WeightedOperator::weight(size_t index, const Mode& mode) {
  const Weight& weight = weights_[index];
  const at::Tensor& stored = tensor(weight.slot);
  if (equalized_) return stored * weight.scale;
  if (!spectral_) return stored;
  const FullPrecision full(c10::autocast_dispatch_keyset);
  if (mode.training) iterate(weight, iterations_);
  // Copies: the next forward pass moves the vectors in place, and this one's gradient still needs them.
  const at::Tensor u = tensor(weight.u).clone();
  const at::Tensor v = tensor(weight.v).clone();
  // σ = uᵀWv, through which gradients flow with u and v held fixed.
  return stored / at::dot(u, at::mv(matrix(weight), v));
}

std::optional<at::Tensor> WeightedOperator::bias() const {
  if (!bias_) return std::nullopt;
  return multiplier_ == 1 ? tensor(*bias_) : tensor(*bias_) * multiplier_;
}

}  // namespace ganode
