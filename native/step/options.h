// What a session needs of a resolved recipe (lib/recipes/schema.ts): the same JSON, read by name.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "graph/spec.h"
#include "objective/adversarial.h"

namespace ganode {

struct SessionOptions {
  GraphSpec generator;
  GraphSpec discriminator;
  nlohmann::json generatorOptimizer;
  nlohmann::json discriminatorOptimizer;
  AdversarialLoss loss = AdversarialLoss::NonSaturating;
  int64_t latentSize = 0;
  bool uniformLatents = false;
  int64_t discriminatorSteps = 1;
  int64_t generatorSteps = 1;
  int64_t batch = 1;
  int64_t accumulation = 1;
  std::optional<double> emaDecay;  // per step
  std::string precision = "fp32";
  std::string device = "cpu";
  int64_t threads = 0;  // 0: ATen's own number
  uint64_t seed = 0;

  // Real items that one step takes.
  int64_t batchesPerStep() const { return discriminatorSteps * accumulation; }
};

// Throws Error("INVALID_OPTION") or Error("INVALID_GRAPH").
SessionOptions parseSessionOptions(const std::string& recipe);

}  // namespace ganode
