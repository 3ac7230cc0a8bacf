#include "parallel/presence.h"

#include <algorithm>
#include <ctime>

namespace ganode::parallel {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Interrupts take less, a turn of another process more.
constexpr microseconds kPutAside{250};
constexpr milliseconds kShortest{20};
constexpr milliseconds kLongest{640};

// Time that the calling thread had a processor; does not move where the system does not tell.
std::chrono::nanoseconds processorTime() {
#if defined(CLOCK_THREAD_CPUTIME_ID)
  timespec time{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0)
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
#endif
  return {};
}

}  // namespace

void Presence::begin() {
  time_ = Clock::now();
  used_ = processorTime();
}

Presence::Clock::duration Presence::check() {
  const Clock::time_point before = time_;
  const std::chrono::nanoseconds usedBefore = used_;
  begin();
  const auto wanted = time_ - before;
  const auto had = used_ - usedBefore;
  if (had == had.zero() || wanted - had < kPutAside) return {};
  const bool soon = time_ - back_ < 2 * absence_;
  absence_ = soon ? std::min<Clock::duration>(2 * absence_, kLongest) : Clock::duration(kShortest);
  back_ = time_ + absence_;
  return absence_;
}

}  // namespace ganode::parallel
