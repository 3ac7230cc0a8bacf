#include "device/recorder.h"

#include <cstdlib>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

#include "device/cuda_library.h"

namespace ganode {
namespace {

std::mutex& lock() {
  static std::mutex mutex;
  return mutex;
}

std::map<at::DeviceType, RecorderFactory>& factories() {
  static std::map<at::DeviceType, RecorderFactory> all;
  return all;
}

// The factory of a kind of device; empty where it has none.
RecorderFactory factoryOf(at::DeviceType type) {
  static const bool isOff = [] {
    const char* chosen = std::getenv("GANODE_RECORD");
    return chosen && std::string_view(chosen) == "0";
  }();
  if (isOff) return {};
  const std::lock_guard guard(lock());
  const auto found = factories().find(type);
  if (found != factories().end()) return found->second;
  if (type != at::kCUDA) return {};
  return factories()[type] = cudaRecorders();
}

}  // namespace

void registerRecorder(at::DeviceType type, RecorderFactory make) {
  const std::lock_guard guard(lock());
  factories()[type] = std::move(make);
}

bool canRecord(const at::Device& device) { return factoryOf(device.type()) != nullptr; }

std::unique_ptr<Recorder> makeRecorder(const at::Device& device) {
  const RecorderFactory make = factoryOf(device.type());
  return make ? make(device) : nullptr;
}

}  // namespace ganode
