// Memory of tensors on the CPU.
#pragma once

#include <cstddef>

namespace ganode {

// Makes ATen keep large blocks that tensors give back, for the next tensors of about that size. A training
// step asks for the same sizes every time; from the C library each would come as fresh pages, which the
// system must find and clear. Once a process; further calls do nothing.
void keepTensorMemory();

// Gives what is kept back to the system.
void releaseTensorMemory();

struct TensorMemory {
  size_t inUse = 0;  // bytes, of large blocks only
  size_t kept = 0;
};
TensorMemory tensorMemory();

}  // namespace ganode
