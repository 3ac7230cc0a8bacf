#include "device/replay.h"

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <utility>

#if __has_include(<ATen/core/GraphImplInterface.h>)
#include <ATen/core/GraphImplInterface.h>
#define GANODE_HAS_RECORDER
#endif

namespace ganode {
namespace {

// Whether what was computed is what was expected, but for rounding: libraries may choose other algorithms for
// the second run of the same.
bool equals(const at::Tensor& got, const at::Tensor& expected) {
  return at::allclose(got.to(at::kFloat), expected.to(at::kFloat), /*rtol=*/1e-2, /*atol=*/1e-2,
                      /*equal_nan=*/true);
}

}  // namespace

// The values of live tensors at some time.
class Replay::Snapshot {
 public:
  explicit Snapshot(Tensors live) : live_(std::move(live)) {
    for (const at::Tensor& tensor : live_) values_.push_back(tensor.detach().clone());
  }

  void restore() const {
    for (size_t i = 0; i < live_.size(); ++i) live_[i].detach().copy_(values_[i]);
  }

  // Whether the live tensors have changed since `before` as they had when this was taken, to a tenth: after
  // an optimizer's first updates the smallest gradients move weights as far as the largest, either way.
  bool isWhatCameOf(const Snapshot& before) const {
    constexpr double kRounding = 1e-5;
    for (size_t i = 0; i < live_.size(); ++i) {
      const auto values = [](const at::Tensor& tensor) { return tensor.detach().to(at::kFloat); };
      const at::Tensor expected = values(values_[i]);
      const at::Tensor change = expected - values(before.values_[i]);
      const at::Tensor error = values(live_[i]) - expected;
      if (!(error.norm() <= 0.1 * change.norm() + kRounding * expected.norm()).item<bool>()) return false;
    }
    return true;
  }

 private:
  Tensors live_;
  Tensors values_;
};

#ifdef GANODE_HAS_RECORDER

struct Replay::Recording {
  Tensors inputs;
  at::Tensor output;
  std::unique_ptr<at::GraphImplInterface> graph;

  at::Tensor replay(const Tensors& values) const {
    for (size_t i = 0; i < inputs.size(); ++i) inputs[i].copy_(values[i]);
    graph->replay();
    return output;
  }
};

bool Replay::records(const at::Device& device) { return at::has_graph_impl(device.type()); }

// The stream of a recording must not be the default one, and is not waited for by it.
std::unique_ptr<Replay::Recording> Replay::record(const Tensors& inputs, const Snapshot& before) const {
  const c10::impl::VirtualGuardImpl backend(device_.type());
  const auto finish = [&] { backend.synchronizeStream(backend.getStream(device_)); };
  auto recording = std::make_unique<Recording>();
  for (const at::Tensor& input : inputs) recording->inputs.push_back(input.clone());
  recording->graph = at::create_graph_impl(device_.type());
  before.restore();
  finish();
  {
    const c10::StreamGuard aside(backend.getNewStream(device_));
    work_(recording->inputs);  // libraries set up their workspaces for a stream when it first runs
    before.restore();
    finish();
    // What other threads do with the device meanwhile is their own affair.
    recording->graph->capture_begin({0, 0}, at::GraphCaptureMode::ThreadLocal);
    try {
      recording->output = work_(recording->inputs);
    } catch (const std::exception&) {
      // The stream has to leave its recording, which is spoilt; that this may throw in its turn tells no
      // more.
      recording->graph->capture_end();
      throw;
    }
    recording->graph->capture_end();
    finish();
  }
  recording->replay(inputs);
  return recording;
}

#else

struct Replay::Recording {
  at::Tensor output;
  at::Tensor replay(const Tensors&) const { return {}; }
};

bool Replay::records(const at::Device&) { return false; }

std::unique_ptr<Replay::Recording> Replay::record(const Tensors&, const Snapshot&) const { return nullptr; }

#endif

Replay::Replay(at::Device device, Work work, Changed changed)
    : device_(device), work_(std::move(work)), changed_(std::move(changed)), records_(records(device)) {}

Replay::~Replay() = default;

at::Tensor Replay::operator()(const Tensors& inputs) {
  if (!records_) return work_(inputs);
  Shapes shapes;
  for (const at::Tensor& input : inputs) shapes.push_back(input.sizes().vec());
  const auto [found, isFirst] = recordings_.try_emplace(shapes);
  if (found->second) return found->second->replay(inputs);
  if (isFirst) return work_(inputs);
  const Snapshot before(changed_());
  at::Tensor result = work_(inputs);
  const Snapshot after(changed_());
  try {
    std::unique_ptr<Recording> recording = record(inputs, before);
    records_ = equals(recording->output, result) && after.isWhatCameOf(before);
    if (records_) found->second = std::move(recording);
  } catch (const std::exception&) {
    records_ = false;
  }
  after.restore();
  return result;
}

}  // namespace ganode
