#include "step/pair.h"

#include <string>

#include "error.h"

namespace ganode {
namespace {

void expectOutput(const Graph& graph, const char* network, const char* output, const Dims& shape) {
  const auto& outputs = graph.spec().outputs;
  if (!outputs.contains(output)) {
    throw Error("INVALID_GRAPH", std::string(network) + ": expected an output \"" + output + "\"");
  }
  if (graph.outputShape(output) != shape) {
    throw Error("INVALID_GRAPH", std::string(network) + ": expected the output \"" + output + "\" to be " +
                                     describe(shape) + ", got " + describe(graph.outputShape(output)));
  }
}

void expectInputs(const Graph& graph, const char* network, const char* first) {
  if (!graph.hasInput(first))
    throw Error("INVALID_GRAPH", std::string(network) + ": expected an input \"" + first + "\"");
  for (const auto& [name, shape] : graph.spec().inputs) {
    const bool label = name == "label" && shape.isLabel();
    if (name != first && !label) {
      throw Error("INVALID_GRAPH", std::string(network) + ": expected inputs \"" + first +
                                       "\" and \"label\" ({classes}) only, got \"" + name + "\"");
    }
  }
}

// What D sees: `packing` images as the channels of one.
Dims packedShape(Dims image, int64_t packing) {
  if (!image.empty()) image[0] *= packing;
  return image;
}

}  // namespace

void requirePair(const Graph& g, const Graph& d, int64_t latentSize, int64_t packing) {
  expectInputs(g, "generator", "z");
  expectInputs(d, "discriminator", "image");
  if (g.shapeOf("z").dims != Dims{latentSize}) {
    throw Error("INVALID_GRAPH", "generator: expected the input z to be [latentSize] = " +
                                     describe(Dims{latentSize}) + ", got " + describe(g.shapeOf("z")));
  }
  if (!g.spec().outputs.contains("image"))
    throw Error("INVALID_GRAPH", "generator: expected an output \"image\"");
  const Dims image = g.outputShape("image");
  const Dims seen = packedShape(image, packing);
  if (d.shapeOf("image").dims != seen) {
    throw Error("INVALID_GRAPH", "discriminator: expected the input \"image\" to be " + describe(seen) +
                                     (packing > 1 ? " (" + std::to_string(packing) + " packed images)" : "") +
                                     ", the generator's image, got " + describe(d.shapeOf("image")));
  }
  if (image.size() != 3) {
    throw Error(
        "INVALID_GRAPH",
        "generator: expected the output \"image\" to be [channels, height, width], got " + describe(image));
  }
  if (!d.spec().outputs.contains("logits"))
    throw Error("INVALID_GRAPH", "discriminator: expected an output \"logits\"");
  if (const Dims logits = d.outputShape("logits"); logits.size() != 1) {
    throw Error(
        "INVALID_GRAPH",
        "discriminator: expected the output \"logits\" to be [1], or [n] for verdicts on n parts, got " +
            describe(logits));
  }
  if (d.spec().outputs.contains("classLogits")) {
    if (!g.hasInput("label"))
      throw Error("INVALID_GRAPH",
                  "generator: expected an input \"label\": the discriminator has classLogits");
    expectOutput(d, "discriminator", "classLogits", {g.shapeOf("label").classes});
  }
  if (packing > 1 && (d.hasInput("label") || d.spec().outputs.contains("classLogits")))
    throw Error("INVALID_OPTION",
                "packing: expected 1 for a discriminator with labels, got " + std::to_string(packing));
  if (g.hasInput("label") && d.hasInput("label") &&
      g.shapeOf("label").classes != d.shapeOf("label").classes) {
    throw Error("INVALID_GRAPH", "generator and discriminator: expected the same number of classes, got " +
                                     std::to_string(g.shapeOf("label").classes) + " and " +
                                     std::to_string(d.shapeOf("label").classes));
  }
}

}  // namespace ganode
