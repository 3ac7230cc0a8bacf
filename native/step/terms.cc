#include "step/terms.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "error.h"
#include "profile/recorder.h"

namespace ganode {

void StepTerms::add(const std::string& column, const at::Tensor& value) {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) throw Error("INTERNAL", "no column " + column);
  if (!value.defined()) return;
  terms_[static_cast<size_t>(found - columns_.begin())].push_back(value.detach().to(at::kFloat));
}

std::vector<double> StepTerms::take(int64_t step) {
  const profile::Span span(profile::Kind::Phase, "statistics");
  // One reading for the whole step: on a GPU each reading waits for all that was queued.
  std::vector<at::Tensor> means;
  for (const auto& terms : terms_) {
    if (!terms.empty()) means.push_back(terms.size() == 1 ? terms[0] : at::stack(terms).mean());
  }
  const at::Tensor row = at::stack(means).to(at::kDouble).cpu();
  const auto values = row.accessor<double, 1>();
  std::vector<double> result(columns_.size(), std::numeric_limits<double>::quiet_NaN());
  int64_t next = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (terms_[i].empty()) continue;
    terms_[i].clear();
    result[i] = values[next++];
    if (std::isfinite(result[i])) continue;
    const std::string value = std::isnan(result[i]) ? "NaN" : "infinite";
    throw Error("NON_FINITE", columns_[i] + " is " + value + " at step " + std::to_string(step),
                {{"step", std::to_string(step)}, {"term", columns_[i]}});
  }
  return result;
}

}  // namespace ganode
