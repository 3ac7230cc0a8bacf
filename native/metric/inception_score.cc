#include "metric/inception_score.h"

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "error.h"

namespace ganode {

Spread inceptionScore(const at::Tensor& logits, int64_t splits) {
  const at::Tensor rows = checkedRows(logits, 1, "logits");
  const int64_t n = rows.size(0);
  if (splits < 1 || splits > n) {
    throw Error("INVALID_DATA", "inceptionScore: expected 1 to " + std::to_string(n) + " splits, got " +
                                    std::to_string(splits));
  }
  std::vector<at::Tensor> scores;
  for (int64_t i = 0; i < splits; ++i) {
    const int64_t start = i * n / splits;
    const at::Tensor part = rows.narrow(0, start, (i + 1) * n / splits - start);
    const at::Tensor logOfEach = part.log_softmax(1);
    // log of the mean of probabilities, without leaving logarithms: a class may be next to impossible.
    const at::Tensor logOfMean =
        logOfEach.logsumexp(0, /*keepdim=*/true) - at::scalar_tensor(part.size(0), at::kDouble).log();
    scores.push_back((logOfEach.exp() * (logOfEach - logOfMean)).sum(1).mean().exp());
  }
  return spreadOf(at::stack(scores));
}

}  // namespace ganode
