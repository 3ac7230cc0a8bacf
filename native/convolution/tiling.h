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

// Polynomials at 0, 1, -1, 2 and infinity: 4 outputs of 2 taps by 5 products in place of 8. A 4×4 kernel with
// stride 2 and padding 1, which halves an image, takes 25/64 of the multiplications.
struct Halving {
  static constexpr int kTaps = 2;
  static constexpr int kStride = 2;
  static constexpr int kPadding = 1;
  static constexpr int kTile = 4;
  static constexpr int kPoints = kTile + kTaps - 1;
  static constexpr int kPhases = kStride * kStride;
  static constexpr int kKernel = kTaps * kStride;
  static constexpr double kInput[kPoints][kPoints] = {  // Bᵀ
      {2, -1, -2, 1, 0},
      {0, -2, -1, 1, 0},
      {0, 2, -3, 1, 0},
      {0, -1, 0, 1, 0},
      {0, 2, -1, -2, 1}};
  static constexpr double kWeights[kPoints][kTaps] = {  // G
      {1.0 / 2, 0},
      {-1.0 / 2, -1.0 / 2},
      {-1.0 / 6, 1.0 / 6},
      {1.0 / 6, 1.0 / 3},
      {0, 1}};
  static constexpr double kOutput[kTile][kPoints] = {  // Aᵀ
      {1, 1, 1, 1, 0},
      {0, 1, -1, 2, 0},
      {0, 1, 1, 4, 0},
      {0, 1, -1, 8, 1}};
};

// Polynomials at 0, 1, -1, 2, -2 and infinity: 4 outputs of 3 taps by 6 products in place of 12. A 3×3 kernel
// with stride 1 and padding 1 takes a quarter of the multiplications.
struct Keeping {
  static constexpr int kTaps = 3;
  static constexpr int kStride = 1;
  static constexpr int kPadding = 1;
  static constexpr int kTile = 4;
  static constexpr int kPoints = kTile + kTaps - 1;
  static constexpr int kPhases = kStride * kStride;
  static constexpr int kKernel = kTaps * kStride;
  static constexpr double kInput[kPoints][kPoints] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0},
                                                      {0, 4, -4, -1, 1, 0}, {0, -2, -1, 2, 1, 0},
                                                      {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
  static constexpr double kWeights[kPoints][kTaps] = {{1.0 / 4, 0, 0},
                                                      {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                                      {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                                      {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                                      {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                                      {0, 0, 1}};
  static constexpr double kOutput[kTile][kPoints] = {
      {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
};

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

// Between tensors and the space of points, for a range of tiles, images or filters. Layouts, innermost last:
//   x [image, height, width, channel]      V [point, tile, phase, channel]
//   w [filter, row, column, channel]       U [point, filter, phase, channel]
//   y [image, row, column, filter]         M [point, tile, filter]
// Each `collect` is the adjoint of the other direction's matrix: y of M by Aᵀ, M of a gradient at y by A.
template <typename T>
struct Kernels {
  void (*spreadInput)(const Extent&, const T* x, T* v, int64_t firstTile, int64_t lastTile);
  void (*spreadWeights)(const Extent&, const T* w, T* u, int64_t firstFilter, int64_t lastFilter);
  // `bias`: what is added to each filter (or channel); null: nothing.
  void (*collectOutput)(const Extent&, const T* m, const T* bias, T* y, int64_t firstTile, int64_t lastTile);
  // Gradients.
  void (*spreadOutput)(const Extent&, const T* dy, T* dm, int64_t firstTile, int64_t lastTile);
  void (*collectInput)(const Extent&, const T* dv, const T* bias, T* dx, int64_t firstImage,
                       int64_t lastImage);
  void (*collectWeights)(const Extent&, const T* du, T* dw, int64_t firstFilter, int64_t lastFilter);
};

// Compiled for what every processor of the architecture has, and for AVX2 where the compiler knows it.
template <typename Tiling, typename T>
Kernels<T> plainKernels();
template <typename Tiling, typename T>
Kernels<T> avx2Kernels();

}  // namespace ganode::convolution
