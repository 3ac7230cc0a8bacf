// A device that only pretends to record; tensors of the tests are on the CPU.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

inline const at::Device kPretended(at::kPrivateUse1, 0);

// What a recording "launches" is what the work left in `kernel` while it was being recorded.
struct Pretended {
  static inline bool recording = false;
  static inline std::function<void()> kernel;
  static inline int replays = 0;
  // Whether an operator of the next work waits for the device.
  static inline bool waits = false;
};
