#include "metric/features.h"

#include <ATen/ATen.h>

#include "error.h"

namespace ganode {

void checkRows(const at::Tensor& rows, int64_t least, const std::string& name) {
  if (rows.dim() != 2 || rows.size(1) < 1)
    throw Error("INVALID_DATA", name + ": expected features of the shape [count, size]");
  if (rows.size(0) < least) {
    throw Error("INVALID_DATA", name + ": expected at least " + std::to_string(least) +
                                    " rows of features, got " + std::to_string(rows.size(0)));
  }
  if (!rows.isfinite().all().item<bool>())
    throw Error("INVALID_DATA", name + ": expected features that are finite, and some are not");
}

at::Tensor checkedRows(const at::Tensor& rows, int64_t least, const std::string& name) {
  checkRows(rows, least, name);
  return rows.to(at::kDouble);
}

void checkPair(const at::Tensor& real, const at::Tensor& fake, int64_t least) {
  checkRows(real, least, "real");
  checkRows(fake, least, "fake");
  if (real.size(1) != fake.size(1)) {
    throw Error("INVALID_DATA", "expected real and fake features of one size, got " +
                                    std::to_string(real.size(1)) + " and " + std::to_string(fake.size(1)));
  }
}

FeaturePair checkedPair(const at::Tensor& real, const at::Tensor& fake, int64_t least) {
  checkPair(real, fake, least);
  return {real.to(at::kDouble), fake.to(at::kDouble)};
}

Spread spreadOf(const at::Tensor& values) {
  return {values.mean().item<double>(), values.std(/*unbiased=*/false).item<double>()};
}

}  // namespace ganode
