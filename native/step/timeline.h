// What each step is, from how many were done alone: nothing of it is state.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "step/growing.h"

namespace ganode {

// Where training stands when a step begins.
struct StepPosition {
  int64_t step = 0;   // steps done
  double images = 0;  // real images shown
  int64_t batch = 1;  // images of a forward pass
  double imagesPerStep = 1;
  std::optional<double> lod = std::nullopt;  // level of detail (Growing::lodAt), where the networks grow
  double learningRateFactor = 1;
  bool restartsOptimizers = false;
};

class Timeline {
 public:
  // Steps with one batch, one after the other; the last stage has no end.
  struct Stage {
    int64_t firstStep = 0;
    double firstImages = 0;  // shown before
    int64_t batch = 1;
    int64_t imagesPerStep = 1;
  };

  // Steps take `batchesPerStep` batches of `batch` images, or of as many as `growing` says for the size.
  Timeline(int64_t batch, int64_t batchesPerStep, std::optional<Growing> growing);

  const std::vector<Stage>& stages() const { return stages_; }
  const std::optional<Growing>& growing() const { return growing_; }

  StepPosition at(int64_t step) const;
  // Real images shown in the first `step` steps.
  double images(int64_t step) const;

 private:
  const Stage& stageOf(int64_t step) const;

  std::optional<Growing> growing_;
  std::vector<Stage> stages_;
};

}  // namespace ganode
