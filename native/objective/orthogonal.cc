// Orthogonal regularization of weights.
#include <ATen/ATen.h>

#include <set>

#include "objective/penalty.h"

namespace ganode {
namespace {

// Brock et al. 2019 (BigGAN), equation 3: Σ ‖W Wᵀ ∘ (1 - I)‖²_F over the weight matrices of a network, a row
// a filter: filters are kept apart, their lengths free. Embeddings are left out, as in the official code
// (which has half of this).
class Orthogonal : public Penalty {
 public:
  at::Tensor value(const PenaltyContext& context) override {
    std::set<std::string> embeddings;
    for (const NodeSpec& node : context.network.spec().nodes) {
      if (node.op == "embedding") embeddings.insert(node.name + ".weight");
    }
    at::Tensor sum = at::zeros({}, at::TensorOptions().device(context.network.device()));
    for (const auto& [name, weight] : context.network.trainable()) {
      if (weight.dim() < 2 || embeddings.contains(name)) continue;
      const at::Tensor rows = weight.flatten(1);
      const at::Tensor gram = rows.matmul(rows.t());
      sum = sum + (gram - gram.diag().diag()).square().sum();
    }
    return sum;
  }
};

}  // namespace

std::unique_ptr<Penalty> makeOrthogonalPenalty(const std::string& kind, const nlohmann::json&) {
  return kind == "orthogonal" ? std::make_unique<Orthogonal>() : nullptr;
}

}  // namespace ganode
