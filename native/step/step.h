// What a session runs: one training procedure, a step at a time.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "step/terms.h"
#include "step/timeline.h"

namespace ganode {

// Real items of one step.
struct StepData {
  at::Tensor images;  // [batches of the step, batch, C, H, W], in [-1, 1]
  at::Tensor labels;  // int64 [batches of the step, batch]; undefined: none
};

// Gives the latents of the next forward pass of G, [n, latentSize].
using LatentSource = std::function<at::Tensor(int64_t n)>;
// Gives standard normal numbers, [n, size].
using NoiseSource = std::function<at::Tensor(int64_t n, int64_t size)>;

// Where a step's random numbers come from. `random` serves whatever else draws: dropout, augmentation,
// penalties.
struct StepDraws {
  LatentSource latents;
  NoiseSource noise;
  at::Generator& random;
};

class Step {
 public:
  Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  virtual ~Step() = default;

  // Names of the numbers that a step reports.
  virtual const std::vector<std::string>& columns() const = 0;
  // One step's work, without waiting for the device. Returns what a reader takes; a recorded step writes it
  // over in the next.
  virtual at::Tensor launch(const StepData& data, const StepDraws& draws, const StepPosition& position) = 0;
  // What reads the numbers of the last step launched, also when others were launched since.
  virtual RowReader reader() const = 0;
  // One step and its numbers.
  std::vector<double> run(const StepData& data, const StepDraws& draws, const StepPosition& position) {
    const at::Tensor launched = launch(data, draws, position);
    return reader()(launched, position.step + 1);
  }
  // What else belongs in a checkpoint, as live tensors.
  virtual std::vector<std::pair<std::string, at::Tensor>> state() const { return {}; }
};

}  // namespace ganode
