#include "profile/profiler.h"

#include <utility>

namespace ganode::profile {

void Profiler::start(int64_t skip, int64_t steps) {
  *this = Profiler();
  recorder_ = std::make_shared<Recorder>();
  skip_ = skip;
  wanted_ = steps;
}

std::optional<Recording> Profiler::recordStep(int64_t step) {
  if (recorder_ == nullptr || done_ == wanted_) return std::nullopt;
  if (skip_ > 0) {
    --skip_;
    return std::nullopt;
  }
  if (done_++ == 0) first_ = step;
  return std::optional<Recording>(std::in_place, recorder_);
}

Profile Profiler::take() {
  Profile profile;
  if (recorder_ != nullptr) profile = {.firstStep = first_, .steps = done_, .events = recorder_->take()};
  *this = Profiler();
  return profile;
}

}  // namespace ganode::profile
