// How long a thread looks for something to happen before it lays itself down.
//
// Looking costs a processor and saves the microseconds of being woken. Beside other work that processor is
// somebody else's, and a thread that has used up its share by looking is the first to be put aside when there
// is something to do. So a thread that finds it was put aside while it looked (the clock jumped) looks only
// shortly for a while.
#pragma once

#include <chrono>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace ganode::parallel {

inline void pause() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  // `quiet`: how long to look while nothing else wants the processor; `crowded`: how long where something
  // does.
  constexpr Patience(Clock::duration quiet, Clock::duration crowded) : quiet_(quiet), crowded_(crowded) {}

  // Looks until `ready()`; false where patience ended before.
  template <typename Ready>
  bool look(Ready ready) {
    // Most of what is looked for comes at once; the clock is not asked for that.
    for (int i = 0; i < kLooks; ++i) {
      if (ready()) return true;
      pause();
    }
    const Clock::time_point began = Clock::now();
    Clock::time_point last = began;
    for (;;) {
      for (int i = 0; i < kLooks; ++i) {
        if (ready()) return true;
        pause();
      }
      const Clock::time_point now = Clock::now();
      if (now - last > kPutAside) crowdedUntil_ = now + kRemembered;
      last = now;
      if (now - began > (now < crowdedUntil_ ? crowded_ : quiet_)) return false;
    }
  }

 private:
  // How often is looked between two readings of the clock, which takes a third of a microsecond or so.
  static constexpr int kLooks = 16;
  // A clock that jumps so far shows that another had the processor meanwhile: interrupts take less, turns of
  // a scheduler more.
  static constexpr std::chrono::microseconds kPutAside{200};
  static constexpr std::chrono::milliseconds kRemembered{100};

  Clock::duration quiet_;
  Clock::duration crowded_;
  Clock::time_point crowdedUntil_{};
};

}  // namespace ganode::parallel
