// Kernels that are the same each time, recorded once and launched at once from then on (CUDA graphs): for a
// GPU, where launching many small kernels takes longer than running them.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace ganode {

// Records once for each shape of the inputs, and only where the device has a recorder: for the CPU, and with
// a libtorch that has none, the work is done each time. So it is where recording fails (the work reads a
// tensor's value, or draws numbers on the CPU) and where what was recorded gives other results than the work.
class Replay {
 public:
  using Tensors = std::vector<at::Tensor>;
  using Work = std::function<at::Tensor(const Tensors& inputs)>;

  // `work` depends on nothing that changes but its inputs, and has no gradients.
  Replay(at::Device device, Work work);
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // What the work gives, until the next call. Inputs are on the device.
  at::Tensor operator()(const Tensors& inputs);

 private:
  struct Recording;
  using Shapes = std::vector<std::vector<int64_t>>;

  std::unique_ptr<Recording> record(const Tensors& inputs, const at::Tensor& expected) const;
  bool equals(const at::Tensor& got, const at::Tensor& expected) const;

  at::Device device_;
  Work work_;
  bool records_;
  // By shape; nullptr: seen once.
  std::map<Shapes, std::unique_ptr<Recording>> recordings_;
};

}  // namespace ganode
