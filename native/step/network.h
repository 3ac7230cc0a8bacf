// One graph with weights, outside training: for inference, and to look inside.
#pragma once

#include <limits>
#include <optional>
#include <string>

#include "checkpoint/safetensors.h"
#include "graph/graph.h"
#include "step/sampling.h"

namespace ganode {

struct NetworkOptions {
  uint64_t seed = 0;
  int64_t threads = 0;
  at::ScalarType dtype = at::kFloat;
  std::string precision = "fp32";
  std::string device = "cpu";
  bool uniformLatents = false;
  bool ema = true;                                          // of a checkpoint, where it has averaged weights
  double images = std::numeric_limits<double>::infinity();  // real images shown, as Mode's
  // Batches of fakes over which running statistics are estimated anew; 0: those of the checkpoint.
  int64_t standingStatistics = 0;
};

class Network {
 public:
  static constexpr const char* kNoun = "network";  // for messages

  // Both are called on the thread that will run it.
  Network(const GraphSpec& spec, const NetworkOptions& options);
  // The generator of a training checkpoint.
  static Network open(const std::string& path, const NetworkOptions& options);

  struct Result {
    Values outputs;
    Values gradients;  // by input and parameter name; empty without cotangents
  };
  // With cotangents: also the gradient of sum(outputs × cotangents) with respect to real inputs and
  // parameters.
  Result forward(const Values& inputs, bool training, const Values& cotangents);

  at::Tensor sample(SampleOptions options) const;
  at::Tensor drawLatents(SampleOptions options) const;
  NamedTensors tensors() const { return graph_.tensors(); }
  uint64_t bytes() const { return graph_.bytes(); }

 private:
  NetworkOptions options_;
  at::Device device_;
  bool bfloat16_;
  at::Generator random_;
  Graph graph_;
  mutable SamplingRecordings sampling_;
};

}  // namespace ganode
