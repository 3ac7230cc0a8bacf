#include "augment/matrix.h"

#include <cmath>

namespace ganode {

Matrix3 translation(double x, double y) { return {{{{1, 0, x}, {0, 1, y}, {0, 0, 1}}}}; }

Matrix3 scaling(double x, double y) { return {{{{x, 0, 0}, {0, y, 0}, {0, 0, 1}}}}; }

Matrix3 rotation(double angle) {
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  return {{{{c, -s, 0}, {s, c, 0}, {0, 0, 1}}}};
}

Matrix4 colorTranslation(double offset) {
  Matrix4 result = Matrix4::identity();
  for (size_t i = 0; i < 3; ++i) result(i, 3) = offset;
  return result;
}

Matrix4 colorScaling(double factor) { return lumaAndChromaScaling(factor, factor); }

Matrix4 lumaAndChromaScaling(double luma, double chroma) {
  // With v = (1, 1, 1) / √3, v vᵀ is 1/3 everywhere: luma · v vᵀ + chroma · (I - v vᵀ).
  Matrix4 result = Matrix4::identity();
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) result(i, j) = (luma - chroma) / 3 + (i == j ? chroma : 0);
  }
  return result;
}

Matrix4 hueRotation(double angle) {
  // Rodrigues' formula with the axis (1, 1, 1) / √3.
  const double c = std::cos(angle);
  const double even = (1 - c) / 3;
  const double odd = std::sin(angle) / std::sqrt(3.0);
  Matrix4 result = Matrix4::identity();
  for (size_t i = 0; i < 3; ++i) {
    result(i, i) = c + even;
    result(i, (i + 1) % 3) = even - odd;
    result(i, (i + 2) % 3) = even + odd;
  }
  return result;
}

}  // namespace ganode
