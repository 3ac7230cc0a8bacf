// Kernels that are the same each time, recorded once and launched at once from then on (CUDA graphs): for a
// GPU, where launching many small kernels takes longer than running them.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "device/recorder.h"

namespace ganode {

// Records once for each shape of the inputs, and only where the device has a recorder (device/recorder.h):
// for the CPU the work is done each time. So it is where the work cannot be recorded (it reads a tensor's
// value, or draws numbers on the CPU) and where what was recorded does something else than the work.
class Replay {
 public:
  using Tensors = std::vector<at::Tensor>;
  using Work = std::function<at::Tensor(const Tensors& inputs)>;
  using Changed = std::function<Tensors()>;

  // `work` depends on nothing that changes but its inputs and what `changed` gives: the live tensors that it
  // changes. To record, it is done over with these put back to what they were. Inputs have no gradients.
  Replay(
      const at::Device& device, Work work, Changed changed = [] { return Tensors(); });
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // What the work gives, until the next call. Inputs are on the device.
  at::Tensor operator()(const Tensors& inputs);

 private:
  struct Recording;
  class Snapshot;
  using Shapes = std::vector<std::vector<int64_t>>;

  std::unique_ptr<Recording> record(const Tensors& inputs, const Snapshot& before) const;

  Work work_;
  Changed changed_;
  // Null where nothing is recorded, or nothing any more.
  std::unique_ptr<Recorder> recorder_;
  // By shape; nullptr: seen once.
  std::map<Shapes, std::unique_ptr<Recording>> recordings_;
};

}  // namespace ganode
