#include "step/expect.h"

#include <algorithm>

#include "error.h"

namespace ganode {

void expectInputs(const Graph& graph, const char* network, const std::vector<std::string>& inputs) {
  std::string list;
  for (const std::string& input : inputs) {
    if (!graph.hasInput(input))
      throw Error("INVALID_GRAPH", std::string(network) + ": expected an input \"" + input + "\"");
    list += "\"" + input + "\" and ";
  }
  for (const auto& [name, shape] : graph.spec().inputs) {
    const bool label = name == "label" && shape.isLabel();
    if (!label && std::find(inputs.begin(), inputs.end(), name) == inputs.end()) {
      throw Error("INVALID_GRAPH", std::string(network) + ": expected inputs " + list +
                                       "\"label\" ({classes}) only, got \"" + name + "\"");
    }
  }
}

void expectNoLabel(const Graph& graph, const char* network) {
  if (graph.hasInput("label"))
    throw Error("INVALID_GRAPH",
                std::string(network) + ": expected no input \"label\": autoencoders have no classes");
}

void expectLatents(const Graph& generator, int64_t latentSize) {
  if (generator.shapeOf("z").dims == Dims{latentSize}) return;
  throw Error("INVALID_GRAPH", "generator: expected the input z to be [latentSize] = " +
                                   describe(Dims{latentSize}) + ", got " + describe(generator.shapeOf("z")));
}

void expectInput(const Graph& graph, const char* network, const char* input, const Dims& shape) {
  if (graph.shapeOf(input).dims == shape) return;
  throw Error("INVALID_GRAPH", std::string(network) + ": expected the input \"" + input + "\" to be " +
                                   describe(shape) + ", got " + describe(graph.shapeOf(input)));
}

void expectOutput(const Graph& graph, const char* network, const char* output) {
  if (!graph.spec().outputs.contains(output))
    throw Error("INVALID_GRAPH", std::string(network) + ": expected an output \"" + output + "\"");
}

void expectOutput(const Graph& graph, const char* network, const char* output, const Dims& shape) {
  expectOutput(graph, network, output);
  if (graph.outputShape(output) != shape) {
    throw Error("INVALID_GRAPH", std::string(network) + ": expected the output \"" + output + "\" to be " +
                                     describe(shape) + ", got " + describe(graph.outputShape(output)));
  }
}

}  // namespace ganode
