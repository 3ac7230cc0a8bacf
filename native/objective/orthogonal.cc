// Orthogonal regularization of weights.
#include <ATen/ATen.h>

#include <set>

#include "objective/orthogonality.h"
#include "objective/penalty.h"

namespace ganode {
namespace {

class Orthogonal : public Penalty {
 public:
  at::Tensor value(const PenaltyContext& context) override { return orthogonality(context.network); }
};

}  // namespace

at::Tensor orthogonality(const Graph& network) {
  std::set<std::string> embeddings;
  for (const NodeSpec& node : network.spec().nodes) {
    if (node.op == "embedding") embeddings.insert(node.name + ".weight");
  }
  at::Tensor sum = at::zeros({}, at::TensorOptions().device(network.device()));
  for (const auto& [name, weight] : network.trainable()) {
    if (weight.dim() < 2 || embeddings.contains(name)) continue;
    const at::Tensor rows = weight.flatten(1);
    const at::Tensor gram = rows.matmul(rows.t());
    sum = sum + (gram - gram.diag().diag()).square().sum();
  }
  return sum;
}

std::unique_ptr<Penalty> makeOrthogonalPenalty(const std::string& kind, const nlohmann::json&) {
  return kind == "orthogonal" ? std::make_unique<Orthogonal>() : nullptr;
}

}  // namespace ganode
