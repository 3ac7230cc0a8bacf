// A device that only pretends to record; tensors of the tests are on the CPU.
#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <functional>
#include <vector>

inline const at::Device kPretended(at::kPrivateUse1, 0);

// What a recording "launches" is what the work left in `kernel` while it was being recorded; where it left
// nothing, what operators left on `tape` (computing_device.h).
struct Pretended {
  static inline bool recording = false;
  static inline std::function<void()> kernel;
  static inline std::vector<std::function<void()>> tape;
  // What takes back what operators did while they were recorded, from the last to the first: a device that
  // records does nothing meanwhile.
  static inline std::vector<std::function<void()>> undo;
  static inline int replays = 0;
  // Whether an operator of the next work waits for the device.
  static inline bool waits = false;
  // Times that the host waited for values of a device that computes, and copies to it.
  static inline std::atomic<int> reads = 0;
  static inline std::atomic<int> sent = 0;
};
