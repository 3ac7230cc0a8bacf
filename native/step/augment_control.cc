#include "step/augment_control.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "error.h"
#include "json.h"

namespace ganode {
namespace {

double number(const nlohmann::json& options, const char* key, double otherwise) {
  const auto found = options.find(key);
  if (found == options.end() || found->is_null()) return otherwise;
  if (!found->is_number()) {
    throw Error("INVALID_OPTION",
                std::string("augment.") + key + ": expected a number, got " + shown(*found));
  }
  return found->get<double>();
}

}  // namespace

AugmentControl::AugmentControl(const nlohmann::json& options)
    : augmentation_(makeAugmentation(options, "augment")), state_(at::zeros({3}, at::kDouble)) {
  if (options.value("kind", "") != "ada") {
    fixed_ = 1;
  } else {
    if (options.contains("probability"))
      fixed_ = Schedule::parse(options["probability"], "augment.probability");
    // An explicit null is a probability that is fixed or scheduled.
    if (!options.contains("target") || !options["target"].is_null()) target_ = number(options, "target", 0.6);
    speed_ = number(options, "speed", speed_);
    interval_ = static_cast<int64_t>(number(options, "interval", 4));
    if (speed_ <= 0 || interval_ < 1)
      throw Error("INVALID_OPTION", "augment: expected speed and interval above 0");
  }
  state_[0] = fixed_.at(0);
}

at::Tensor AugmentControl::apply(const at::Tensor& images, at::Generator& random) const {
  return augmentation_->apply(images, probability(), random);
}

const at::Tensor& AugmentControl::state() const {
  if (signs_.defined()) state_[1].add_(signs_.cpu());
  signs_.reset();
  return state_;
}

double AugmentControl::probability() const { return state_[0].item<double>(); }

void AugmentControl::begin(double images) {
  if (!target_) state_[0] = fixed_.at(images);
}

void AugmentControl::observe(const at::Tensor& realLogits) {
  if (!target_) return;
  const at::NoGradGuard noGrad;
  const at::Tensor sum = realLogits.detach().sign().sum().to(at::kDouble);
  if (signs_.defined())
    signs_.add_(sum);
  else
    signs_ = sum;
  state_[2].add_(static_cast<double>(realLogits.numel()));
}

void AugmentControl::end(int64_t step, double imagesPerStep) {
  if (!target_ || step % interval_ != 0) return;
  const double count = state_[2].item<double>();
  if (count == 0) return;
  const double excess = state()[1].item<double>() / count - *target_;
  const double direction = excess > 0 ? 1 : excess < 0 ? -1 : 0;
  const double move = direction * imagesPerStep * static_cast<double>(interval_) / speed_;
  state_[0] = std::clamp(probability() + move, 0.0, 1.0);
  state_[1] = 0;
  state_[2] = 0;
}

}  // namespace ganode
