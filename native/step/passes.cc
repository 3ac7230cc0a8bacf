#include "step/passes.h"

#include <ATen/ATen.h>

#include "device/device.h"
#include "profile/recorder.h"

namespace ganode {
namespace {

Values inputsOf(const Graph& graph, const char* name, const at::Tensor& value, const at::Tensor& labels) {
  Values inputs = {{name, value}};
  if (graph.hasInput("label")) inputs["label"] = labels;
  return inputs;
}

}  // namespace

Passes::Passes(Options options, const Graph& generator, const Graph& discriminator,
               const AugmentControl* augment)
    : options_(options),
      generator_(generator),
      discriminator_(discriminator),
      augment_(augment),
      merges_(discriminator.mixingNode() == nullptr && discriminator.buffers().empty()) {}

Values Passes::outputsOfGenerator(const StepRun& run, int64_t n, const at::Tensor& labels) const {
  const profile::Span phase(profile::Kind::Phase, "generator forward");
  const profile::Span span(profile::Kind::Network, "generator");
  const Graph& graph = generator_;
  const PrecisionScope precision(options_.bfloat16, graph.device());
  return graph.forward(inputsOf(graph, "z", run.latents(n), labels), run.mode());
}

Fakes Passes::generate(const StepRun& run, int64_t n, const at::Tensor& labels) const {
  const Values outputs = outputsOfGenerator(run, n, labels);
  const auto gate = outputs.find("gate");
  return {packed(outputs.at("image")), labels, gate == outputs.end() ? at::Tensor() : gate->second};
}

at::Tensor Passes::packed(const at::Tensor& images) const {
  const int64_t m = options_.packing;
  if (m == 1) return images;
  return images.reshape({images.size(0) / m, images.size(1) * m, images.size(2), images.size(3)});
}

at::Tensor Passes::unpacked(const at::Tensor& images) const {
  const int64_t m = options_.packing;
  if (m == 1) return images;
  return images.reshape({images.size(0) * m, images.size(1) / m, images.size(2), images.size(3)});
}

Verdict Passes::judge(const StepRun& run, const at::Tensor& packed, const at::Tensor& labels) const {
  const profile::Span span(profile::Kind::Network, "discriminator");
  const Graph& graph = discriminator_;
  const at::Tensor images = augment_ ? this->packed(augment_->apply(unpacked(packed), run.random)) : packed;
  const PrecisionScope precision(options_.bfloat16, graph.device());
  const Values outputs = graph.forward(inputsOf(graph, "image", images, labels), run.mode());
  const auto logits = [&](const char* name) {
    const auto found = outputs.find(name);
    return found == outputs.end() ? at::Tensor() : found->second.to(at::kFloat);
  };
  return {logits("logits"), logits("classLogits"), logits("expertLogits")};
}

std::pair<Verdict, Verdict> Passes::judgeBoth(const StepRun& run, const at::Tensor& real,
                                              const at::Tensor& fake, const at::Tensor& labels) const {
  // A gradient at one half only would have to go through the other as well.
  if (!merges_ || real.requires_grad() || fake.requires_grad()) {
    Verdict ofReal = profile::phase("discriminator forward real", [&] { return judge(run, real, labels); });
    Verdict ofFake = profile::phase("discriminator forward fake", [&] { return judge(run, fake, labels); });
    return {std::move(ofReal), std::move(ofFake)};
  }
  const Verdict both = profile::phase("discriminator forward both", [&] {
    return judge(run, at::cat({real, fake.to(real.scalar_type())}),
                 labels.defined() ? at::cat({labels, labels}) : labels);
  });
  const int64_t n = real.size(0);
  const auto half = [&](int64_t first) {
    const auto of = [&](const at::Tensor& values) {
      return values.defined() ? values.narrow(0, first, n) : values;
    };
    return Verdict{of(both.logits), of(both.classLogits), of(both.expertLogits)};
  };
  return {half(0), half(n)};
}

}  // namespace ganode
