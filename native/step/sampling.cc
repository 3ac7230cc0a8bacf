#include "step/sampling.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "device/device.h"
#include "error.h"
#include "step/bytes.h"
#include "step/latent.h"

namespace ganode {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error("INVALID_OPTION", "sample: " + message); }

int64_t latentSizeOf(const Graph& generator) {
  if (!generator.hasInput("z") || generator.shapeOf("z").dims.size() != 1) {
    refuse("expected a generator with an input z of shape [latentSize]");
  }
  return generator.shapeOf("z").dims[0];
}

std::string outputOf(const Graph& generator, const std::string& name) {
  const auto& outputs = generator.spec().outputs;
  if (!name.empty()) {
    if (outputs.contains(name)) return name;
    refuse("expected a generator with an output " + name);
  }
  if (outputs.contains("image")) return "image";
  if (outputs.size() == 1) return outputs.begin()->first;
  refuse("expected a generator with an output image");
}

void checkLabels(const Graph& generator, const at::Tensor& labels, int64_t n) {
  if (!generator.hasInput("label")) {
    if (labels.defined()) refuse("expected no labels: the generator has no label input");
    return;
  }
  const int64_t classes = generator.shapeOf("label").classes;
  if (!labels.defined())
    refuse("expected labels, one an image, from 0 to " + std::to_string(classes - 1) +
           ": the generator is conditional");
  if (labels.numel() != n)
    refuse("expected " + std::to_string(n) + " labels, got " + std::to_string(labels.numel()));
  generator.requireClasses("label", labels);
}

void checkExpert(const Graph& generator, const std::optional<int64_t>& expert) {
  if (!expert) return;
  const int64_t experts = generator.experts();
  if (experts == 0) refuse("expected no expert: the generator is no mixture of experts");
  if (*expert < 0 || *expert >= experts)
    refuse("expected an expert from 0 to " + std::to_string(experts - 1) + ", got " +
           std::to_string(*expert));
}

}  // namespace

at::Tensor latentsFor(const Graph& generator, const SampleOptions& options) {
  const int64_t size = latentSizeOf(generator);
  if (!options.latents.defined()) {
    if (options.count < 1) refuse("expected a count of 1 or more, got " + std::to_string(options.count));
    at::Generator random = makeGenerator(options.seed);
    const std::optional<double> ofLatents = generator.truncates() ? std::nullopt : options.truncation;
    return drawLatents(options.count, size, options.uniformLatents, ofLatents, random);
  }
  if (options.latents.numel() == 0 || options.latents.numel() % size != 0) {
    refuse("expected latents in rows of " + std::to_string(size) + ", got " +
           std::to_string(options.latents.numel()) + " values");
  }
  return options.latents.view({-1, size});
}

void estimateStatistics(const Graph& generator, int64_t batches, const SampleOptions& options) {
  const at::NoGradGuard noGrad;
  at::Generator random = makeGenerator(options.seed);
  const int64_t size = latentSizeOf(generator);
  for (int64_t i = 0; i < batches; ++i) {
    Values inputs = {{"z", drawLatents(options.batch, size, options.uniformLatents, std::nullopt, random)
                               .to(generator.dtype())}};
    if (generator.hasInput("label")) {
      at::Tensor labels = at::empty({options.batch}, at::kLong);
      inputs["label"] = labels.random_(0, generator.shapeOf("label").classes, random);
    }
    Mode mode;
    mode.standing = i;
    mode.images = options.images;
    const PrecisionScope precision(options.bfloat16, generator.device());
    generator.forward(inputs, mode);
  }
}

Replay& SamplingRecordings::of(const Graph& generator, const SampleOptions& options,
                               const std::string& output) {
  Wanted wanted{&generator,     output,        options.truncation, options.expert,
                options.images, options.uint8, options.bfloat16};
  // What a graph that grows computes follows from its level of detail too.
  if (replay_ && wanted_ == wanted && generator.levels() == 0) return *replay_;
  replay_ = std::make_unique<Replay>(generator.device(), [&generator, wanted](const Replay::Tensors& given) {
    Values inputs = {{"z", given[0]}};
    if (given.size() > 1) inputs["label"] = given[1];
    Mode mode;
    mode.truncation = wanted.truncation;
    mode.images = wanted.images;
    mode.expert = wanted.expert;
    const PrecisionScope precision(wanted.bfloat16, generator.device());
    const at::Tensor images = generator.forward(inputs, mode).at(wanted.output);
    return wanted.uint8 ? toBytes(images) : images.to(at::kFloat);
  });
  wanted_ = std::move(wanted);
  return *replay_;
}

at::Tensor sample(const Graph& generator, const SampleOptions& options, SamplingRecordings& recordings) {
  const at::NoGradGuard noGrad;
  const std::string output = outputOf(generator, options.name);
  const at::Tensor latents = latentsFor(generator, options);
  const int64_t n = latents.size(0);
  if (options.batch < 1) refuse("expected a batch of 1 or more, got " + std::to_string(options.batch));
  checkLabels(generator, options.labels, n);
  checkExpert(generator, options.expert);

  Replay& imagesOf = recordings.of(generator, options, output);
  std::vector<at::Tensor> parts;
  for (int64_t start = 0; start < n; start += options.batch) {
    const int64_t length = std::min(options.batch, n - start);
    Replay::Tensors inputs = {latents.narrow(0, start, length).to(generator.device(), generator.dtype())};
    if (options.labels.defined())
      inputs.push_back(options.labels.narrow(0, start, length).to(generator.device()));
    parts.push_back(imagesOf(inputs).cpu().contiguous());
  }
  return parts.size() == 1 ? parts[0] : at::cat(parts);
}

}  // namespace ganode
