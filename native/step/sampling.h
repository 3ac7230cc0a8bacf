// Generated images, from a request as JavaScript makes it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "device/replay.h"
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

// What is recorded of sampling (device/replay.h) from one call to the next, as long as the same is asked for:
// for whoever owns a generator. A recording reads the generator's tensors where they were when it was made.
// So whatever gives a generator other weights (a step, an average's update, loading, transfer) writes into
// the tensors that are there, and never puts others in their place.
class SamplingRecordings {
 public:
  // What makes an output's images of latents, and of labels where there are any.
  Replay& of(const Graph& generator, const SampleOptions& options, const std::string& output);

 private:
  struct Wanted {
    const Graph* generator;
    std::string output;
    std::optional<double> truncation;
    std::optional<int64_t> expert;
    double images;
    bool uint8;
    bool bfloat16;
    bool operator==(const Wanted&) const = default;
  };

  std::optional<Wanted> wanted_;
  std::unique_ptr<Replay> replay_;
};

// An output of `generator` in evaluation mode, contiguous, on the CPU: [n,
// ...]. uint8: [-1, 1] becomes [0, 255], rounded and clamped. Throws Error("INVALID_OPTION").
at::Tensor sample(const Graph& generator, const SampleOptions& options, SamplingRecordings& recordings);

}  // namespace ganode
