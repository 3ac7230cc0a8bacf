// A device that only pretends to have streams and graphs; tensors of the tests are on the CPU.
#pragma once

#include <ATen/core/GraphImplInterface.h>
#include <ATen/core/Tensor.h>

#include <functional>

inline const at::Device kPretended(at::kPrivateUse1, 0);

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
