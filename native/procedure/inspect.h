// What a recipe's procedure comes to, without any weights.
#pragma once

#include <string>

namespace ganode {

struct ProcedureReport {
  std::string plan;         // of a step in which all updates are due: a line for each instruction
  double largestValue = 0;  // numbers of the largest value, for the whole batch
  double multiplyAdds = 0;  // of such a step, in the networks; derivatives (`gradient`) are not counted
};

// Finds the plan of a recipe (JSON) that has a procedure. Throws Error("INVALID_OPTION") or
// Error("INVALID_GRAPH").
ProcedureReport inspectProcedure(const std::string& recipe);

}  // namespace ganode
