#include "parallel/team.h"

#include <algorithm>
#include <memory>

#include "parallel/patience.h"
#include "parallel/processors.h"

namespace ganode::parallel {
namespace {

using std::chrono::microseconds;

// A step has regions every few microseconds to milliseconds; a thread that lies down is some 5 to 50 µs late.
constexpr Patience kForRegions{microseconds{3000}, microseconds{10}};
// The last part of a region is about as long as the others. Who has no processor may need milliseconds for
// it; the one that waits then gives its own processor free, to which the system moves the other.
constexpr Patience kForParts{microseconds{300}, microseconds{20}};

// How long a region may stand still that needs a thread which stays away.
constexpr std::chrono::milliseconds kBetweenLooks{2};

// Threads beside the owner's for which there are processors.
int mostAtWork() {
  static const int count = std::max(1, static_cast<int>(usableProcessors().threads()) - 1);
  return count;
}

constexpr int kMostParts = 0xffff;

constexpr uint64_t pack(uint32_t region, int count, int taken) {
  return uint64_t{region} << 32 | static_cast<uint64_t>(count) << 16 | static_cast<uint64_t>(taken);
}
constexpr int countOf(uint64_t parts) { return static_cast<int>(parts >> 16 & 0xffff); }
constexpr int takenOf(uint64_t parts) { return static_cast<int>(parts & 0xffff); }

thread_local Part* here = nullptr;

// While an object of this class lives, `part()` of the calling thread is the part that it was given.
class Entered {
 public:
  explicit Entered(Part& part) { here = &part; }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;
  ~Entered() { here = here->outer; }
};

}  // namespace

Part* part() { return here; }

bool inParallel() {
  for (const Part* p = here; p; p = p->outer)
    if (p->count > 1) return true;
  return false;
}

Team& Team::own() {
  thread_local const auto team = std::make_unique<Team>();
  return *team;
}

Team::~Team() { end(); }

void Team::end() {
  ending_ = true;
  ++region_;
  region_.notify_all();
  callSpares();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  ending_ = false;
}

void Team::reserve(int count) {
  const int needed = std::min(count, kMostParts) - 1;
  try {
    while (static_cast<int>(threads_.size()) < needed) {
      const int spare = static_cast<int>(threads_.size()) - mostAtWork();
      if (spare < 0)
        threads_.emplace_back([this, seen = region_.load()] { work(seen); });
      else
        threads_.emplace_back([this, spare] { workAsSpare(spare); });
    }
  } catch (...) {
    // The process may need the resources that the threads hold in order to end well.
    end();
    throw;
  }
}

void Team::run(void (*body)(void*), void* data, int count, Parts parts) {
  count = std::clamp(count, 1, parts == Parts::mayWait ? size() : kMostParts);
  if (count == 1 || inParallel()) {
    Divisions divisions;
    Part alone{nullptr, 0, 1, here, &divisions, {}};
    const Entered entered(alone);
    body(data);
    return;
  }
  body_ = body;
  data_ = data;
  count_ = count;
  divisions_.clear();
  ended_.store(0, std::memory_order_relaxed);
  const uint32_t region = region_.load(std::memory_order_relaxed) + 1;
  parts_.store(pack(region, count, 1), std::memory_order_release);
  region_.store(region);
  if (asleep_.load() > 0) region_.notify_all();

  int mine = 0;
  uint32_t done = 0;
  for (int index = 0; index >= 0; index = take()) {
    runPart(index);
    ++mine;
  }
  // Parts that others run: all that were taken have ended once this many have.
  const auto others = static_cast<uint32_t>(count - mine);
  const auto ended = [&] { return (done = ended_.load()) == others; };
  thread_local Patience patience = kForParts;
  while (!patience.look(ended)) {
    ownerSleeps_.store(1);
    if (!ended()) ended_.wait(done);
    ownerSleeps_.store(0);
  }
}

int Team::take() {
  uint64_t parts = parts_.load(std::memory_order_acquire);
  while (takenOf(parts) < countOf(parts))
    if (parts_.compare_exchange_weak(parts, parts + 1, std::memory_order_acq_rel, std::memory_order_acquire))
      return takenOf(parts);
  return -1;
}

void Team::runPart(int index) {
  Part taken{this, index, count_, here, &divisions_, {}};
  const Entered entered(taken);
  body_(data_);
}

void Team::takeParts(Looker looker) {
  for (int index = take(); index >= 0; index = take()) {
    // Who runs a part that waits for others cannot look after them meanwhile.
    if (looker == Looker::yes && takenOf(parts_.load()) < count_) callSpares();
    runPart(index);
    ended_.fetch_add(1);
    if (ownerSleeps_.load()) ended_.notify_one();
  }
}

void Team::work(uint32_t seen) {
  Patience patience = kForRegions;
  Presence presence;
  presence.begin();
  const auto begun = [&] { return region_.load(std::memory_order_acquire) != seen; };
  while (!ending_) {
    if (!patience.look(begun)) {
      ++asleep_;
      region_.wait(seen);
      --asleep_;
      presence.begin();
    }
    seen = region_.load(std::memory_order_acquire);
    takeParts();
    const auto absence = presence.check();
    if (absence == absence.zero()) continue;
    stayAway(Presence::Clock::now() + absence);
    presence.begin();
  }
}

void Team::callSpares() {
  ++calls_;
  calls_.notify_all();
}

void Team::workAsSpare(int spare) {
  while (!ending_) {
    if (spare > 0) {
      const uint32_t calls = calls_.load();
      takeParts();
      if (!ending_) calls_.wait(calls);
      continue;
    }
    // The first spare thread looks for regions that stand still, and calls the others.
    const uint64_t before = parts_.load();
    std::this_thread::sleep_for(kBetweenLooks);
    if (ending_ || parts_.load() != before) continue;
    if (takenOf(before) < countOf(before)) {
      takeParts(Looker::yes);
    } else {
      ++asleep_;
      region_.wait(static_cast<uint32_t>(before >> 32));
      --asleep_;
    }
  }
}

void Team::stayAway(Presence::Clock::time_point until) {
  uint64_t before = parts_.load();
  while (!ending_ && Presence::Clock::now() < until) {
    std::this_thread::sleep_for(kBetweenLooks);
    const uint64_t parts = parts_.load();
    // Parts may wait for each other, so one that nobody takes may keep all others.
    if (parts == before) takeParts();
    before = parts_.load();
  }
}

void Team::barrier() {
  const uint32_t passed = passed_.load();
  if (takenOf(parts_.load()) < count_) callSpares();
  if (arrived_.fetch_add(1) + 1 == static_cast<uint32_t>(count_)) {
    arrived_.store(0);
    ++passed_;
    passed_.notify_all();
    return;
  }
  thread_local Patience patience = kForParts;
  if (!patience.look([&] { return passed_.load() != passed; })) passed_.wait(passed);
}

}  // namespace ganode::parallel
