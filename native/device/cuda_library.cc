#include "device/cuda_library.h"

#include <cstdlib>

#include "parallel/imports.h"

#if defined(__linux__)
#include <dlfcn.h>
#endif

namespace ganode {
namespace {

struct Opened {
  RecorderFactory recorders;
  std::string reason;
};

#if defined(__linux__)

Opened open() {
  const std::string addon = parallel::libraryOf(reinterpret_cast<const void*>(&whyNoCudaRecorders));
  const char* chosen = std::getenv("GANODE_CUDA_LIBRARY");
  const std::string path = chosen ? chosen : addon.substr(0, addon.rfind('/') + 1) + kCudaLibrary;
  // Never closed: recordings may live as long as the process.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return {{}, dlerror()};
  void* make = dlsym(library, kMakeCudaRecorder);
  if (!make) return {{}, path + " is of another version"};
  const auto maker = reinterpret_cast<Recorder* (*)(int)>(make);
  return {[maker](const at::Device& device) { return std::unique_ptr<Recorder>(maker(device.index())); }, ""};
}

#else

Opened open() { return {{}, "only on Linux"}; }

#endif

const Opened& opened() {
  static const Opened result = open();
  return result;
}

}  // namespace

RecorderFactory cudaRecorders() { return opened().recorders; }

std::string whyNoCudaRecorders() { return opened().reason; }

}  // namespace ganode
