#include "step/late_row.h"

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <utility>

namespace ganode {

LateRow::LateRow(const at::Tensor& row, RowReader reader, int64_t step)
    : row_(row), reader_(std::move(reader)), step_(step) {
  if (row.is_cpu()) return;
  // Into pinned memory, for a copy into other memory waits.
  row_ = at::empty(row.sizes(), at::TensorOptions().dtype(row.dtype()).pinned_memory(row.is_cuda()));
  row_.copy_(row, /*non_blocking=*/true);
  arrived_.emplace(row.device().type());
  arrived_->record(c10::impl::VirtualGuardImpl(row.device().type()).getStream(row.device()));
}

std::vector<double> LateRow::read() {
  if (arrived_) arrived_->synchronize();
  return reader_(row_, step_);
}

}  // namespace ganode
