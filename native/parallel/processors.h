// How many processors this process may use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ganode::parallel {

struct Processors {
  int64_t machine;  // those of the machine that are on
  int64_t allowed;  // those the process may run on (affinity: taskset, cpusets)
  // Processors' worth of time that a control group gives (`docker --cpus`), which may be a fraction; the
  // smallest of all groups that the process is in. Empty where there is no such limit.
  std::optional<double> quota;

  // Threads that make sense: as many as are allowed, but no more than the quota has time for (rounded, 1 at
  // least).
  int64_t threads() const;
};

// What the system says now; it is read anew at each call.
Processors usableProcessors();

// The quota alone. `proc`: a folder with `cgroup` and `mountinfo` as in /proc/self, of version 1, 2 or both
// (https://docs.kernel.org/admin-guide/cgroup-v2.html, cpu.max; cgroup-v1, cpu.cfs_quota_us).
std::optional<double> cgroupQuota(const std::string& proc);

}  // namespace ganode::parallel
