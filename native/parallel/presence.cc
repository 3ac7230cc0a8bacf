#include "parallel/presence.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace ganode::parallel {
namespace {

using std::chrono::milliseconds;

// Seconds after which what was counts for a third.
constexpr double kMemory = 0.03;
// A thread that loses more than this share of its time is away.
constexpr double kTooMuch = 0.2;
// What a thread is taken to have had before anything is known.
constexpr double kTrust = 0.01;
constexpr milliseconds kShortest{20};
constexpr milliseconds kLongest{320};

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
  const std::chrono::duration<double> wanted = time_ - before;
  const std::chrono::duration<double> had = used_ - usedBefore;
  if (had.count() == 0) return {};
  const double kept = std::exp(-wanted.count() / kMemory);
  wanted_ = wanted_ * kept + wanted.count();
  lost_ = lost_ * kept + std::max(0.0, (wanted - had).count());
  if (lost_ < kTooMuch * (kTrust + wanted_)) return {};
  wanted_ = lost_ = 0;
  const bool soon = time_ - back_ < 2 * absence_;
  absence_ = soon ? std::min<Clock::duration>(2 * absence_, kLongest) : Clock::duration(kShortest);
  back_ = time_ + absence_;
  return absence_;
}

}  // namespace ganode::parallel
