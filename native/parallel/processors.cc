#include "parallel/processors.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#include <unistd.h>
#endif

namespace ganode::parallel {
namespace {

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, by);) parts.push_back(part);
  return parts;
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// A mounted hierarchy of control groups that can limit the time of processors.
struct Hierarchy {
  bool second;        // version 2
  std::string root;   // which of its groups the mount shows as its top
  std::string mount;  // where
};

// Lines of mountinfo: id, parent, device, root, mount, options, optional fields, "-", type, source, options
// of the type.
std::vector<Hierarchy> hierarchies(const std::string& proc) {
  std::vector<Hierarchy> result;
  std::ifstream file(proc + "/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields = split(line, ' ');
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (fields.size() < 7 || fields.end() - dash < 4) continue;
    const std::string& type = dash[1];
    if (type == "cgroup2")
      result.push_back({true, fields[3], fields[4]});
    else if (type == "cgroup" && contains(split(dash[3], ','), "cpu"))
      result.push_back({false, fields[3], fields[4]});
  }
  return result;
}

// The group of the process in a hierarchy: lines of `cgroup` are number:controllers:path.
std::string groupOf(const std::string& proc, bool second) {
  std::ifstream file(proc + "/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t last = line.find(':', first + 1);
    if (first == std::string::npos || last == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, last - first - 1);
    if (second ? controllers.empty() : contains(split(controllers, ','), "cpu")) return line.substr(last + 1);
  }
  return "/";
}

// The limit of one group, as a number of processors.
std::optional<double> quotaAt(const std::string& folder, bool second) {
  double quota = -1;
  double period = 100000;
  if (second) {
    // "max 100000", or "150000 100000".
    if (!(std::ifstream(folder + "/cpu.max") >> quota >> period)) return std::nullopt;
  } else if (!(std::ifstream(folder + "/cpu.cfs_quota_us") >> quota) ||
             !(std::ifstream(folder + "/cpu.cfs_period_us") >> period)) {
    return std::nullopt;
  }
  if (!(quota > 0) || !(period > 0)) return std::nullopt;
  return quota / period;
}

}  // namespace

std::optional<double> cgroupQuota(const std::string& proc) {
  std::optional<double> least;
  for (const Hierarchy& hierarchy : hierarchies(proc)) {
    std::string group = groupOf(proc, hierarchy.second);
    // In a container the mount may show a group deep in the hierarchy as its top.
    if (hierarchy.root != "/" && group.starts_with(hierarchy.root))
      group = group.substr(hierarchy.root.size());
    for (;;) {
      if (const auto quota = quotaAt(hierarchy.mount + group, hierarchy.second))
        least = std::min(least.value_or(*quota), *quota);
      if (group.find_first_not_of('/') == std::string::npos) break;
      group = group.substr(0, group.find_last_of('/'));
    }
  }
  return least;
}

Processors usableProcessors() {
  Processors result{};
  result.machine = std::max<int64_t>(1, std::thread::hardware_concurrency());
  result.allowed = result.machine;
#if defined(__linux__)
  // hardware_concurrency follows the affinity itself, where the library does so.
  const long machine = sysconf(_SC_NPROCESSORS_ONLN);
  if (machine > 0) result.machine = machine;
  constexpr int kMost = 8192;  // Linux knows no machine of more
  cpu_set_t* set = CPU_ALLOC(kMost);
  if (set && sched_getaffinity(0, CPU_ALLOC_SIZE(kMost), set) == 0)
    result.allowed = std::max(1, CPU_COUNT_S(CPU_ALLOC_SIZE(kMost), set));
  CPU_FREE(set);
  result.quota = cgroupQuota("/proc/self");
#endif
  return result;
}

int64_t Processors::threads() const {
  if (!quota) return allowed;
  return std::clamp<int64_t>(std::llround(*quota), 1, allowed);
}

}  // namespace ganode::parallel
