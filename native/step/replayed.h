// A step that is recorded and launched at once from then on (device/replay.h): for a GPU, and for recipes
// whose steps differ in data and latents only.
#pragma once

#include <memory>
#include <optional>

#include "device/replay.h"
#include "step/step.h"

namespace ganode {

class ReplayedStep : public Step {
 public:
  // `changed`: live tensors, all that a step changes. Nothing that `step` follows but data, draws and these
  // may move: no schedule, growth or penalty of an interval. What it draws is found out by itself: steps that
  // draw more than latents and noise are run each time, as are those that are being profiled.
  ReplayedStep(std::unique_ptr<Step> step, const at::Device& device, Replay::Changed changed);

  const std::vector<std::string>& columns() const override { return step_->columns(); }
  at::Tensor launch(const StepData& data, const StepDraws& draws, const StepPosition& position) override;
  RowReader reader() const override { return step_->reader(); }
  std::vector<std::pair<std::string, at::Tensor>> state() const override { return step_->state(); }

 private:
  // Numbers that a step asks for, in the order in which it does.
  struct Request {
    int64_t n;
    std::optional<int64_t> size;  // of noise; absent: latents
  };

  // Runs a step and finds out what it draws.
  at::Tensor watch(const StepData& data, const StepDraws& draws, const StepPosition& position);
  // The step, of all that it is given.
  at::Tensor work(const Replay::Tensors& inputs);

  std::unique_ptr<Step> step_;
  Replay replay_;
  std::optional<std::vector<Request>> requests_;  // absent: no step was run yet
  bool drawsMore_ = false;
  StepPosition position_;
  bool labelled_ = false;
};

}  // namespace ganode
