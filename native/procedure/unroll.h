// The first half of making a plan: a step's turns one after the other, and which values each of its updates
// takes.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "procedure/plan.h"

namespace ganode {

// Computations of one part of one update, what is reported of them, and what they are for.
struct Stage {
  std::string phase;             // "discriminator update"
  std::vector<size_t> computed;  // instances, in the order of the procedure's values
  std::vector<Instruction> reports;
  std::vector<Instruction> gathers;
  std::vector<Instruction> moves;  // after the last part
};

struct Unrolled {
  std::vector<Instance> instances;
  std::vector<Stage> stages;
};

// Throws Error("INVALID_OPTION") for more values than a step may have.
Unrolled unroll(const Procedure& procedure, int64_t accumulation, const DueUpdates& due);

}  // namespace ganode
