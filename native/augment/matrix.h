// Small square matrices for points and colours.
#pragma once

#include <array>
#include <cstddef>

namespace ganode {

template <size_t N>
struct Matrix {
  std::array<std::array<double, N>, N> rows{};

  static Matrix identity() {
    Matrix result;
    for (size_t i = 0; i < N; ++i) result.rows[i][i] = 1;
    return result;
  }

  double operator()(size_t row, size_t column) const { return rows[row][column]; }
  double& operator()(size_t row, size_t column) { return rows[row][column]; }
  bool operator==(const Matrix& other) const { return rows == other.rows; }

  Matrix operator*(const Matrix& other) const {
    Matrix result;
    for (size_t i = 0; i < N; ++i) {
      for (size_t k = 0; k < N; ++k) {
        for (size_t j = 0; j < N; ++j) result(i, j) += (*this)(i, k) * other(k, j);
      }
    }
    return result;
  }
};

using Matrix3 = Matrix<3>;
using Matrix4 = Matrix<4>;

// Points of a plane, (x, y, 1).
Matrix3 translation(double x, double y);
Matrix3 scaling(double x, double y);
Matrix3 rotation(double angle);

// Colours, (red, green, blue, 1).
Matrix4 colorTranslation(double offset);
Matrix4 colorScaling(double factor);
// Luma, the part along the grey axis, is multiplied by one factor; chroma, the rest, by the other.
Matrix4 lumaAndChromaScaling(double luma, double chroma);
// About the grey axis.
Matrix4 hueRotation(double angle);

}  // namespace ganode
