#include "optimizer/average.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "error.h"
#include "json.h"

namespace ganode {

AverageDecay AverageDecay::parse(const nlohmann::json& ema) {
  AverageDecay result;
  if (ema.contains("decay") && ema["decay"].is_number()) {
    result.decay_ = ema["decay"].get<double>();
    if (*result.decay_ > 0 && *result.decay_ < 1) return result;
  } else if (ema.contains("halfLife")) {
    result.halfLife_ = Schedule::parse(ema["halfLife"], "ema.halfLife");
    if (ema.contains("rampUp") && ema["rampUp"].is_number()) result.rampUp_ = ema["rampUp"].get<double>();
    return result;
  }
  throw Error(
      "INVALID_OPTION",
      "recipe: expected ema to be {decay} between 0 and 1, or {halfLife} in images, got " + shown(ema));
}

double AverageDecay::at(double images, double imagesPerStep) const {
  if (decay_) return *decay_;
  double halfLife = halfLife_.at(images);
  if (rampUp_) halfLife = std::min(halfLife, images * *rampUp_);
  return halfLife > 0 ? std::pow(0.5, imagesPerStep / halfLife) : 0;
}

WeightAverage::WeightAverage(const Graph& source) : graph_(source.spec()) { graph_.materializeAs(source); }

void WeightAverage::update(const Graph& source, double decay) {
  const at::NoGradGuard noGrad;
  const auto from = source.trainable();
  const auto to = graph_.trainable();
  std::vector<at::Tensor> weights;
  std::vector<at::Tensor> averages;
  for (size_t i = 0; i < from.size(); ++i) {
    weights.push_back(from[i].second);
    averages.push_back(to[i].second);
  }
  if (!averages.empty()) at::_foreach_lerp_(averages, weights, 1 - decay);
  const auto statistics = source.buffers();
  const auto copies = graph_.buffers();
  for (size_t i = 0; i < statistics.size(); ++i) copies[i].second.detach().copy_(statistics[i].second);
}

}  // namespace ganode
