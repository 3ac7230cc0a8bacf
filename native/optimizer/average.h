// An exponential moving average of a graph's weights (EMA), itself a graph that can be sampled.
#pragma once

#include "graph/graph.h"

namespace ganode {

class WeightAverage {
 public:
  // Starts as a copy. `decay` is per update.
  WeightAverage(const Graph& source, double decay);

  // average = decay·average + (1 - decay)·weights; buffers (running statistics) are copied.
  void update(const Graph& source);

  const Graph& graph() const { return graph_; }

 private:
  Graph graph_;
  double decay_;
};

}  // namespace ganode
