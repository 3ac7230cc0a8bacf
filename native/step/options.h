// What a session needs of a resolved recipe (lib/recipes/schema.ts): the same JSON, read by name.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "device/arithmetic.h"
#include "graph/spec.h"
#include "optimizer/average.h"
#include "procedure/plan.h"
#include "procedure/spec.h"
#include "step/adversarial.h"
#include "step/autoencoding.h"
#include "step/timeline.h"

namespace ganode {

struct SessionOptions {
  // A network with what moves it.
  struct Network {
    GraphSpec graph;
    nlohmann::json optimizer;
  };
  Network generator;
  std::optional<Network> discriminator;
  std::optional<Network> encoder;
  // But for bfloat16, which follows from precision and device. With `autoencoding`, only the numbers of
  // `step` that say how much data a step takes.
  AdversarialStep::Options step;
  std::optional<AutoencodingOptions> autoencoding;
  // With a procedure of its own, of `step` only accumulation and augmentation count.
  std::optional<ProcedureSpec> procedure;
  int64_t classes = 0;  // of the data's labels; 0: it has none
  Timeline timeline{1, 1, std::nullopt};
  int64_t latentSize = 0;
  bool uniformLatents = false;
  std::optional<AverageDecay> ema;  // of the generator, and of the encoder
  // Whether every step does the same with its data and draws: nothing follows a schedule, grows, adapts or
  // has an interval. Averaging weights is not part of a step.
  bool steady = false;
  std::string precision = "fp32";
  std::string device = "cpu";
  Arithmetic arithmetic;
  int64_t threads = 0;  // 0: ATen's own number
  uint64_t seed = 0;

  // Batches of real items that one step takes.
  int64_t batchesPerStep() const {
    return (procedure ? procedure->batches() : step.discriminatorSteps) * step.accumulation;
  }
  // The networks that the recipe has, by name.
  std::vector<std::pair<std::string, const Network*>> networks() const;
  // See makeOptimizer.
  double lazyRatio(const std::string& network) const;
};

// The recipe's procedure, for its networks, the generator's first. Throws Error("INVALID_OPTION").
Procedure makeProcedure(const SessionOptions& options, std::vector<ProcedureNetwork> networks);

// Throws Error("INVALID_OPTION") or Error("INVALID_GRAPH").
SessionOptions parseSessionOptions(const std::string& recipe);
// Of the same recipe only which steps there are. Throws Error("INVALID_OPTION").
Timeline parseTimeline(const std::string& recipe);

}  // namespace ganode
