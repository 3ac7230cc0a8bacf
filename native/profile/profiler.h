// Which steps of a session are recorded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "profile/recorder.h"

namespace ganode::profile {

struct Profile {
  int64_t firstStep = 0;  // counted from 1, as the session counts; 0: none was recorded
  int64_t steps = 0;
  std::vector<Event> events;
};

// Nothing is recorded before `start`, and one branch is all that a step then costs.
class Profiler {
 public:
  // Records `steps` of the coming steps, after `skip` others; drops what was recorded before.
  void start(int64_t skip, int64_t steps);

  // To be kept while step number `step` is under way; empty where it is not recorded.
  std::optional<Recording> recordStep(int64_t step);

  // Stops recording, and gives what there is. Not while a step is under way.
  Profile take();

 private:
  std::shared_ptr<Recorder> recorder_;  // nullptr: not started
  int64_t skip_ = 0;
  int64_t wanted_ = 0;
  int64_t first_ = 0;
  int64_t done_ = 0;
};

}  // namespace ganode::profile
