// The numbers of a step on their way from the device.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "step/terms.h"

namespace ganode {

class LateRow {
 public:
  // Queues the copying of a row, which may be written over by what is queued from then on.
  LateRow(const at::Tensor& row, RowReader reader, int64_t step);

  // Waits for the row, and for nothing that was queued behind it. Throws as the reader does.
  std::vector<double> read();

 private:
  at::Tensor row_;
  RowReader reader_;
  int64_t step_;
  std::optional<c10::Event> arrived_;  // absent on the CPU
};

}  // namespace ganode
