// Whether a thread had a processor while it wanted one, and what follows for it.
//
// Who was put aside in the middle of a part has kept all others waiting. A thread to which that happens
// leaves the work to others for a while, and for longer each time that it happens again soon.
#pragma once

#include <chrono>

namespace ganode::parallel {

class Presence {
 public:
  using Clock = std::chrono::steady_clock;

  // Starts anew: what was before now does not count, since the thread was away by its own will.
  void begin();
  // The thread has wanted to run since `begin` or the last call. Returns how long it had better stay away;
  // zero where it had its processor.
  Clock::duration check();

 private:
  Clock::time_point time_{};
  std::chrono::nanoseconds used_{};
  // What the thread wanted and did not get, with what lies longer back weighing less.
  double wanted_ = 0;
  double lost_ = 0;
  Clock::time_point back_{};
  Clock::duration absence_{};
};

}  // namespace ganode::parallel
