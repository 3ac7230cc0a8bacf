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

std::map<at::DeviceType, Recorders>& known() {
  static std::map<at::DeviceType, Recorders> all;
  return all;
}

Recorders recordersOf(at::DeviceType type) {
  static const bool isOff = [] {
    const char* chosen = std::getenv("GANODE_RECORD");
    return chosen && std::string_view(chosen) == "0";
  }();
  if (isOff) return {{}, "GANODE_RECORD is 0"};
  const std::lock_guard guard(lock());
  const auto found = known().find(type);
  if (found != known().end()) return found->second;
  if (type == at::kCUDA) return cudaRecorders();
  return {{}, "devices of this kind have no recordings"};
}

}  // namespace

void registerRecorder(at::DeviceType type, RecorderFactory make) {
  const std::lock_guard guard(lock());
  known()[type] = {std::move(make), ""};
}

std::string whyNotRecorded(const at::Device& device) { return recordersOf(device.type()).reason; }

std::unique_ptr<Recorder> makeRecorder(const at::Device& device) {
  const Recorders recorders = recordersOf(device.type());
  return recorders.make ? recorders.make(device) : nullptr;
}

}  // namespace ganode
