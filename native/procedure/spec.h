// ProcedureSpec, parsed: a training procedure as data. The JSON is documented in lib/procedure/spec.ts and
// docs/procedures.md.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "graph/spec.h"

namespace ganode {

// One part of a step.
struct UpdateSpec {
  enum class Kind {
    Move,      // networks move along the gradient of an objective
    Together,  // the gradients of all `parts` first, then all move
    Repeat,    // the parts so many `times`
    Clip,      // every weight of the networks into [-limit, limit]
  };
  Kind kind = Kind::Move;
  std::vector<std::string> networks;
  std::string objective;  // a value
  // Move: once in so many of its turns, so many times as strong.
  int64_t every = 1;
  // Move: only when so many real images were shown, `until` not included.
  double from = 0;
  double until = std::numeric_limits<double>::infinity();
  double limit = 0;
  int64_t times = 1;
  bool sameData = false;  // Repeat: every turn has the same real items, and fresh draws only
  std::vector<UpdateSpec> parts;
};

struct ProcedureSpec {
  std::vector<NodeSpec> values;  // each after those that it reads
  std::vector<UpdateSpec> updates;
  std::vector<std::pair<std::string, std::string>> report;  // column and value
  std::string watched;  // the logits of real images that an adaptive augmentation goes by; empty: none

  // Batches of real items in one step, without accumulation: one, and one for each turn of a repeat that is
  // not its first.
  int64_t batches() const;
  // Whether every step has the same updates.
  bool isSteady() const;
  // What share of a network's updates are those of its own pace where others are lazy (makeOptimizer).
  double lazyRatio(const std::string& network) const;
};

// Throws Error("INVALID_OPTION") that says what was expected, and where.
ProcedureSpec parseProcedure(const nlohmann::json& json);

}  // namespace ganode
