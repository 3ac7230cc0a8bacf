// The library beside the addon that needs libtorch's CUDA by name (native/cuda). It is opened at run time, so
// that one addon serves libtorch with CUDA and without.
#pragma once

#include "device/recorder.h"

namespace ganode {

// The recorders of the library `ganode_cuda.so`, which is opened the first time; none where it is not there,
// or does not fit libtorch. The variable GANODE_CUDA_LIBRARY names another path.
const Recorders& cudaRecorders();

}  // namespace ganode
