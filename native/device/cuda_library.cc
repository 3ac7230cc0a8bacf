#include "device/cuda_library.h"

#include <cstdlib>

#include "parallel/imports.h"

#if defined(__linux__)
#include <dlfcn.h>
#endif

namespace ganode {
namespace {

#if defined(__linux__)

// Beside the addon.
constexpr const char* kName = "ganode_cuda.so";
// The function that makes a recorder for the device of a number, in native/cuda/recorder.cc.
constexpr const char* kMakeRecorder = "ganode_make_cuda_recorder";

Recorders open() {
  const std::string addon = parallel::libraryOf(reinterpret_cast<const void*>(&cudaRecorders));
  const char* chosen = std::getenv("GANODE_CUDA_LIBRARY");
  const std::string path = chosen ? chosen : addon.substr(0, addon.rfind('/') + 1) + kName;
  // Never closed: recordings may live as long as the process.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return {{}, dlerror()};
  void* make = dlsym(library, kMakeRecorder);
  if (!make) return {{}, path + " is of another version"};
  const auto maker = reinterpret_cast<Recorder* (*)(int)>(make);
  return {[maker](const at::Device& device) { return std::unique_ptr<Recorder>(maker(device.index())); }, ""};
}

#else

Recorders open() { return {{}, "only on Linux"}; }

#endif

}  // namespace

const Recorders& cudaRecorders() {
  static const Recorders recorders = open();
  return recorders;
}

}  // namespace ganode
