#include "step/timeline.h"

#include <algorithm>
#include <utility>

namespace ganode {
namespace {

// Images that so many steps show; a product of integers might be too large for one.
double shownIn(int64_t steps, int64_t imagesPerStep) {
  return static_cast<double>(steps) * static_cast<double>(imagesPerStep);
}

}  // namespace

Timeline::Timeline(int64_t batch, int64_t batchesPerStep, std::optional<Growing> growing)
    : growing_(std::move(growing)) {
  const auto stage = [&](int64_t step, double images) {
    const int64_t own =
        growing_ ? growing_->batchAt(growing_->sizeAt(growing_->lodAt(images)), batch) : batch;
    return Stage{step, images, own, own * batchesPerStep};
  };
  stages_.push_back(stage(0, 0));
  if (!growing_) return;
  while (true) {
    const Stage last = stages_.back();
    const auto sizeAfter = [&](int64_t steps) {
      return growing_->sizeAt(growing_->lodAt(last.firstImages + shownIn(steps, last.imagesPerStep)));
    };
    const int64_t size = sizeAfter(0);
    if (size == growing_->sizeAt(0)) return;
    // The first step of another size: between `same` and `other` steps.
    int64_t same = 0;
    int64_t other = 1;
    while (sizeAfter(other) == size) {
      same = other;
      other *= 2;
    }
    while (other - same > 1) {
      const int64_t middle = same + (other - same) / 2;
      (sizeAfter(middle) == size ? same : other) = middle;
    }
    stages_.push_back(stage(last.firstStep + other, last.firstImages + shownIn(other, last.imagesPerStep)));
  }
}

const Timeline::Stage& Timeline::stageOf(int64_t step) const {
  const auto next = std::upper_bound(stages_.begin() + 1, stages_.end(), step,
                                     [](int64_t value, const Stage& one) { return value < one.firstStep; });
  return *(next - 1);
}

double Timeline::images(int64_t step) const {
  const Stage& stage = stageOf(step);
  return stage.firstImages + shownIn(step - stage.firstStep, stage.imagesPerStep);
}

StepPosition Timeline::at(int64_t step) const {
  const Stage& stage = stageOf(step);
  StepPosition result;
  result.step = step;
  result.images = images(step);
  result.batch = stage.batch;
  result.imagesPerStep = static_cast<double>(stage.imagesPerStep);
  if (!growing_) return result;
  const double lod = growing_->lodAt(result.images);
  result.lod = lod;
  result.learningRateFactor = growing_->learningRateFactorAt(growing_->sizeAt(lod));
  result.restartsOptimizers = step > 0 && growing_->restarts(growing_->lodAt(images(step - 1)), lod);
  return result;
}

}  // namespace ganode
