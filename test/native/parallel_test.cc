// Teams, on which parallel regions run, and OpenMP's constructs on them.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <system_error>
#include <thread>
#include <vector>

#include "parallel/loop.h"
#include "parallel/openmp.h"
#include "parallel/patience.h"
#include "parallel/presence.h"
#include "parallel/team.h"
#ifdef GANODE_OPENMP_REGIONS
#include "openmp/regions.h"
#include "parallel/imports.h"
#endif

namespace {

using ganode::parallel::forRanges;
using ganode::parallel::part;
using ganode::parallel::Patience;
using ganode::parallel::Presence;
using ganode::parallel::Team;

// While it lives, the process gets no more addresses, and so no stacks for threads.
class NoMoreAddresses {
 public:
  NoMoreAddresses() {
    ::getrlimit(RLIMIT_AS, &before_);
    rlimit least = before_;
    least.rlim_cur = 1;
    ::setrlimit(RLIMIT_AS, &least);
  }
  NoMoreAddresses(const NoMoreAddresses&) = delete;
  NoMoreAddresses& operator=(const NoMoreAddresses&) = delete;
  ~NoMoreAddresses() { ::setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

// A region whose parts count themselves.
std::vector<int> partsRun(Team& team, int count, Team::Parts kind = Team::Parts::mayWait) {
  std::vector<int> seen(static_cast<size_t>(count));
  team.run(
      [](void* data) {
        auto& counts = *static_cast<std::vector<int>*>(data);
        ++counts[static_cast<size_t>(part()->index)];
      },
      &seen, count, kind);
  return seen;
}

// A region whose parts wait until all have come, or for 20 s; gives how many met.
int partsThatMet(Team& team, int count) {
  struct Meeting {
    std::atomic<int> here{0};
    std::atomic<int> met{0};
  } meeting;
  team.run(
      [](void* data) {
        auto& m = *static_cast<Meeting*>(data);
        ++m.here;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (m.here < part()->count && std::chrono::steady_clock::now() < deadline)
          std::this_thread::yield();
        if (m.here == part()->count) ++m.met;
      },
      &meeting, count);
  return meeting.met;
}

}  // namespace

TEST_CASE("a team runs each part of a region once, region after region") {
  for (int threads = 1; threads <= 5; ++threads) {
    CAPTURE(threads);
    Team team;
    team.reserve(threads);
    CHECK(team.size() == threads);
    for (int region = 0; region < 2000; ++region)
      REQUIRE(partsRun(team, threads) == std::vector<int>(static_cast<size_t>(threads), 1));
  }
}

TEST_CASE("a team gives no region more parts than it has threads, unless they are independent") {
  Team team;
  team.reserve(2);
  CHECK(partsRun(team, 5) == std::vector<int>{1, 1, 0, 0, 0});
  CHECK(partsRun(team, 5, Team::Parts::independent) == std::vector<int>{1, 1, 1, 1, 1});
}

TEST_CASE("a team without threads of its own runs all parts on the caller's") {
  Team team;
  CHECK(partsRun(team, 3) == std::vector<int>{1, 0, 0});
  CHECK(partsRun(team, 3, Team::Parts::independent) == std::vector<int>{1, 1, 1});
  CHECK(part() == nullptr);
}

// AddressSanitizer needs addresses itself for each thread, and ends the process where there are none.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kNeedsAddresses = true;
#else
constexpr bool kNeedsAddresses = false;
#endif

TEST_CASE("a team that the system gives no threads has none, and works" * doctest::skip(kNeedsAddresses)) {
  Team team;
  {
    const NoMoreAddresses none;
    CHECK_THROWS_AS(team.reserve(400), std::system_error);
  }
  CHECK(team.size() == 1);
  CHECK(partsRun(team, 3, Team::Parts::independent) == std::vector<int>{1, 1, 1});
  team.reserve(3);
  CHECK(partsRun(team, 3) == std::vector<int>{1, 1, 1});
}

TEST_CASE("parts that wait for each other have a thread each") {
  constexpr int kThreads = 4;
  Team team;
  team.reserve(kThreads);
  for (int region = 0; region < 200; ++region) REQUIRE(partsThatMet(team, kThreads) == kThreads);
}

// The thread that looks after regions that stand still is in one itself when the next begins.
TEST_CASE("parts that wait for each other have a thread each, region after region") {
  for (const int threads : {5, 200, 800}) {
    CAPTURE(threads);
    Team team;
    team.reserve(threads);
    for (int region = 0; region < 150; ++region) REQUIRE(partsThatMet(team, 4) == 4);
    REQUIRE(partsThatMet(team, threads) == threads);
  }
}

TEST_CASE("a thread that lost its time stays away, but not from parts that wait for it") {
  Team team;
  team.reserve(2);
  for (int round = 0; round < 3; ++round) {
    // Sleeping is to want a processor and to have none, as far as clocks tell.
    team.run([](void*) { std::this_thread::sleep_for(std::chrono::milliseconds(50)); }, nullptr, 2);
    CHECK(partsThatMet(team, 2) == 2);
  }
}

TEST_CASE("a thread that had no processor stays away, and longer when that is soon again") {
  using std::chrono::milliseconds;
  Presence presence;
  presence.begin();
  const auto lose = [&] {
    std::this_thread::sleep_for(milliseconds(15));
    return presence.check();
  };
  CHECK(lose() == milliseconds(20));
  CHECK(lose() == milliseconds(40));
  CHECK(lose() == milliseconds(80));
  // A thread that was away by its own will has lost nothing.
  std::this_thread::sleep_for(milliseconds(60));
  presence.begin();
  CHECK(presence.check() == milliseconds(0));
}

TEST_CASE("patience ends, and not before what is looked for has come") {
  Patience patience(std::chrono::milliseconds(20), std::chrono::milliseconds(1));
  int looks = 0;
  CHECK(patience.look([&] { return ++looks > 100; }));
  CHECK(looks == 101);
  CHECK_FALSE(patience.look([] { return false; }));
}

TEST_CASE("a barrier is passed when all parts have come") {
  constexpr int kThreads = 3;
  Team team;
  team.reserve(kThreads);
  struct Rounds {
    std::atomic<int> came{0};
    std::atomic<bool> early{false};
  } rounds;
  team.run(
      [](void* data) {
        auto& r = *static_cast<Rounds*>(data);
        for (int round = 1; round <= 500; ++round) {
          ++r.came;
          part()->team->barrier();
          if (r.came < round * kThreads) r.early = true;
          part()->team->barrier();
        }
      },
      &rounds, kThreads);
  CHECK(rounds.came == 500 * kThreads);
  CHECK_FALSE(rounds.early.load());
}

TEST_CASE("a region within a region has one part") {
  Team team;
  team.reserve(2);
  std::atomic<int> inner{0};
  team.run(
      [](void* data) {
        partsRun(Team::own(), 4);
        CHECK(part()->count == 2);
        Team::own().run([](void* count) { *static_cast<std::atomic<int>*>(count) += part()->count; }, data,
                        4);
      },
      &inner, 2);
  CHECK(inner == 2);
}

TEST_CASE("teams of several threads work beside each other") {
  std::vector<std::thread> owners;
  std::atomic<int> wrong{0};
  for (int owner = 0; owner < 3; ++owner) {
    owners.emplace_back([&] {
      Team& team = Team::own();
      team.reserve(3);
      for (int region = 0; region < 500; ++region)
        if (partsRun(team, 3) != std::vector<int>{1, 1, 1}) ++wrong;
    });
  }
  for (std::thread& owner : owners) owner.join();
  CHECK(wrong == 0);
}

TEST_CASE("a loop goes over each number once, however many threads there are") {
  for (const int64_t threads : {1, 2, 3, 7}) {
    for (const int64_t count : {0, 1, 2, 5, 64, 1001}) {
      CAPTURE(threads);
      CAPTURE(count);
      std::vector<int> seen(static_cast<size_t>(count));
      forRanges(count, threads, [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i) ++seen[static_cast<size_t>(i)];
      });
      CHECK(seen == std::vector<int>(static_cast<size_t>(count), 1));
    }
  }
}

TEST_CASE("a loop within a loop goes over each number once") {
  std::vector<std::atomic<int>> seen(40);
  forRanges(4, 3, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i)
      forRanges(10, 3, [&](int64_t from, int64_t to) {
        for (int64_t j = from; j < to; ++j) ++seen[static_cast<size_t>(10 * i + j)];
      });
  });
  for (const auto& count : seen) CHECK(count == 1);
}

#ifdef GANODE_OPENMP_REGIONS

// Each construct, as OpenMP's specification has it, for several numbers of threads: first as GNU's runtime
// does it, then, taken over, on ours.
TEST_CASE("OpenMP's constructs give the same on teams as on GNU's runtime") {
  using namespace ganode::test;
  const auto examine = [] {
    for (const int threads : {1, 2, 3, 6}) {
      CAPTURE(threads);
      const auto n = static_cast<size_t>(threads);
      for (int round = 0; round < 20; ++round) {
        const Threads seen = regionThreads(threads);
        REQUIRE(seen.numbers == std::vector<int>(n, 1));
        REQUIRE(seen.count == threads);
        REQUIRE(seen.inside == (threads > 1));
        REQUIRE_FALSE(seen.outside);
        for (const int chunk : {1, 3, 200}) {
          REQUIRE(dynamicLoop(threads, 101, chunk, false) == std::vector<int>(101, 2));
          REQUIRE(dynamicLoop(threads, 101, chunk, true) == std::vector<int>(101, 2));
        }
        std::vector<int> order(50);
        std::iota(order.begin(), order.end(), 0);
        REQUIRE(orderedLoop(threads, 50) == order);
        REQUIRE(sections(threads) == std::vector<int>(5, 1));
        REQUIRE(singles(threads, 7) == std::vector<int>(7, 1));
        // 1 + 2 + … + 10, once for each cell.
        REQUIRE(barriers(threads, 10) == std::vector<long>(n, 55 * threads));
        REQUIRE(flags(threads) == threads);
        REQUIRE(critical(threads, 100) == 100 * threads);
        for (const Nested& inner : nested(threads)) {
          // A region within a region of one thread is the outermost that has more.
          REQUIRE(inner.count == (threads > 1 ? 1 : 2));
          REQUIRE(inner.inside);
        }
      }
    }
  };
  examine();
  const std::string library =
      ganode::parallel::libraryOf(reinterpret_cast<const void*>(&ganode::test::regionThreads));
  REQUIRE(ganode::parallel::adoptOpenMP(library) == "");
  examine();
  // Regions of the library run on teams now: `part()` answers inside them.
  static std::atomic<int> known;
  known = 0;
  call(3, [] { known += part() && part()->count == 3 ? 1 : 0; });
  CHECK(known == 3);
}

#endif

TEST_CASE("what is no OpenMP of GNU's is left alone") {
  CHECK(ganode::parallel::adoptOpenMP("/nowhere/library.so") == "no calls of it were found");
}
