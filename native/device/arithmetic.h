// How a GPU computes: flags of libtorch's.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace ganode {

struct Arithmetic {
  // What may be computed in TF32, which keeps ten bits of a float's 23 and is several times as fast.
  enum class Tf32 { None, Convolutions, All };
  Tf32 tf32 = Tf32::Convolutions;
  // Only algorithms that give the same bits each time. Without it cuDNN tries several for each new shape and
  // keeps the fastest, which may be another in another process.
  bool deterministic = false;

  // 'none', 'convolutions' or 'all'. Throws Error("INVALID_OPTION").
  static Tf32 parseTf32(const std::string& name);
};

// Sets libtorch's flags for what a device is to compute from now on; nothing for the CPU, whose arithmetic
// has no such choice. The flags are the whole process's: of sessions that compute at the same time, the one
// that called last decides for all. Where algorithms are to be deterministic, an operator that has none
// throws; the first call for a GPU should come before anything was computed on it, since cuBLAS reads its
// part from the environment once (CUBLAS_WORKSPACE_CONFIG, which is set here where it is not).
void useArithmetic(const Arithmetic& arithmetic, const at::Device& device);

}  // namespace ganode
