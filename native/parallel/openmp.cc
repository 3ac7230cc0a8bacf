#include "parallel/openmp.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <string_view>

#if defined(__linux__)
#include <dlfcn.h>
#endif

#include "parallel/imports.h"
#include "parallel/team.h"

namespace ganode::parallel {
namespace {

// Functions of libgomp's, which answer for threads that are in no region of ours.
struct Original {
  int (*threadNumber)() = nullptr;
  int (*threads)() = nullptr;
  int (*mostThreads)() = nullptr;
  int (*inParallel)() = nullptr;
  void (*barrier)() = nullptr;
};
Original original;

// What follows has the signatures of libgomp's functions (`functions` has their names).

void parallel(void (*body)(void*), void* data, unsigned wanted, unsigned /*flags*/) {
  const int count = wanted > 0 ? static_cast<int>(wanted) : original.mostThreads();
  Team& team = Team::own();
  if (!inParallel()) team.reserve(count);
  team.run(body, data, count);
}

int threadNumber() { return part() ? part()->index : original.threadNumber(); }
int threads() { return part() ? part()->count : original.threads(); }
int isInParallel() { return part() ? inParallel() : original.inParallel(); }
int mostThreads() { return part() && part()->team ? part()->count : original.mostThreads(); }

void barrier() {
  if (!part()) return original.barrier();
  if (part()->team) part()->team->barrier();
}

// Outside of regions a thread has all of the work.
Divisions& divisions() {
  thread_local Divisions alone;
  return part() ? *part()->divisions : alone;
}
Place& place() {
  thread_local Place alone;
  return part() ? part()->place : alone;
}

bool single() { return divisions().enter(place(), {}); }

bool nextChunk(long* first, long* last) { return divisions().next(place(), first, last); }
bool startLoop(long start, long end, long step, long chunk, long* first, long* last) {
  divisions().enter(place(), {start, end, step, chunk});
  return nextChunk(first, last);
}
void endLoop() { barrier(); }
void endLoopWithoutWaiting() {}

bool nextOrderedChunk(long* first, long* last) {
  divisions().passTurn(place());
  return nextChunk(first, last);
}
void awaitTurn() { divisions().awaitTurn(place()); }
void afterOrdered() {}

unsigned nextSection() {
  long section = 0;
  long end = 0;
  return nextChunk(&section, &end) ? static_cast<unsigned>(section) : 0;
}
unsigned startSections(unsigned count) {
  divisions().enter(place(), {1, static_cast<long>(count) + 1, 1, 1});
  return nextSection();
}

template <typename Function>
void* address(Function* function) {
  return reinterpret_cast<void*>(function);
}

const std::map<std::string, void*, std::less<>>& functions() {
  static const std::map<std::string, void*, std::less<>> all = {
      {"GOMP_parallel", address(parallel)},
      {"GOMP_barrier", address(barrier)},
      {"GOMP_single_start", address(single)},
      {"GOMP_loop_dynamic_start", address(startLoop)},
      {"GOMP_loop_dynamic_next", address(nextChunk)},
      {"GOMP_loop_ordered_dynamic_start", address(startLoop)},
      {"GOMP_loop_ordered_dynamic_next", address(nextOrderedChunk)},
      {"GOMP_loop_end", address(endLoop)},
      {"GOMP_loop_end_nowait", address(endLoopWithoutWaiting)},
      {"GOMP_ordered_start", address(awaitTurn)},
      {"GOMP_ordered_end", address(afterOrdered)},
      {"GOMP_sections_start", address(startSections)},
      {"GOMP_sections_next", address(nextSection)},
      {"GOMP_sections_end", address(endLoop)},
      {"GOMP_sections_end_nowait", address(endLoopWithoutWaiting)},
      {"omp_get_thread_num", address(threadNumber)},
      {"omp_get_num_threads", address(threads)},
      {"omp_get_max_threads", address(mostThreads)},
      {"omp_in_parallel", address(isInParallel)},
  };
  return all;
}

// Functions that stay with libgomp, since their answers do not depend on regions.
constexpr std::array<std::string_view, 11> kLeft = {
    "GOMP_atomic_start", "GOMP_atomic_end",          "GOMP_critical_start",
    "GOMP_critical_end", "GOMP_critical_name_start", "GOMP_critical_name_end",
    "omp_get_num_procs", "omp_set_num_threads",      "omp_get_wtime",
    "omp_get_wtick",     "omp_get_dynamic"};

bool isOpenMP(const std::string& name) {
  return name.starts_with("GOMP_") || name.starts_with("omp_") || name.starts_with("__kmpc_");
}

std::string directoryOf(const std::string& path) { return path.substr(0, path.find_last_of('/') + 1); }

std::string beside;  // a directory with a slash at its end

bool isBeside(const std::string& path) {
  return !beside.empty() && directoryOf(path) == beside && path.find("libgomp") == std::string::npos;
}

#if defined(__linux__)

template <typename Function>
bool find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

std::string adopt() {
  const std::vector<Import> imports = findImports(isBeside, isOpenMP);
  if (imports.empty()) return "no calls of it were found";
  for (const Import& import : imports)
    if (!functions().contains(import.name) &&
        std::find(kLeft.begin(), kLeft.end(), import.name) == kLeft.end())
      return "it calls " + import.name;
  void* library = dlopen(imports.front().library.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (!library || !find(library, "omp_get_thread_num", original.threadNumber) ||
      !find(library, "omp_get_num_threads", original.threads) ||
      !find(library, "omp_get_max_threads", original.mostThreads) ||
      !find(library, "omp_in_parallel", original.inParallel) ||
      !find(library, "GOMP_barrier", original.barrier))
    return "it is not GNU's";
  std::vector<Import> done;
  for (const Import& import : imports) {
    const auto function = functions().find(import.name);
    if (function == functions().end()) continue;
    if (!replaceImport(import, function->second)) {
      // Either every slot is replaced or none, because a region of one runtime must not ask the other.
      for (const Import& replaced : done) replaceImport(replaced, dlsym(library, replaced.name.c_str()));
      return "the system keeps its slots as they are";
    }
    done.push_back(import);
  }
  return "";
}

#else

std::string adopt() { return "this system has another way to call it"; }

#endif

}  // namespace

std::string adoptOpenMP(const std::string& library) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  beside = directoryOf(library);
  return adopt();
}

}  // namespace ganode::parallel
