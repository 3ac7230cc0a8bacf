#include "metric/features.h"

#include <ATen/ATen.h>

#include "error.h"

namespace ganode {

at::Tensor checkedRows(const at::Tensor& rows, int64_t least, const std::string& name) {
  if (rows.dim() != 2 || rows.size(1) < 1)
    throw Error("INVALID_DATA", name + ": expected features of the shape [count, size]");
  if (rows.size(0) < least) {
    throw Error("INVALID_DATA", name + ": expected at least " + std::to_string(least) +
                                    " rows of features, got " + std::to_string(rows.size(0)));
  }
  if (!rows.isfinite().all().item<bool>())
    throw Error("INVALID_DATA", name + ": expected features that are finite, and some are not");
  return rows.to(at::kDouble);
}

FeaturePair checkedPair(const at::Tensor& real, const at::Tensor& fake, int64_t least) {
  FeaturePair pair{checkedRows(real, least, "real"), checkedRows(fake, least, "fake")};
  if (pair.real.size(1) != pair.fake.size(1)) {
    throw Error("INVALID_DATA", "expected real and fake features of one size, got " +
                                    std::to_string(pair.real.size(1)) + " and " +
                                    std::to_string(pair.fake.size(1)));
  }
  return pair;
}

Spread spreadOf(const at::Tensor& values) {
  return {values.mean().item<double>(), values.std(/*unbiased=*/false).item<double>()};
}

}  // namespace ganode
