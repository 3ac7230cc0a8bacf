// Loops of our own, run by a team.
#pragma once

#include <algorithm>
#include <cstdint>

#include "parallel/team.h"

namespace ganode::parallel {

// Calls body(first, last) for ranges that together are 0 to before `count`, on up to `threads` threads. What
// is computed must not depend on how the range is cut. There are more ranges than threads, so that one who
// comes late, or is slow, delays the others by little. Bodies must not throw.
template <typename Body>
void forRanges(int64_t count, int64_t threads, const Body& body) {
  constexpr int64_t kRangesPerThread = 4;
  if (count <= 0) return;
  if (threads <= 1) return body(int64_t{0}, count);
  struct Call {
    const Body& body;
    int64_t count;
    int64_t ranges;
  } call{body, count, std::min(count, threads * kRangesPerThread)};
  const auto run = [](void* data) {
    const Call& call = *static_cast<Call*>(data);
    // A loop inside of a region has one part, which then takes the whole range.
    const int64_t ranges = part()->count == 1 ? 1 : call.ranges;
    const int64_t index = part()->index;
    call.body(call.count * index / ranges, call.count * (index + 1) / ranges);
  };
  Team& team = Team::own();
  team.reserve(static_cast<int>(threads));
  team.run(run, &call, static_cast<int>(call.ranges), Team::Parts::independent);
}

}  // namespace ganode::parallel
