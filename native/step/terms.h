// The numbers that a step reports, by column.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace ganode {

class StepTerms {
 public:
  // Columns that every step has, or may have; in this order.
  explicit StepTerms(std::vector<std::string> columns)
      : columns_(std::move(columns)), terms_(columns_.size()) {}

  const std::vector<std::string>& columns() const { return columns_; }

  // Adds a scalar to a column's mean over the step. An undefined tensor is no value.
  void add(const std::string& column, const at::Tensor& value);

  // One value a column, and an empty table for the next step. NaN stands where nothing was added (a penalty
  // that was not due). Throws Error("NON_FINITE") for a value that is not finite. `step` is for its message.
  std::vector<double> take(int64_t step);

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<at::Tensor>> terms_;
};

}  // namespace ganode
