#include "step/terms.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "error.h"
#include "profile/recorder.h"

namespace ganode {

size_t StepTerms::indexOf(const std::string& column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) throw Error("INTERNAL", "no column " + column);
  return static_cast<size_t>(found - columns_.begin());
}

void StepTerms::add(const std::string& column, const at::Tensor& value) {
  std::vector<at::Tensor>& terms = terms_[indexOf(column)];
  if (value.defined()) terms.push_back(value.detach().to(at::kFloat));
}

void StepTerms::set(const std::string& column, double value) { known_[indexOf(column)] = value; }

at::Tensor StepTerms::row() {
  const profile::Span span(profile::Kind::Phase, "statistics");
  // One tensor for the whole step: on a GPU each reading waits for all that was queued.
  std::vector<at::Tensor> means;
  inRow_.clear();
  for (size_t i = 0; i < terms_.size(); ++i) {
    std::vector<at::Tensor>& terms = terms_[i];
    if (terms.empty()) continue;
    means.push_back(terms.size() == 1 ? terms[0] : at::stack(terms).mean());
    inRow_.push_back(i);
    terms.clear();
  }
  return at::stack(means);
}

RowReader StepTerms::reader() const {
  return [columns = columns_, known = known_, inRow = inRow_](const at::Tensor& row, int64_t step) {
    const profile::Span span(profile::Kind::Phase, "statistics");
    std::vector<double> result(columns.size(), std::numeric_limits<double>::quiet_NaN());
    for (size_t i = 0; i < known.size(); ++i) result[i] = known[i].value_or(result[i]);
    const at::Tensor values = row.cpu().to(at::kDouble);
    for (size_t i = 0; i < inRow.size(); ++i) {
      const double value = values.accessor<double, 1>()[static_cast<int64_t>(i)];
      const std::string& column = columns[inRow[i]];
      result[inRow[i]] = value;
      if (std::isfinite(value)) continue;
      throw Error(
          "NON_FINITE",
          column + " is " + (std::isnan(value) ? "NaN" : "infinite") + " at step " + std::to_string(step),
          {{"step", static_cast<double>(step)}, {"term", column}});
    }
    return result;
  };
}

at::Tensor sampleDiversity(const at::Tensor& fakes, const at::Tensor& reals) {
  const auto spread = [](const at::Tensor& images) { return images.std(0, /*unbiased=*/false).mean(); };
  return spread(fakes) / spread(reals).clamp_min(1e-8);
}

}  // namespace ganode
