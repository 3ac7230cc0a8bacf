#include "optimizer/average.h"

#include <ATen/ATen.h>

namespace ganode {

WeightAverage::WeightAverage(const Graph& source, double decay) : graph_(source.spec()), decay_(decay) {
  graph_.materializeAs(source);
}

void WeightAverage::update(const Graph& source) {
  const at::NoGradGuard noGrad;
  const auto from = source.trainable();
  const auto to = graph_.trainable();
  std::vector<at::Tensor> weights;
  std::vector<at::Tensor> averages;
  for (size_t i = 0; i < from.size(); ++i) {
    weights.push_back(from[i].second);
    averages.push_back(to[i].second);
  }
  if (!averages.empty()) at::_foreach_lerp_(averages, weights, 1 - decay_);
  const auto statistics = source.buffers();
  const auto copies = graph_.buffers();
  for (size_t i = 0; i < statistics.size(); ++i) copies[i].second.detach().copy_(statistics[i].second);
}

}  // namespace ganode
