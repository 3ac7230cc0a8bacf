#include "device/device.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/cpu/Utils.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>

#include "error.h"
#include "parallel/imports.h"
#include "parallel/openmp.h"
#include "parallel/processors.h"
#include "parallel/team.h"

namespace ganode {
namespace {

// The most threads that a recipe may ask for; lib/ranges.ts has the same limit.
constexpr int64_t kMostThreads = 1024;

// The number in 'cuda:1', 0 of 'cuda'; nullopt for other names.
std::optional<int> cudaNumber(std::string_view name) {
  constexpr std::string_view kind = "cuda";
  if (name.substr(0, kind.size()) != kind) return std::nullopt;
  name.remove_prefix(kind.size());
  if (name.empty()) return 0;
  int number = 0;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
  const bool isWhole = error == std::errc() && end == name.data() + name.size();
  return name.front() == ':' && isWhole && number >= 0 && number < 128 ? std::optional(number) : std::nullopt;
}

std::string& runtime() {
  static std::string name = "libgomp";
  return name;
}

}  // namespace

Cuda findCuda() {
  // `at::hasCUDA()` says whether a device answers; what a libtorch with CUDA has is a guard for its devices.
  const bool built = c10::impl::hasDeviceGuardImpl(at::kCUDA);
  return {built,
          at::hasCUDA() ? at::globalContext().getAcceleratorHooksInterface(at::kCUDA).deviceCount() : 0};
}

at::Device chooseDevice(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  // Devices that were added to libtorch, under its name for all of them; tests have one.
  if (name == "privateuseone" && c10::impl::hasDeviceGuardImpl(at::kPrivateUse1))
    return {at::kPrivateUse1, 0};
  const auto [built, devices] = findCuda();
  if (name == "auto") return devices > 0 ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  const std::optional<int> number = cudaNumber(name);
  if (!number) {
    throw Error("INVALID_OPTION",
                "expected device to be 'cpu', 'cuda', 'cuda:1' (by number) or 'auto', got '" + name + "'");
  }
  const std::string asked = "device '" + name + "': ";
  if (!built) throw Error("DEVICE", asked + "this libtorch was built without CUDA");
  if (devices == 0) throw Error("DEVICE", asked + "libtorch has CUDA, but no CUDA device answers");
  if (*number >= devices) {
    throw Error("DEVICE", asked + "there are " + std::to_string(devices) + " CUDA devices, numbered from 0");
  }
  return {at::kCUDA, static_cast<c10::DeviceIndex>(*number)};
}

bool cpuHasBfloat16() {
  const auto abilities = at::cpu::get_cpu_capabilities();
  for (const char* name : {"avx512_bf16", "amx_bf16", "amx_tile"}) {
    const auto found = abilities.find(name);
    if (found != abilities.end() && found->second.isBool() && found->second.toBool()) return true;
  }
  return false;
}

bool chooseBfloat16(const std::string& precision, const at::Device& device) {
  if (precision == "fp32") return false;
  if (precision == "bf16") return true;
  if (precision == "auto") return device.is_cpu() ? cpuHasBfloat16() : true;
  throw Error("INVALID_OPTION", "expected precision to be 'fp32', 'bf16' or 'auto', got '" + precision + "'");
}

void useOwnThreads() {
  static std::once_flag once;
  std::call_once(once, [] {
    const char* chosen = std::getenv("GANODE_OPENMP");
    std::string reason = "chosen by GANODE_OPENMP";
    if (!chosen || std::string_view(chosen) != "libgomp")
      reason =
          parallel::adoptOpenMP(parallel::libraryOf(reinterpret_cast<const void*>(&at::get_num_threads)));
    runtime() = reason.empty() ? "ganode" : "libgomp (" + reason + ")";
  });
}

std::string threadRuntime() { return runtime(); }

int64_t defaultThreads() {
  static const int64_t threads = [] {
    // A number for each level of regions within regions, of which the first counts: "4,2".
    const char* asked = std::getenv("OMP_NUM_THREADS");
    const long number = asked ? std::strtol(asked, nullptr, 10) : 0;
    return number >= 1 ? std::min<int64_t>(number, kMostThreads) : parallel::usableProcessors().threads();
  }();
  return threads;
}

void useThreads(int64_t threads) {
  if (threads > kMostThreads) {
    throw Error("INVALID_OPTION", "Expected at most " + std::to_string(kMostThreads) +
                                      " for threads but received " + std::to_string(threads));
  }
  if (threads <= 0) threads = defaultThreads();
  try {
    parallel::Team::own().reserve(static_cast<int>(threads));
    // `at::set_num_threads` starts as many for a pool of its own (XNNPACK's), and where it gets too few the
    // process crashes at its end. So that there is room for them is tried before.
    parallel::Team().reserve(static_cast<int>(threads));
  } catch (const std::system_error& error) {
    throw Error("MEMORY",
                "the system has no room for " + std::to_string(threads) + " threads (" + error.what() +
                    "); fewer of them may do",
                {{"threads", static_cast<double>(threads)}});
  }
  // ATen keeps the number twice: a global one, which a thread takes over at its first parallel region, and
  // OpenMP's own, a thread's. Setting both under one lock keeps two sessions with different numbers apart.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  at::set_num_threads(static_cast<int>(threads));
  at::internal::lazy_init_num_threads();
}

at::Device prepareThread(int64_t threads, const std::string& device) {
  useThreads(threads);
  return chooseDevice(device);
}

PrecisionScope::PrecisionScope(bool on, const at::Device& device) : on_(on), type_(device.type()) {
  if (!on_) return;
  at::autocast::set_autocast_enabled(type_, true);
  at::autocast::set_autocast_dtype(type_, at::kBFloat16);
}

PrecisionScope::~PrecisionScope() {
  if (!on_) return;
  at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(type_, false);
}

}  // namespace ganode
