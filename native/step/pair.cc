#include "step/pair.h"

#include <string>

#include "error.h"
#include "step/expect.h"

namespace ganode {
namespace {

// What D sees: `packing` images as the channels of one.
Dims packedShape(Dims image, int64_t packing) {
  if (!image.empty()) image[0] *= packing;
  return image;
}

}  // namespace

void requirePair(const Graph& g, const Graph& d, int64_t latentSize, int64_t packing) {
  expectInputs(g, "generator", {"z"});
  expectInputs(d, "discriminator", {"image"});
  expectLatents(g, latentSize);
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
  const auto& outputs = d.spec().outputs;
  if (g.spec().outputs.contains("gate") && g.outputShape("gate").size() != 1) {
    throw Error("INVALID_GRAPH", "generator: expected the output \"gate\" to be [experts], got " +
                                     describe(g.outputShape("gate")));
  }
  if (outputs.contains("expertLogits")) {
    if (!g.spec().outputs.contains("gate"))
      throw Error("INVALID_GRAPH",
                  "generator: expected an output \"gate\": the discriminator has expertLogits");
    expectOutput(d, "discriminator", "expertLogits", g.outputShape("gate"));
  }
  if (packing > 1 &&
      (d.hasInput("label") || outputs.contains("classLogits") || outputs.contains("expertLogits")))
    throw Error("INVALID_OPTION",
                "packing: expected 1 for a discriminator with labels or expertLogits, got " +
                    std::to_string(packing));
  if (g.hasInput("label") && d.hasInput("label") &&
      g.shapeOf("label").classes != d.shapeOf("label").classes) {
    throw Error("INVALID_GRAPH", "generator and discriminator: expected the same number of classes, got " +
                                     std::to_string(g.shapeOf("label").classes) + " and " +
                                     std::to_string(d.shapeOf("label").classes));
  }
}

}  // namespace ganode
