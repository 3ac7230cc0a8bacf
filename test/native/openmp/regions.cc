#include "regions.h"

#include <omp.h>

#include <atomic>

#define EXPORTED __attribute__((visibility("default")))

namespace ganode::test {

EXPORTED Threads regionThreads(int threads) {
  Threads result{std::vector<int>(static_cast<size_t>(threads)), 0, false, true};
#pragma omp parallel num_threads(threads)
  {
#pragma omp critical
    {
      ++result.numbers.at(static_cast<size_t>(omp_get_thread_num()));
      result.count = omp_get_num_threads();
      result.inside = omp_in_parallel() != 0;
    }
  }
  result.outside = omp_in_parallel() != 0;
  return result;
}

EXPORTED std::vector<int> dynamicLoop(int threads, int count, int chunk, bool downward) {
  std::vector<int> done(static_cast<size_t>(count));
#pragma omp parallel num_threads(threads)
  {
    for (int round = 0; round < 2; ++round) {
      if (downward) {
#pragma omp for schedule(monotonic : dynamic, chunk)
        for (int i = count - 1; i >= 0; i -= 1) ++done[static_cast<size_t>(i)];
      } else {
#pragma omp for schedule(monotonic : dynamic, chunk)
        for (int i = 0; i < count; i += 1) ++done[static_cast<size_t>(i)];
      }
    }
  }
  return done;
}

EXPORTED std::vector<int> orderedLoop(int threads, int count) {
  std::vector<int> order;
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(monotonic : dynamic, 1) ordered
    for (int i = 0; i < count; ++i) {
#pragma omp ordered
      order.push_back(i);
    }
  }
  return order;
}

EXPORTED std::vector<int> sections(int threads) {
  std::vector<int> done(5);
#pragma omp parallel num_threads(threads)
  {
    // By itself in a region, the construct would be one with it.
#pragma omp barrier
#pragma omp sections
    {
#pragma omp section
      ++done[0];
#pragma omp section
      ++done[1];
#pragma omp section
      ++done[2];
#pragma omp section
      ++done[3];
#pragma omp section
      ++done[4];
    }
  }
  return done;
}

EXPORTED std::vector<int> singles(int threads, int count) {
  std::vector<int> done(static_cast<size_t>(count));
#pragma omp parallel num_threads(threads)
  {
    for (int i = 0; i < count; ++i) {
#pragma omp single nowait
      ++done[static_cast<size_t>(i)];
    }
  }
  return done;
}

EXPORTED std::vector<long> barriers(int threads, int rounds) {
  std::vector<long> cells(static_cast<size_t>(threads));
  std::vector<long> sums(static_cast<size_t>(threads));
#pragma omp parallel num_threads(threads)
  {
    const auto mine = static_cast<size_t>(omp_get_thread_num());
    for (int round = 1; round <= rounds; ++round) {
      cells[mine] = round;
#pragma omp barrier
      for (const long cell : cells) sums[mine] += cell;
#pragma omp barrier
    }
  }
  return sums;
}

EXPORTED int flags(int threads) {
  std::atomic<int> here{0};
  std::atomic<int> met{0};
#pragma omp parallel num_threads(threads)
  {
    ++here;
    while (here < omp_get_num_threads()) {
    }
    ++met;
  }
  return met;
}

EXPORTED long critical(int threads, int count) {
  long sum = 0;
#pragma omp parallel num_threads(threads)
  {
    for (int i = 0; i < count; ++i) {
#pragma omp critical(sum)
      ++sum;
    }
  }
  return sum;
}

EXPORTED std::vector<Nested> nested(int threads) {
  std::vector<Nested> result(static_cast<size_t>(threads));
#pragma omp parallel num_threads(threads)
  {
    const auto mine = static_cast<size_t>(omp_get_thread_num());
#pragma omp parallel num_threads(2)
    {
#pragma omp critical
      result[mine] = {omp_get_num_threads(), omp_in_parallel() != 0};
    }
  }
  return result;
}

EXPORTED void call(int threads, void (*function)()) {
#pragma omp parallel num_threads(threads)
  function();
}

}  // namespace ganode::test
