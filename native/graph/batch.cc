#include "graph/batch.h"

#include <ATen/ATen.h>

namespace ganode {

BatchNormalization::BatchNormalization(NodeContext& node)
    : momentum(node.attributes.number("momentum", 0, 1, 0.1)),
      epsilon(node.attributes.number("epsilon", 0, 1, 1e-5)) {}

at::Tensor BatchNormalization::operator()(const at::Tensor& input, const at::Tensor& mean,
                                          const at::Tensor& variance, const Mode& mode,
                                          const std::optional<at::Tensor>& scale,
                                          const std::optional<at::Tensor>& shift) const {
  const double weight = mode.standing ? 1 / static_cast<double>(*mode.standing + 1) : momentum;
  return at::batch_norm(input, scale, shift, mean, variance, mode.training || mode.standing, weight, epsilon,
                        /*cudnn_enabled=*/true);
}

}  // namespace ganode
