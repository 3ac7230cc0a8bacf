// OpenMP's constructs as libtorch's parts use them, in a library of their own. Each function opens a region
// of `threads` parts and returns what came of it.
#pragma once

#include <vector>

namespace ganode::test {

struct Threads {
  std::vector<int> numbers;  // how often each thread's number was seen
  int count;                 // omp_get_num_threads
  bool inside;               // omp_in_parallel within the region
  bool outside;              // after it
};
Threads regionThreads(int threads);

// How often each of `count` numbers was done, by `for schedule(dynamic, chunk)`, upward or downward; twice in
// a row in one region.
std::vector<int> dynamicLoop(int threads, int count, int chunk, bool downward);

// The numbers from 0 in the order in which the ordered sections of a dynamic loop were run.
std::vector<int> orderedLoop(int threads, int count);

// How often each of five sections was run.
std::vector<int> sections(int threads);

// How often the body of each of `count` single constructs was run.
std::vector<int> singles(int threads, int count);

// Each part writes its cell, meets the others, and adds up all cells; `rounds` times. The sums of all.
std::vector<long> barriers(int threads, int rounds);

// Parts wait for each other by flags, as oneDNN's do. Returns how many met.
int flags(int threads);

// A counter that all add to `count` times within a critical section.
long critical(int threads, int count);

// Threads of a region of two within a region, and whether it says that it is in one.
struct Nested {
  int count;
  bool inside;
};
std::vector<Nested> nested(int threads);

// Calls a function in each part.
void call(int threads, void (*function)());

}  // namespace ganode::test
