// What an extractor says of images: a row of numbers each.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace ganode {

// Checks rows [n, size], at least `least` of them, all finite, and gives them in double precision. `name` is
// for the Error("INVALID_DATA").
at::Tensor checkedRows(const at::Tensor& rows, int64_t least, const std::string& name);

// Two sets whose rows have the same length, checked.
struct FeaturePair {
  at::Tensor real;
  at::Tensor fake;
};
FeaturePair checkedPair(const at::Tensor& real, const at::Tensor& fake, int64_t least);

// A mean and its (population) standard deviation over subsets or splits.
struct Spread {
  double mean = 0;
  double deviation = 0;
};
Spread spreadOf(const at::Tensor& values);

}  // namespace ganode
