#include "step/trio.h"

#include "error.h"
#include "step/expect.h"

namespace ganode {
namespace {

void requireDecoder(const Graph& generator, const Likelihood& likelihood, int64_t latentSize) {
  const char* const name = "generator";
  expectInputs(generator, name, {"z"});
  expectLatents(generator, latentSize);
  expectNoLabel(generator, name);
  expectOutput(generator, name, "image");
  const Dims& image = generator.outputShape("image");
  if (image.size() != 3) {
    throw Error(
        "INVALID_GRAPH",
        "generator: expected the output \"image\" to be [channels, height, width], got " + describe(image));
  }
  expectOutput(generator, name, likelihood.output(), image);
}

void requireEncoder(AutoencodingKind kind, const Graph& encoder, const Graph& generator) {
  const char* const name = "encoder";
  const bool noisy = encoder.hasInput("noise");
  expectInputs(encoder, name,
               noisy ? std::vector<std::string>{"image", "noise"} : std::vector<std::string>{"image"});
  expectNoLabel(encoder, name);
  expectInput(encoder, name, "image", generator.outputShape("image"));
  if (noisy && encoder.shapeOf("noise").dims.size() != 1)
    throw Error("INVALID_GRAPH", "encoder: expected the input \"noise\" to be [size], got " +
                                     describe(encoder.shapeOf("noise")));
  const Dims& code = generator.shapeOf("z").dims;
  const bool explicitDensity = kind == AutoencodingKind::Vae || kind == AutoencodingKind::VaeGan;
  if (explicitDensity || isGaussian(encoder)) {
    expectOutput(encoder, name, "mean", code);
    expectOutput(encoder, name, "logVariance", code);
    if (explicitDensity && noisy)
      throw Error("INVALID_GRAPH", "encoder: expected no input \"noise\": its density would not be Gaussian");
  } else {
    expectOutput(encoder, name, "code", code);
  }
  if (kind == AutoencodingKind::Avb && !noisy && !isGaussian(encoder))
    throw Error("INVALID_GRAPH",
                "encoder: expected an input \"noise\": without one its posterior is a point");
}

void requireJudge(AutoencodingKind kind, const Graph& discriminator, const Graph& generator) {
  const char* const name = "discriminator";
  std::vector<std::string> inputs;
  if (kind != AutoencodingKind::Aae) inputs.emplace_back("image");
  if (kind != AutoencodingKind::VaeGan) inputs.emplace_back("z");
  expectInputs(discriminator, name, inputs);
  expectNoLabel(discriminator, name);
  if (discriminator.hasInput("image"))
    expectInput(discriminator, name, "image", generator.outputShape("image"));
  if (discriminator.hasInput("z")) expectInput(discriminator, name, "z", generator.shapeOf("z").dims);
  expectOutput(discriminator, name, "logits", {1});
  if (kind == AutoencodingKind::VaeGan) expectOutput(discriminator, name, "features");
}

}  // namespace

void requireTrio(const AutoencodingOptions& options, const Graph& encoder, const Graph& generator,
                 const Graph* discriminator) {
  requireDecoder(generator, options.likelihood, options.latentSize);
  requireEncoder(options.kind, encoder, generator);
  if (discriminator != nullptr) requireJudge(options.kind, *discriminator, generator);
}

}  // namespace ganode
