#include "step/autoencoding.h"

#include <ATen/ATen.h>

#include <array>
#include <utility>

#include "device/device.h"
#include "error.h"
#include "profile/recorder.h"
#include "step/trio.h"

namespace ganode {
namespace {

constexpr std::array<std::pair<const char*, AutoencodingKind>, 4> kAutoencodingKinds = {{
    {"vae", AutoencodingKind::Vae},
    {"vaeGan", AutoencodingKind::VaeGan},
    {"aae", AutoencodingKind::Aae},
    {"avb", AutoencodingKind::Avb},
}};

std::vector<std::string> columnsOf(AutoencodingKind kind) {
  std::vector<std::string> columns;
  const auto add = [&](std::initializer_list<const char*> names) {
    columns.insert(columns.end(), names.begin(), names.end());
  };
  if (kind != AutoencodingKind::Aae) add({"elbo"});
  add({"reconstruction"});
  if (kind != AutoencodingKind::Aae) add({"kl"});
  if (kind == AutoencodingKind::VaeGan) add({"featureReconstruction"});
  add({"encoderGradientNorm", "generatorGradientNorm"});
  if (kind == AutoencodingKind::Vae) return columns;
  add({"discriminatorLoss", "discriminatorAccuracy", "discriminatorGradientNorm"});
  if (kind == AutoencodingKind::VaeGan) add({"generatorLoss", "realLogit", "fakeLogit", "sampleDiversity"});
  if (kind == AutoencodingKind::Aae) add({"encoderLoss", "realLogit", "fakeLogit"});
  return columns;
}

}  // namespace

AutoencodingKind AutoencodingOptions::parseKind(const std::string& name) {
  for (const auto& [word, kind] : kAutoencodingKinds) {
    if (name == word) return kind;
  }
  throw Error("INVALID_OPTION",
              "expected autoencoding.kind to be one of 'vae', 'vaeGan', 'aae', 'avb', got '" + name + "'");
}

AutoencodingStep::AutoencodingStep(AutoencodingOptions options, Player& encoder, Player& generator,
                                   Player* discriminator)
    : options_(options),
      encoder_(encoder),
      generator_(generator),
      discriminator_(discriminator),
      terms_(columnsOf(options_.kind)) {
  requireTrio(options_, encoder.graph(), generator.graph(),
              discriminator == nullptr ? nullptr : &discriminator->graph());
}

Posterior AutoencodingStep::encode(const Run& run, const at::Tensor& images) const {
  return ganode::encode(encoder_.graph(), images, run.draws.noise, Mode{true, &run.draws.random},
                        options_.bfloat16);
}

Values AutoencodingStep::decode(const Run& run, const at::Tensor& codes) const {
  const profile::Span phase(profile::Kind::Phase, "generator forward");
  const profile::Span span(profile::Kind::Network, "generator");
  const Graph& graph = generator_.graph();
  const PrecisionScope precision(options_.bfloat16, graph.device());
  return graph.forward({{"z", codes}}, Mode{true, &run.draws.random});
}

AutoencodingStep::Verdict AutoencodingStep::judge(const Run& run, const Values& inputs,
                                                  const char* phase) const {
  const profile::Span phaseSpan(profile::Kind::Phase, "discriminator forward ", phase);
  const profile::Span span(profile::Kind::Network, "discriminator");
  const Graph& graph = discriminator_->graph();
  const PrecisionScope precision(options_.bfloat16, graph.device());
  const Values outputs = graph.forward(inputs, Mode{true, &run.draws.random});
  Verdict verdict{outputs.at("logits").to(at::kFloat), {}};
  if (const auto found = outputs.find("features"); found != outputs.end())
    verdict.features = found->second.to(at::kFloat);
  return verdict;
}

at::Tensor AutoencodingStep::reconstruction(const Values& decoded, const at::Tensor& images) const {
  const Likelihood& likelihood = options_.likelihood;
  return likelihood.negativeLog(decoded.at(likelihood.output()).to(at::kFloat), images).mean();
}

void AutoencodingStep::reportBound(const at::Tensor& reconstruction, const at::Tensor& kl) {
  const at::NoGradGuard noGrad;
  terms_.add("elbo", -(reconstruction + kl));
  terms_.add("reconstruction", reconstruction);
  terms_.add("kl", kl);
}

void AutoencodingStep::gatherBound(const Posterior& posterior, const at::Tensor& reconstruction,
                                   const at::Tensor& kl, double weight) {
  // One backward pass of G serves both: what it brings to the codes goes on into the encoder.
  const at::Tensor& code = posterior.code;
  const at::Tensor input = code.requires_grad() ? code : at::Tensor();
  const at::Tensor atCode =
      generator_.gather({reconstruction}, {at::ones_like(reconstruction) * share()}, input);
  std::vector<at::Tensor> roots;
  std::vector<at::Tensor> gradients;
  if (atCode.defined()) {
    roots.push_back(code);
    gradients.push_back(atCode);
  }
  if (kl.defined()) {
    roots.push_back(kl);
    gradients.push_back(at::ones_like(kl) * (weight * share()));
  }
  encoder_.gather(roots, gradients);
}

void AutoencodingStep::move(Player& player, const char* column, const Run& run) {
  terms_.add(column, player.update(run.position.images));
}

void AutoencodingStep::updateVae(const Run& run) {
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    const at::Tensor images = run.data.images[part];
    const Posterior posterior = encode(run, images);
    const at::Tensor loss = reconstruction(decode(run, posterior.code), images);
    const at::Tensor kl = gaussianKl(posterior.mean, posterior.logVariance).mean();
    reportBound(loss, kl);
    gatherBound(posterior, loss, kl, options_.beta.at(run.position.images));
  }
  move(encoder_, "encoderGradientNorm", run);
  move(generator_, "generatorGradientNorm", run);
}

void AutoencodingStep::updateVaeGan(const Run& run) {
  const double gamma = options_.gamma.at(run.position.images);
  const double beta = options_.beta.at(run.position.images);
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    const at::Tensor images = run.data.images[part];
    const Posterior posterior = encode(run, images);
    const at::Tensor kl = gaussianKl(posterior.mean, posterior.logVariance).mean();
    const Values decoded = decode(run, posterior.code);
    const at::Tensor fakes = decode(run, run.draws.latents(options_.batch)).at("image");
    const Verdict real = judge(run, {{"image", images}}, "real");
    const Verdict again = judge(run, {{"image", decoded.at("image")}}, "reconstruction");
    const Verdict fake = judge(run, {{"image", fakes}}, "fake");

    // log D(x) + log(1 - D(x~)) + log(1 - D(x_p)), each a mean: what D maximizes.
    const LossOptions minimax{LossKind::Minimax, 0};
    const at::Tensor lossOfD =
        discriminatorLoss(options_.loss, real.logits, again.logits) - generatorLoss(minimax, fake.logits, {});
    const at::Tensor lossOfG =
        generatorLoss(options_.loss, again.logits, {}) + generatorLoss(options_.loss, fake.logits, {});
    const at::Tensor features = gaussianNegativeLog(again.features, real.features, 1).mean();
    {
      const at::NoGradGuard noGrad;
      reportBound(reconstruction(decoded, images), kl);
      terms_.add("realLogit", real.logits.mean());
      terms_.add("fakeLogit", fake.logits.mean());
      terms_.add("discriminatorAccuracy",
                 discriminatorAccuracy(options_.loss.kind, real.logits, fake.logits));
      if (options_.batch > 1) terms_.add("sampleDiversity", sampleDiversity(fakes, images));
    }
    terms_.add("featureReconstruction", features);
    terms_.add("discriminatorLoss", lossOfD);
    terms_.add("generatorLoss", lossOfG);

    const at::Tensor one = at::ones_like(lossOfD) * share();
    discriminator_->gather({lossOfD}, {one}, {}, /*retainGraph=*/true);
    generator_.gather({features, lossOfG}, {one * gamma, one}, {}, /*retainGraph=*/true);
    encoder_.gather({features, kl}, {one, one * beta});
  }
  move(encoder_, "encoderGradientNorm", run);
  move(generator_, "generatorGradientNorm", run);
  move(*discriminator_, "discriminatorGradientNorm", run);
}

void AutoencodingStep::updateAae(const Run& run) {
  {
    const profile::Span span(profile::Kind::Phase, "reconstruction");
    for (int64_t part = 0; part < options_.accumulation; ++part) {
      const at::Tensor images = run.data.images[part];
      const Posterior posterior = encode(run, images);
      const at::Tensor loss = reconstruction(decode(run, posterior.code), images);
      terms_.add("reconstruction", loss);
      gatherBound(posterior, loss, {}, 0);
    }
    move(encoder_, "encoderGradientNorm", run);
    move(generator_, "generatorGradientNorm", run);
  }
  regularize(run);
}

void AutoencodingStep::regularize(const Run& run) {
  const profile::Span span(profile::Kind::Phase, "regularization");
  const LossOptions& loss = options_.loss;
  struct Codes {
    at::Tensor ofImages;  // with the encoder's graph, which D's update leaves as it is
    at::Tensor ofPrior;
  };
  std::vector<Codes> kept;
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    const Codes codes{encode(run, run.data.images[part]).code,
                      run.draws.latents(options_.batch).to(encoder_.graph().device())};
    const Verdict real = judge(run, {{"z", codes.ofPrior}}, "real");
    const Verdict fake = judge(run, {{"z", codes.ofImages.detach()}}, "fake");
    const at::Tensor value = discriminatorLoss(loss, real.logits, fake.logits);
    {
      const at::NoGradGuard noGrad;
      terms_.add("discriminatorAccuracy", discriminatorAccuracy(loss.kind, real.logits, fake.logits));
      terms_.add("realLogit", real.logits.mean());
      terms_.add("fakeLogit", fake.logits.mean());
    }
    terms_.add("discriminatorLoss", value);
    discriminator_->gather(value * share());
    kept.push_back(codes);
  }
  move(*discriminator_, "discriminatorGradientNorm", run);

  const Player::Frozen frozen(*discriminator_);
  for (const Codes& codes : kept) {
    at::Tensor realLogits;
    if (isRelativistic(loss.kind)) {
      const at::NoGradGuard noGrad;
      realLogits = judge(run, {{"z", codes.ofPrior}}, "real").logits;
    }
    const at::Tensor logits = judge(run, {{"z", codes.ofImages}}, "fake").logits;
    const at::Tensor value = generatorLoss(loss, logits, realLogits);
    terms_.add("encoderLoss", value);
    encoder_.gather(value * (options_.adversarialWeight.at(run.position.images) * share()));
  }
  move(encoder_, "encoderGradientNorm", run);
}

void AutoencodingStep::updateAvb(const Run& run) {
  const LossOptions logistic{LossKind::NonSaturating, 0};
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    const at::Tensor images = run.data.images[part];
    const Posterior posterior = encode(run, images);
    const at::Tensor loss = reconstruction(decode(run, posterior.code), images);
    const Verdict ofPosterior = judge(run, {{"image", images}, {"z", posterior.code}}, "posterior");
    const Verdict ofPrior =
        judge(run, {{"image", images}, {"z", run.draws.latents(options_.batch)}}, "prior");
    // At its optimum D is log q(z|x) - log p(z), so its mean under q is the KL divergence.
    const at::Tensor kl = ofPosterior.logits.mean();
    const at::Tensor lossOfD = discriminatorLoss(logistic, ofPosterior.logits, ofPrior.logits);
    reportBound(loss, kl);
    terms_.add("discriminatorLoss", lossOfD);
    {
      const at::NoGradGuard noGrad;
      terms_.add("discriminatorAccuracy",
                 discriminatorAccuracy(logistic.kind, ofPosterior.logits, ofPrior.logits));
    }
    discriminator_->gather({lossOfD}, {at::ones_like(lossOfD) * share()}, {}, /*retainGraph=*/true);
    gatherBound(posterior, loss, kl, options_.beta.at(run.position.images));
  }
  move(encoder_, "encoderGradientNorm", run);
  move(generator_, "generatorGradientNorm", run);
  move(*discriminator_, "discriminatorGradientNorm", run);
}

at::Tensor AutoencodingStep::launch(const StepData& data, const StepDraws& draws,
                                    const StepPosition& position) {
  const Run run{data, draws, position};
  switch (options_.kind) {
    case AutoencodingKind::Vae:
      updateVae(run);
      break;
    case AutoencodingKind::VaeGan:
      updateVaeGan(run);
      break;
    case AutoencodingKind::Aae:
      updateAae(run);
      break;
    case AutoencodingKind::Avb:
      updateAvb(run);
      break;
  }
  return terms_.row();
}

}  // namespace ganode
