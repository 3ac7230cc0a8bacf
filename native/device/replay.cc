#include "device/replay.h"

#include <ATen/ATen.h>

#include <cmath>
#include <utility>

namespace ganode {
namespace {

// Whether what was computed is what was expected, but for rounding: libraries may choose other algorithms for
// the second run of the same. Of bytes, two grey levels are rounding.
bool equals(const at::Tensor& got, const at::Tensor& expected) {
  const bool areBytes = expected.scalar_type() == at::kByte;
  return at::allclose(got.to(at::kFloat), expected.to(at::kFloat), /*rtol=*/areBytes ? 0 : 1e-2,
                      /*atol=*/areBytes ? 2 : 1e-2, /*equal_nan=*/true);
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
  // an optimizer's first updates the smallest gradients move weights as far as the largest, either way. All
  // of them are judged together, since some move by rounding alone (a bias before a batch normalization).
  bool isWhatCameOf(const Snapshot& before) const {
    constexpr double kRounding = 1e-5;
    double errors = 0;
    double changes = 0;
    double sizes = 0;
    for (size_t i = 0; i < live_.size(); ++i) {
      const auto values = [](const at::Tensor& tensor) { return tensor.detach().to(at::kDouble); };
      const auto square = [](const at::Tensor& tensor) { return tensor.square().sum().item<double>(); };
      const at::Tensor expected = values(values_[i]);
      errors += square(values(live_[i]) - expected);
      changes += square(expected - values(before.values_[i]));
      sizes += square(expected);
    }
    return std::sqrt(errors) <= 0.1 * std::sqrt(changes) + kRounding * std::sqrt(sizes);
  }

 private:
  Tensors live_;
  Tensors values_;
};

struct Replay::Recording {
  Tensors inputs;
  at::Tensor output;
  std::unique_ptr<Recorder::Recording> recorded;

  at::Tensor replay(const Tensors& values) const {
    for (size_t i = 0; i < inputs.size(); ++i) inputs[i].copy_(values[i]);
    recorded->launch();
    return output;
  }
};

std::unique_ptr<Replay::Recording> Replay::record(const Tensors& inputs, const Snapshot& before) const {
  auto recording = std::make_unique<Recording>();
  for (const at::Tensor& input : inputs) recording->inputs.push_back(input.clone());
  before.restore();
  recorder_->rehearse([&] {
    work_(recording->inputs);
    before.restore();
  });
  recording->recorded = recorder_->record([&] { recording->output = work_(recording->inputs); });
  recording->replay(inputs);
  return recording;
}

Replay::Replay(const at::Device& device, Work work, Changed changed)
    : work_(std::move(work)), changed_(std::move(changed)), recorder_(makeRecorder(device)) {}

Replay::~Replay() = default;

at::Tensor Replay::operator()(const Tensors& inputs) {
  if (!recorder_) return work_(inputs);
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
    if (equals(recording->output, result) && after.isWhatCameOf(before)) found->second = std::move(recording);
  } catch (const std::exception&) {
    // Its operators, or the device, do not allow it.
  }
  if (!found->second) {
    // Other shapes would not be recorded either.
    recordings_.clear();
    recorder_.reset();
  }
  after.restore();
  return result;
}

}  // namespace ganode
