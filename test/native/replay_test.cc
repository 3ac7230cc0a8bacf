// Recording and replaying, on a device that only pretends to have streams and graphs.
#include "device/replay.h"

#include <ATen/ATen.h>
#include <ATen/core/GraphImplInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <doctest/doctest.h>

#include <stdexcept>

namespace {

using ganode::Replay;

struct PretendedStreams final : c10::impl::NoOpDeviceGuardImpl<c10::DeviceType::PrivateUse1> {
  void synchronizeStream(const c10::Stream&) const override {}
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, PretendedStreams);

// What a recording "launches" is what the work left in `kernel` while it was being recorded.
struct PretendedGraph final : at::GraphImplInterface {
  static inline bool recording = false;
  static inline std::function<void()> kernel;
  static inline int replays = 0;

  explicit PretendedGraph(const at::GraphImplArgs&) {}
  void capture_begin(c10::MempoolId_t, at::GraphCaptureMode) override { recording = true; }
  void capture_end() override {
    recording = false;
    kernel_ = kernel;
  }
  void replay() override {
    ++replays;
    kernel_();
  }
  void instantiate() override {}
  void reset() override {}
  c10::MempoolId_t pool() const override { return {0, 0}; }
  void enable_debug_mode() override {}
  void debug_dump(const std::string&) override {}

 private:
  std::function<void()> kernel_;
};

}  // namespace

// The registry's macro names things of this namespace.
namespace at {
REGISTER_GRAPH_IMPL(PRIVATEUSEONE, PretendedGraph)
}

namespace {

const at::Device pretended(at::kPrivateUse1, 0);

// Doubles its input; `factor` is what replays multiply by.
struct Doubling {
  int done = 0;
  double factor = 2;

  Replay::Work work() {
    return [this](const Replay::Tensors& inputs) {
      ++done;
      at::Tensor output = inputs[0] * 2;
      if (PretendedGraph::recording) {
        PretendedGraph::kernel = [input = inputs[0], output, this] { output.copy_(input * factor); };
      }
      return output;
    };
  }
};

double doubled(Replay& replay, double value, int64_t n = 3) {
  const at::Tensor result = replay({at::full({n}, value, at::kFloat)});
  CHECK(result.numel() == n);
  return result[0].item<double>();
}

}  // namespace

TEST_CASE("without a recorder the work is done each time") {
  Doubling doubling;
  Replay replay(at::kCPU, doubling.work());
  for (int i = 0; i < 4; ++i) CHECK(doubled(replay, i) == 2 * i);
  CHECK(doubling.done == 4);
}

TEST_CASE("the second time of a shape is recorded, and replayed from then on with the inputs of the day") {
  Doubling doubling;
  Replay replay(pretended, doubling.work());
  PretendedGraph::replays = 0;
  CHECK(doubled(replay, 1) == 2);
  CHECK(doubling.done == 1);
  CHECK(doubled(replay, 2) == 4);
  CHECK(doubling.done == 4);  // itself, once to warm up, and once recorded
  CHECK(PretendedGraph::replays == 1);
  for (int i = 3; i < 6; ++i) CHECK(doubled(replay, i) == 2 * i);
  CHECK(doubling.done == 4);
  CHECK(PretendedGraph::replays == 4);
  CHECK(doubled(replay, 7, 5) == 14);
  CHECK(doubling.done == 5);
  CHECK(doubled(replay, 8) == 16);
  CHECK(doubling.done == 5);
}

TEST_CASE("what cannot be recorded is done each time") {
  int done = 0;
  Replay replay(pretended, [&](const Replay::Tensors& inputs) {
    ++done;
    if (PretendedGraph::recording) throw std::runtime_error("reads a value");
    return inputs[0] * 2;
  });
  for (int i = 0; i < 4; ++i) CHECK(doubled(replay, i) == 2 * i);
  CHECK(done == 6);  // the second time tried twice more
  CHECK_FALSE(PretendedGraph::recording);
}

TEST_CASE("a recording that gives something else is not used") {
  Doubling doubling;
  doubling.factor = 3;
  Replay replay(pretended, doubling.work());
  for (int i = 1; i < 5; ++i) CHECK(doubled(replay, i) == 2 * i);
  CHECK(doubling.done == 6);
}
