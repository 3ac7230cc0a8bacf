// The numbers that a step reports, by column.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ganode {

// The numbers of a step from its row, each the mean over its updates, in the order of the columns; NaN for
// what was not due. `step`: its number, from 1. Throws Error("NON_FINITE") for a number that is not finite.
using RowReader = std::function<std::vector<double>(const at::Tensor& row, int64_t step)>;

class StepTerms {
 public:
  // Columns that every step has, or may have; in this order.
  explicit StepTerms(std::vector<std::string> columns)
      : columns_(std::move(columns)), terms_(columns_.size()), known_(columns_.size()) {}

  const std::vector<std::string>& columns() const { return columns_; }

  // Adds a scalar to a column's mean over the step. An undefined tensor is no value.
  void add(const std::string& column, const at::Tensor& value);
  // Says what a column is where that is known without the device.
  void set(const std::string& column, double value);

  // The means of what was added, on its device and not read yet, and an empty table for the next step.
  at::Tensor row();
  // Reads the last row, or that of another step which added to the same columns.
  RowReader reader() const;

 private:
  size_t indexOf(const std::string& column) const;

  std::vector<std::string> columns_;
  std::vector<std::vector<at::Tensor>> terms_;
  std::vector<std::optional<double>> known_;
  std::vector<size_t> inRow_;  // indices of the columns that `row` has
};

// How much fakes vary over a batch, as a share of what real images vary: means, over the values of an image,
// of their standard deviations.
at::Tensor sampleDiversity(const at::Tensor& fakes, const at::Tensor& reals);

}  // namespace ganode
