#include "graph/matrix_convolution.h"

#include <ATen/ATen.h>

namespace ganode {
namespace {

// Channels last, as a matrix of `rows`: no copy where that is how it lies.
at::Tensor rowsOf(const at::Tensor& value, int64_t rows) {
  return value.permute({0, 2, 3, 1}).reshape({rows, -1});
}

}  // namespace

at::Tensor coveringConvolution(const at::Tensor& input, const at::Tensor& weight) {
  const int64_t n = input.size(0);
  const int64_t filters = weight.size(0);
  return at::mm(rowsOf(input, n), rowsOf(weight, filters).t()).view({n, filters, 1, 1});
}

at::Tensor spreadingConvolution(const at::Tensor& input, const at::Tensor& weight) {
  const at::Tensor rows = at::mm(input.flatten(1), rowsOf(weight, weight.size(0)));
  return rows.view({input.size(0), weight.size(2), weight.size(3), weight.size(1)}).permute({0, 3, 1, 2});
}

at::Tensor thinConvTranspose(const at::Tensor& input, const at::Tensor& weight,
                             const std::array<int64_t, 2>& stride, const std::array<int64_t, 2>& padding,
                             const std::array<int64_t, 2>& output) {
  const int64_t n = input.size(0);
  const int64_t positions = input.size(2) * input.size(3);
  const at::Tensor contributions = at::mm(rowsOf(input, n * positions), weight.flatten(1));
  const at::Tensor columns = contributions.view({n, positions, -1}).transpose(1, 2);
  return at::col2im(columns, output, weight.sizes().slice(2), /*dilation=*/{1, 1}, padding, stride);
}

}  // namespace ganode
