// What an extractor says of images: a row of numbers each.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace ganode {

// Throws Error("INVALID_DATA") unless rows are [n, size], at least `least` of them, and all finite. `name` is
// for the message.
void checkRows(const at::Tensor& rows, int64_t least, const std::string& name);

// Checked rows, in double precision.
at::Tensor checkedRows(const at::Tensor& rows, int64_t least, const std::string& name);

// Throws Error("INVALID_DATA") unless both sets pass `checkRows` and their rows have the same length.
void checkPair(const at::Tensor& real, const at::Tensor& fake, int64_t least);

// Two sets that passed `checkPair`, in double precision.
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
