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
  std::array<int64_t, 2> padding;  // before
  std::array<int64_t, 2> input;    // height and width
  std::array<int64_t, 2> output;
};

enum class Method {
  Sliding,  // libtorch's own
  // Those of tiling.h.
  Halving,      // kernel 4, stride 2, padding 1
  WideHalving,  // kernel 5, stride 2, padding 1 or 2
  Keeping,      // kernel 3, stride 1, padding 1
  WideKeeping,  // kernel 5, stride 1, padding 2
};

struct Plan {
  // Zeros that fill up a kernel to the size that the method has.
  struct Fill {
    int64_t before = 0;
    int64_t after = 0;
  };
  Method method = Method::Sliding;
  std::array<Fill, 2> fill{};  // of rows and columns
};

// The plan for a shape without groups and dilation. Few channels or small images gain nothing.
Plan planFor(const Shape& shape);

}  // namespace ganode::convolution
