// Convolutions with fewer multiplications (Toom and Cook; Winograd, "Arithmetic Complexity of Computations",
// 1980; Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016).
//
// In one dimension, kTile outputs y of a kernel g of kTaps taps over kPoints = kTile + kTaps - 1 inputs d are
// y = Aᵀ[(G g) ⊙ (Bᵀ d)]: kPoints products in place of kTile · kTaps. In two dimensions each matrix is
// applied to rows and columns; over channels, the products of each of the kPoints² points are one matrix
// product. A stride of s makes s² kernels of every s-th tap, each over every s-th input, which add up: more
// channels.
#pragma once

#include <cstdint>

namespace ganode::convolution {

// The matrices that belong to points: g and y are polynomials' coefficients, and their values are taken at
// finite points and at infinity (the last), which is the highest coefficient.
template <int Tile, int Taps>
struct Matrices {
  static constexpr int kPoints = Tile + Taps - 1;
  double input[kPoints][kPoints] = {};  // Bᵀ: row i has the product of (x - p) over all points p but the i-th
  double weights[kPoints][Taps] = {};  // G: powers of the points, over that product at the i-th
  double output[Tile][kPoints] = {};   // Aᵀ: powers of the points

  // Evaluated by the compiler only: nothing of it is in a source that is compiled for one processor.
  explicit consteval Matrices(const double (&points)[kPoints - 1]) {
    constexpr int kInfinity = kPoints - 1;
    for (int i = 0; i < kPoints; ++i) {
      double scale = 1;
      input[i][0] = 1;
      for (int j = 0, degree = 0; j < kInfinity; ++j) {
        if (j == i) continue;
        for (int k = ++degree; k > 0; --k) input[i][k] = input[i][k - 1] - points[j] * input[i][k];
        input[i][0] *= -points[j];
        if (i < kInfinity) scale *= points[i] - points[j];
      }
      if (i == kInfinity) {
        weights[i][Taps - 1] = 1;
        output[Tile - 1][i] = 1;
        continue;
      }
      double power = 1;
      for (int k = 0; k < Tile || k < Taps; ++k, power *= points[i]) {
        if (k < Taps) weights[i][k] = power / scale;
        if (k < Tile) output[k][i] = power;
      }
    }
  }
};

// The points are those, of the fractions of small numbers, at which rounding errors grow the least: they are
// half those of the customary 0, 1, -1, 2, -2 (as in Barabasz et al., "Error Analysis and Improving the
// Accuracy of Winograd Convolution for Deep Neural Networks", 2020).
template <int Count>
struct Points;
template <>
struct Points<4> {
  static constexpr double kAt[] = {1.0 / 3, -1.0 / 3, 4.0 / 3, -4.0 / 3};
};
template <>
struct Points<5> {
  static constexpr double kAt[] = {0, 2.0 / 3, -2.0 / 3, 3.0 / 2, -3.0 / 2};
};

// A kernel of `Taps` · `Stride` rows and columns over an image padded by `Padding` before; smaller kernels
// are filled up with zeros.
template <int Taps, int Stride, int Padding, int Tile>
struct Tiling {
  static constexpr int kTaps = Taps;
  static constexpr int kStride = Stride;
  static constexpr int kPadding = Padding;
  static constexpr int kTile = Tile;
  static constexpr int kPoints = Tile + Taps - 1;
  static constexpr int kPhases = Stride * Stride;
  static constexpr int kKernel = Taps * Stride;
  static constexpr Matrices<Tile, Taps> kMatrices{Points<kPoints - 1>::kAt};
};

// Image sizes are halved or kept. Of the sliding kernel's multiplications, take
using Halving = Tiling<2, 2, 1, 4>;      // kernel 4: 25/64
using WideHalving = Tiling<3, 2, 2, 4>;  // kernel 5: 9/25
using Keeping = Tiling<3, 1, 1, 4>;      // kernel 3: 1/4
using WideKeeping = Tiling<5, 1, 2, 2>;  // kernel 5: 9/25

// What is convolved: `images` of `height` × `width` and `channels`, to `rows` × `columns` and `filters`.
struct Extent {
  int64_t images;
  int64_t channels;
  int64_t height;
  int64_t width;
  int64_t filters;
  int64_t rows;
  int64_t columns;
  int64_t tileRows;
  int64_t tileColumns;

  int64_t tiles() const { return images * tileRows * tileColumns; }
};

// Channels and filters come in groups of this many values: a cache line of float.
constexpr int kLine = 16;
// And there are at most so many.
constexpr int64_t kMostChannels = 4096;

// bfloat16: the upper half of a float's bits.
enum class BFloat16Bits : uint16_t {};

// The type of weights, biases and arithmetic where images and points are of type T.
template <typename T>
struct Exact {
  using Type = T;
};
template <>
struct Exact<BFloat16Bits> {
  using Type = float;
};

// Between tensors and the space of points, for a range of tiles, images or filters. Layouts, innermost last:
//   x [image, height, width, channel]      V [point, tile, phase, channel]
//   w [filter, row, column, channel]       U [point, filter, phase, channel]
//   y [image, row, column, filter]         M [point, tile, filter]
// Each `collect` is the adjoint of the other direction's matrix: y of M by Aᵀ, M of a gradient at y by A.
template <typename T>
struct Kernels {
  using W = typename Exact<T>::Type;
  void (*spreadInput)(const Extent&, const T* x, T* v, int64_t firstTile, int64_t lastTile);
  void (*spreadWeights)(const Extent&, const W* w, T* u, int64_t firstFilter, int64_t lastFilter);
  // `bias`: what is added to each filter (or channel); null: nothing.
  void (*collectOutput)(const Extent&, const T* m, const W* bias, T* y, int64_t firstTile, int64_t lastTile);
  // Gradients.
  void (*spreadOutput)(const Extent&, const T* dy, T* dm, int64_t firstTile, int64_t lastTile);
  void (*collectInput)(const Extent&, const T* dv, const W* bias, T* dx, int64_t firstImage,
                       int64_t lastImage);
  void (*collectWeights)(const Extent&, const W* du, W* dw, int64_t firstFilter, int64_t lastFilter);
};

// Compiled for what every processor of the architecture has, and for AVX2 where the compiler knows it.
template <typename Tiling, typename T>
Kernels<T> plainKernels();
template <typename Tiling, typename T>
Kernels<T> avx2Kernels();

}  // namespace ganode::convolution
