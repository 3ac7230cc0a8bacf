// Recordings of CUDA graphs, through libtorch's own class. Compiled with the host's compiler alone, where
// libtorch has CUDA and the headers of CUDA's runtime are found; it works with libtorch 2.11 to 2.14.
#include "device/recorder.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <c10/util/Exception.h>

#include <exception>
#include <stdexcept>
#include <string>

namespace ganode {
namespace {

// Notes whether operators of the calling thread, and of the passes backward that it asks for, wait for the
// device. libtorch says so in warnings, which are a thread's own; its other way, to throw, would hit all
// threads.
class WaitsNoted final : public c10::WarningHandler {
 public:
  WaitsNoted() : before_(c10::cuda::warning_state().get_sync_debug_mode()), handled_(this) {
    c10::cuda::warning_state().set_sync_debug_mode(c10::cuda::SyncDebugMode::L_WARN);
  }
  ~WaitsNoted() override { c10::cuda::warning_state().set_sync_debug_mode(before_); }

  void process(const c10::Warning& warning) override {
    if (warning.msg().find("synchronizing CUDA operation") != std::string::npos) waited_ = true;
  }
  bool waited() const { return waited_; }

 private:
  c10::cuda::SyncDebugMode before_;
  c10::WarningUtils::WarningHandlerGuard handled_;
  bool waited_ = false;
};

class CudaRecording final : public Recorder::Recording {
 public:
  at::cuda::CUDAGraph graph;
  void launch() override { graph.replay(); }
};

class CudaRecorder final : public Recorder {
 public:
  explicit CudaRecorder(c10::DeviceIndex device)
      : stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device)),
        pool_(at::cuda::graph_pool_handle()) {}

  void rehearse(const Work& work) override {
    wait();
    const c10::cuda::CUDAStreamGuard aside(stream_);
    // Libraries set up their workspaces for a stream when it first runs, and may wait for that.
    work();
    stream_.synchronize();
    bool waited = false;
    {
      const WaitsNoted noted;
      work();
      waited = noted.waited();
    }
    stream_.synchronize();
    if (waited) throw std::runtime_error("an operator waits for the device");
  }

  std::unique_ptr<Recording> record(const Work& work) override {
    wait();
    auto recording = std::make_unique<CudaRecording>();
    // A recording has memory of its own; what was cached for the work done eagerly would lie beside it.
    c10::cuda::CUDACachingAllocator::emptyCache();
    const c10::cuda::CUDAStreamGuard aside(stream_);
    // What other threads do with the device meanwhile is their own affair.
    recording->graph.capture_begin(pool_, cudaStreamCaptureModeThreadLocal);
    try {
      work();
    } catch (...) {
      const std::exception_ptr failure = std::current_exception();
      // The stream has to leave its recording, which is spoilt; that this may throw in its turn tells no
      // more.
      try {
        recording->graph.capture_end();
      } catch (const std::exception&) {
      }
      std::rethrow_exception(failure);
    }
    recording->graph.capture_end();
    stream_.synchronize();
    return recording;
  }

 private:
  // For what is queued on the current stream.
  void wait() const { c10::cuda::getCurrentCUDAStream(stream_.device_index()).synchronize(); }

  c10::cuda::CUDAStream stream_;
  at::cuda::MempoolId_t pool_;
};

}  // namespace
}  // namespace ganode

extern "C" __attribute__((visibility("default"))) ganode::Recorder* ganode_make_cuda_recorder(int device) {
  return new ganode::CudaRecorder(static_cast<c10::DeviceIndex>(device));
}
