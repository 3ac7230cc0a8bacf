// One-node graphs of every operator and weight option, for tests that hold for all of them.
#pragma once

#include <string>
#include <vector>

#include "graph/spec.h"

namespace ganode::test {

struct OperatorCase {
  std::string op;
  std::vector<ValueShape> inputs;
  std::string attributes = "";  // as members of a JSON object
  bool training = true;
  int64_t batch = 3;
  // Training passes on other data before: those of spectral norm bring its vectors so close to the singular
  // ones that holding them fixed, as autograd does, gives the derivative.
  int64_t passes = 0;
};

// The graph: inputs x0, x1, …, the node n, the output y.
GraphSpec graphOf(const OperatorCase& one);

std::vector<OperatorCase> operatorCases();

}  // namespace ganode::test
