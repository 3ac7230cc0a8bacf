// An exponential moving average of a graph's weights (EMA), itself a graph that can be sampled.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "graph/graph.h"
#include "optimizer/schedule.h"

namespace ganode {

// How fast the average forgets.
class AverageDecay {
 public:
  // {"decay"}: per step; or {"halfLife", "rampUp"}: in real images, as StyleGAN2: decay = ½^(imagesPerStep /
  // h) with h = min(halfLife, images·rampUp), so that the average follows closely at first. Throws
  // Error("INVALID_OPTION").
  static AverageDecay parse(const nlohmann::json& ema);

  // The decay of a step of `imagesPerStep` images that begins when `images` were shown.
  double at(double images, double imagesPerStep) const;

 private:
  std::optional<double> decay_;
  Schedule halfLife_;
  std::optional<double> rampUp_;
};

class WeightAverage {
 public:
  // Starts as a copy.
  explicit WeightAverage(const Graph& source);

  // average = decay·average + (1 - decay)·weights; buffers (running statistics) are copied.
  void update(const Graph& source, double decay);

  const Graph& graph() const { return graph_; }

 private:
  Graph graph_;
};

}  // namespace ganode
