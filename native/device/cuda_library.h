// The library beside the addon that needs libtorch's CUDA by name (native/cuda). It is opened at run time, so
// that one addon serves libtorch with CUDA and without.
#pragma once

#include <string>

#include "device/recorder.h"

namespace ganode {

// The library's file name, beside the addon.
inline constexpr const char* kCudaLibrary = "ganode_cuda.so";

// The name of the function in it that makes a recorder for a device of a number.
inline constexpr const char* kMakeCudaRecorder = "ganode_make_cuda_recorder";

// Opens the library once. The result is empty where it is not there, or does not fit libtorch.
RecorderFactory cudaRecorders();

// Why there are no recorders; empty where there are.
std::string whyNoCudaRecorders();

}  // namespace ganode
