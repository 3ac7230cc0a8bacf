// What a training procedure expects of its networks. Each throws Error("INVALID_GRAPH") that says what was
// expected and what came.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace ganode {

// All of these inputs, and maybe a label, and no other. `network` is for messages.
void expectInputs(const Graph& graph, const char* network, const std::vector<std::string>& inputs);
void expectNoLabel(const Graph& graph, const char* network);
// A generator's input z.
void expectLatents(const Graph& generator, int64_t latentSize);
void expectInput(const Graph& graph, const char* network, const char* input, const Dims& shape);
void expectOutput(const Graph& graph, const char* network, const char* output);
void expectOutput(const Graph& graph, const char* network, const char* output, const Dims& shape);

}  // namespace ganode
