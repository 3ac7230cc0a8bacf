// Threads that share the work of one: what a parallel region (OpenMP's, or a loop of ours) runs on.
//
// A region has a fixed number of parts, on which its results may depend. Who runs a part is decided as it
// goes: the thread that opened the region runs part after part until none is left, and the team's other
// threads take what they come in time for. On a quiet machine that is one part each. Beside other work a
// thread that has no processor takes none, and nobody waits for it; OpenMP's own runtimes give every thread
// its part beforehand, and all wait until the last of them had its turn. The bits are those of the same
// number of parts in either case.
//
// Parts may wait for each other (barriers, or flags of a library's own): each part that has begun has a
// thread for itself, and there are as many threads as parts.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "parallel/division.h"
#include "parallel/presence.h"

namespace ganode::parallel {

class Team;

// Which part of which region the calling thread runs.
struct Part {
  Team* team;            // null where the region has one part
  int index;             // from 0
  int count;             // parts of the region
  Part* outer;           // of the region around it, or null
  Divisions* divisions;  // of the region
  Place place;           // of this part in them
};

// The part that the calling thread runs; null outside of regions.
Part* part();

// Whether the calling thread is in a region of more than one part.
bool inParallel();

class Team {
 public:
  // The team of the calling thread, which is made at the first call and ends with the thread.
  static Team& own();

  Team() = default;
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team();

  // Sees to it that regions of `count` parts have their threads. Throws std::system_error where the system
  // gives no more; those there are stay.
  void reserve(int count);
  // The most parts that a region can have whose parts may wait for each other.
  int size() const { return 1 + static_cast<int>(threads_.size()); }

  // Whether parts may wait for each other. If so, no more than `size()` are possible.
  enum class Parts { mayWait, independent };

  // Runs body(data) once for each part and returns when all have ended; `part()` tells the body which it is,
  // and how many there are: `count` or fewer; within a region of several, one.
  void run(void (*body)(void*), void* data, int count, Parts parts = Parts::mayWait);

  // For bodies: waits until every part of the region has come here.
  void barrier();

 private:
  void end();
  void work(uint32_t seen);
  void workAsSpare(int spare);
  void callSpares();
  // Whether the thread is the one that looks after regions that stand still.
  enum class Looker { no, yes };
  void takeParts(Looker looker = Looker::no);
  // Leaves the work to others until `until`, but for a region that stands still without this thread.
  void stayAway(Presence::Clock::time_point until);
  // Takes the next part of the region and returns its index; -1 where none is left.
  int take();
  void runPart(int index);

  static constexpr int kLine = 64;

  std::vector<std::thread> threads_;
  void (*body_)(void*) = nullptr;
  void* data_ = nullptr;
  int count_ = 0;
  Divisions divisions_;

  // Region (32 bits), parts (16 bits), parts taken (16 bits): one word, so that a thread that comes late can
  // take none of the next region for one of this.
  alignas(kLine) std::atomic<uint64_t> parts_{0};
  // The number of the region, on which sleeping threads wait.
  alignas(kLine) std::atomic<uint32_t> region_{0};
  std::atomic<uint32_t> asleep_{0};
  std::atomic<bool> ending_{false};
  alignas(kLine) std::atomic<uint32_t> ended_{0};
  std::atomic<uint32_t> ownerSleeps_{0};
  // How often the spare threads were called.
  std::atomic<uint32_t> calls_{0};
  alignas(kLine) std::atomic<uint32_t> arrived_{0};
  std::atomic<uint32_t> passed_{0};
};

}  // namespace ganode::parallel
