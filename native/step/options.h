// What a session needs of a resolved recipe (lib/recipes/schema.ts): the same JSON, read by name.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "graph/spec.h"
#include "optimizer/average.h"
#include "step/adversarial.h"
#include "step/timeline.h"

namespace ganode {

struct SessionOptions {
  GraphSpec generator;
  GraphSpec discriminator;
  nlohmann::json generatorOptimizer;
  nlohmann::json discriminatorOptimizer;
  Timeline timeline{1, 1, std::nullopt};
  AdversarialStep::Options step;  // but for bfloat16, which follows from precision and device
  int64_t latentSize = 0;
  bool uniformLatents = false;
  std::optional<AverageDecay> ema;
  std::string precision = "fp32";
  std::string device = "cpu";
  int64_t threads = 0;  // 0: ATen's own number
  uint64_t seed = 0;

  // Batches of real items that one step takes.
  int64_t batchesPerStep() const { return step.discriminatorSteps * step.accumulation; }
};

// Throws Error("INVALID_OPTION") or Error("INVALID_GRAPH").
SessionOptions parseSessionOptions(const std::string& recipe);
// Of the same recipe only which steps there are. Throws Error("INVALID_OPTION").
Timeline parseTimeline(const std::string& recipe);

}  // namespace ganode
