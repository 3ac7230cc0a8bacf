// Generated images, from a request as JavaScript makes it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "graph/graph.h"

namespace ganode {

struct SampleOptions {
  int64_t count = 0;
  at::Tensor latents;  // n × latentSize values; undefined: drawn
  at::Tensor labels;   // int64 [n]; undefined: none
  uint64_t seed = 0;
  // ψ: of the latents that are drawn (drawLatents), or of w where the generator truncates itself.
  std::optional<double> truncation;
  // The expert of a mixture that makes them all; absent: the gate's choice.
  std::optional<int64_t> expert;
  // Which of the generator's outputs: `image` by default, or its only one.
  std::string name;
  double images = std::numeric_limits<double>::infinity();  // as Mode's
  int64_t batch = 64;
  bool uint8 = true;
  bool uniformLatents = false;
  bool bfloat16 = false;
  bool ema = true;
};

// [count, latentSize], as `sample` draws them. Throws Error("INVALID_OPTION").
at::Tensor latentsFor(const Graph& generator, const SampleOptions& options);

// Standing statistics (Brock et al. 2019, appendix C): running statistics become the mean over so many
// batches of fakes of the graph itself, with latents (and, for a conditional generator, uniform labels) from
// `seed`. For averaged weights, whose activations are not those that training saw.
void estimateStatistics(const Graph& generator, int64_t batches, const SampleOptions& options);

// An output of `generator` in evaluation mode, contiguous, on the CPU: [n,
// ...]. uint8: [-1, 1] becomes [0, 255], rounded and clamped. Throws Error("INVALID_OPTION").
at::Tensor sample(const Graph& generator, const SampleOptions& options);

}  // namespace ganode
