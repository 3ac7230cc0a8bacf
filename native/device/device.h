// Which device, which precision, how many threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace ganode {

// What there is of CUDA. `built`: libtorch has it, whether or not a device answers.
struct Cuda {
  bool built;
  int devices;
};
Cuda findCuda();

// 'cpu', 'cuda' (its first device), 'cuda:1' or 'auto' (CUDA where a device answers). Throws Error("DEVICE")
// where it is not there.
at::Device chooseDevice(const std::string& name);

// Whether the processor has bfloat16 arithmetic (AVX512-BF16 or AMX).
bool cpuHasBfloat16();

// 'fp32', 'bf16' or 'auto' (bf16 where the device computes in it). Returns true for bf16.
bool chooseBfloat16(const std::string& precision, const at::Device& device);

// Lets libtorch's parallel regions run on ganode's teams (parallel/openmp.h), from now on and in the whole
// process; not where the variable GANODE_OPENMP is "libgomp". Calls after the first are for nothing.
void useOwnThreads();

// What runs libtorch's parallel regions: "ganode", or "libgomp" with the reason in parentheses.
std::string threadRuntime();

// Sets ATen's threads for the calling thread, for good; 0: `defaultThreads()`. Throws Error("MEMORY") where
// the system has no room for them.
void useThreads(int64_t threads);

// The number of threads where none is asked for: what OMP_NUM_THREADS says, or else the number of processors
// that the process may use (processors.h). It is found once and kept.
int64_t defaultThreads();

// Readies the calling thread for work: its number of threads and the device, as `useThreads` and
// `chooseDevice` have them.
at::Device prepareThread(int64_t threads, const std::string& device);

// While it lives, convolutions and matrix products of the calling thread run in bfloat16 (autocast), when
// `on`. Weights are cast once and the casts are dropped at the end, so that an update of the weights between
// two scopes is seen.
class PrecisionScope {
 public:
  PrecisionScope(bool on, const at::Device& device);
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;
  ~PrecisionScope();

 private:
  bool on_;
  at::DeviceType type_;
};

}  // namespace ganode
