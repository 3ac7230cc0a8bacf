// Work inside a region that its parts divide among themselves as they come: OpenMP's `for schedule(dynamic)`,
// `sections` and `single`.
//
// Each part meets the same constructs in the same order, so the k-th that one meets is the k-th of all; the
// first to come there makes it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace ganode::parallel {

// Numbers from `start` to before `end` in steps of `step` (which may be negative), `chunk` of them at a time.
struct Range {
  long start;
  long end;
  long step;
  long chunk;
};

// Where a part is: how many constructs it has met, and which chunk of the last one it works on (-1: none).
struct Place {
  size_t met = 0;
  int64_t chunk = -1;
};

class Divisions {
 public:
  // Forgets all constructs, for a new region. No part is at work then.
  void clear() { divisions_.clear(); }

  // The part comes to its next construct. True for the first part that does.
  bool enter(Place& place, const Range& range);
  // Gives the part its next chunk: from *first to before *last. False where none is left.
  bool next(Place& place, long* first, long* last);

  // In loops whose chunks have an ordered section: waits until all chunks before this part's are done.
  void awaitTurn(const Place& place);
  // The part's chunk is done, if it has one. Called before `next`.
  void passTurn(const Place& place);

 private:
  struct Division {
    Range range;
    int64_t taken = 0;  // chunks
    int64_t turn = 0;   // the chunk whose ordered section is due
  };

  Division& at(const Place& place) { return *divisions_[place.met - 1]; }

  std::mutex mutex_;
  std::condition_variable turned_;
  std::vector<std::unique_ptr<Division>> divisions_;
};

}  // namespace ganode::parallel
