#include "step/adversarial.h"

#include <ATen/ATen.h>

#include "device/device.h"

namespace ganode {
namespace {

Values inputsOf(const Graph& graph, const char* name, const at::Tensor& value, const at::Tensor& labels) {
  Values inputs = {{name, value}};
  if (graph.hasInput("label")) inputs["label"] = labels;
  return inputs;
}

at::Tensor labelsOf(const StepData& data, int64_t microbatch) {
  return data.labels.defined() ? data.labels[microbatch] : at::Tensor();
}

at::Tensor meanOf(const std::vector<at::Tensor>& terms) { return at::stack(terms).mean(0); }

}  // namespace

AdversarialStep::Fakes AdversarialStep::generate(int64_t n, const at::Tensor& labels,
                                                 const LatentSource& latents, at::Generator& random) const {
  const Graph& graph = generator_.graph();
  const PrecisionScope precision(options_.bfloat16, graph.device());
  const Values outputs = graph.forward(inputsOf(graph, "z", latents(n), labels), Mode{true, &random});
  return {outputs.at("image"), labels};
}

at::Tensor AdversarialStep::judge(const at::Tensor& images, const at::Tensor& labels,
                                  at::Generator& random) const {
  const Graph& graph = discriminator_.graph();
  const PrecisionScope precision(options_.bfloat16, graph.device());
  return graph.forward(inputsOf(graph, "image", images, labels), Mode{true, &random})
      .at("logits")
      .to(at::kFloat);
}

void AdversarialStep::updateDiscriminator(const StepData& data, int64_t update, const LatentSource& latents,
                                          at::Generator& random) {
  // The last update's fakes keep their graph: the first G-update goes on from them and saves a forward pass
  // of G.
  const bool keep = update == options_.discriminatorSteps - 1;
  const double share = 1.0 / static_cast<double>(options_.accumulation);
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    const int64_t microbatch = update * options_.accumulation + part;
    const at::Tensor real = data.images[microbatch];
    Fakes fakes;
    {
      const at::AutoGradMode gradients(keep);
      fakes = generate(real.size(0), labelsOf(data, microbatch), latents, random);
    }
    const at::Tensor realLogits = judge(real, fakes.labels, random);
    const at::Tensor fakeLogits = judge(fakes.images.detach(), fakes.labels, random);
    const at::Tensor loss = discriminatorLoss(options_.loss, realLogits, fakeLogits);
    discriminator_.gather(options_.accumulation > 1 ? loss * share : loss);

    const at::NoGradGuard noGrad;
    const at::Tensor accuracy =
        (realLogits.gt(0).to(at::kFloat).mean() + fakeLogits.lt(0).to(at::kFloat).mean()) / 2;
    discriminatorTerms_.push_back(at::stack({loss.detach(), realLogits.mean(), fakeLogits.mean(), accuracy}));
    if (keep) kept_.push_back(std::move(fakes));
  }
  discriminator_.update();
}

void AdversarialStep::updateGenerator(bool fresh, const StepData& data, const LatentSource& latents,
                                      at::Generator& random) {
  const Player::Frozen frozen(discriminator_);
  const double share = 1.0 / static_cast<double>(options_.accumulation);
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    const int64_t last = (options_.discriminatorSteps - 1) * options_.accumulation + part;
    Fakes fakes = fresh ? generate(data.images.size(1), labelsOf(data, last), latents, random)
                        : std::move(kept_[static_cast<size_t>(part)]);
    const at::Tensor loss = generatorLoss(options_.loss, judge(fakes.images, fakes.labels, random));
    generator_.gather(options_.accumulation > 1 ? loss * share : loss);
    generatorTerms_.push_back(loss.detach());
  }
  generator_.update();
}

StepStats AdversarialStep::run(const StepData& data, const LatentSource& latents, at::Generator& random) {
  kept_.clear();
  discriminatorTerms_.clear();
  generatorTerms_.clear();
  for (int64_t update = 0; update < options_.discriminatorSteps; ++update)
    updateDiscriminator(data, update, latents, random);
  for (int64_t update = 0; update < options_.generatorSteps; ++update)
    updateGenerator(update > 0, data, latents, random);
  kept_.clear();

  // One reading for the whole step: on a GPU each reading waits for all that was queued.
  const at::Tensor row =
      at::cat({meanOf(discriminatorTerms_), meanOf(generatorTerms_).view({1})}).to(at::kDouble).cpu();
  const auto value = row.accessor<double, 1>();
  return {{value[0], value[4], value[1], value[2], value[3]}};
}

}  // namespace ganode
