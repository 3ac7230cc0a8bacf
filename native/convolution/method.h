// By what method a convolution of some shape is done on the CPU.
#pragma once

#include <array>
#include <cstdint>

namespace ganode::convolution {

// A convolution's shape, as conv2d has it; of a transposed one, that of the convolution whose gradient it is.
struct Shape {
  int64_t channels;
  int64_t filters;
  std::array<int64_t, 2> kernel;
  std::array<int64_t, 2> stride;
  std::array<int64_t, 2> padding;
  std::array<int64_t, 2> input;  // height and width
  std::array<int64_t, 2> output;
};

enum class Method {
  Sliding,  // libtorch's own
  Halving,  // kernel 4, stride 2, padding 1
  Keeping,  // kernel 3, stride 1, padding 1
};

// The method for a shape without groups and dilation. Few channels or small images gain nothing.
Method methodFor(const Shape& shape);

}  // namespace ganode::convolution
