// Augmentation of what D sees, and how often it is applied: fixed, scheduled, or adapted to D's overfitting.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "augment/augment.h"
#include "optimizer/schedule.h"

namespace ganode {

// Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data" (ADA): every `interval`
// steps the probability moves towards where the mean sign of D's real logits is the target; from 0 to 1 it
// takes `speed` images.
class AugmentControl {
 public:
  // A recipe's `augment`, not null. Throws Error("INVALID_OPTION").
  explicit AugmentControl(const nlohmann::json& options);

  // Images [n, C, H, W], differentiable.
  at::Tensor apply(const at::Tensor& images, at::Generator& random) const;

  // Before a step, when `images` real images were shown: a scheduled probability moves.
  void begin(double images);
  // D's verdict on real images: above zero, where it took them for real. No-op unless adaptive.
  void observe(const at::Tensor& realLogits);
  // After step `step` (counted from 1) of `imagesPerStep` images.
  void end(int64_t step, double imagesPerStep);

  double probability() const;
  bool adaptive() const { return target_.has_value(); }

  // Probability, sum of signs, their number: live until signs are observed again. On the host, where the
  // probability is needed; this waits for the device.
  const at::Tensor& state() const;

 private:
  std::unique_ptr<Augmentation> augmentation_;
  Schedule fixed_;
  std::optional<double> target_;
  double speed_ = 500000;
  int64_t interval_ = 4;
  at::Tensor state_;
  // What is to be added to the sum of signs, on the device, so that only one step in `interval_` waits for
  // it; undefined: nothing.
  mutable at::Tensor signs_;
};

}  // namespace ganode
