#include "step/autoencoder.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "device/device.h"
#include "error.h"
#include "step/bytes.h"
#include "step/latent.h"
#include "step/trained.h"
#include "step/trio.h"

namespace ganode {

Autoencoder::Autoencoder(const SessionOptions& recipe, const NetworkOptions& options)
    : device_(prepareThread(options.threads, options.device)),
      bfloat16_(chooseBfloat16(options.precision, device_)),
      autoencoding_(*recipe.autoencoding),
      encoder_(recipe.encoder->graph),
      generator_(recipe.generator.graph) {
  // The discriminator of the others knows nothing of q(z|x).
  if (autoencoding_.kind == AutoencodingKind::Avb) discriminator_.emplace(recipe.discriminator->graph);
  autoencoding_.latentSize = recipe.latentSize;
  requireTrio(autoencoding_, encoder_, generator_, discriminator_ ? &*discriminator_ : nullptr);
  at::Generator random = makeGenerator(options.seed);
  for (Graph* graph : {&encoder_, &generator_, discriminator_ ? &*discriminator_ : nullptr}) {
    if (graph != nullptr) graph->materialize(device_, at::kFloat, random);
  }
}

Autoencoder Autoencoder::open(const std::string& path, const NetworkOptions& options) {
  const Trained checkpoint(path);
  const auto found = checkpoint.recipe().find("autoencoding");
  if (found == checkpoint.recipe().end() || found->is_null())
    checkpoint.mismatch("expected an autoencoder, and its recipe has no encoder");
  const SessionOptions recipe = parseSessionOptions(checkpoint.recipe().dump());
  checkpoint.require("encoder", options.ema, Graph(recipe.encoder->graph));
  checkpoint.require("generator", options.ema, Graph(recipe.generator.graph));
  if (recipe.autoencoding->kind == AutoencodingKind::Avb)
    checkpoint.require("discriminator", false, Graph(recipe.discriminator->graph));
  Autoencoder autoencoder(recipe, options);
  checkpoint.read("encoder", options.ema, autoencoder.encoder_);
  checkpoint.read("generator", options.ema, autoencoder.generator_);
  if (autoencoder.discriminator_) checkpoint.read("discriminator", false, *autoencoder.discriminator_);
  SampleOptions statistics;
  statistics.uniformLatents = checkpoint.uniformLatents();
  statistics.bfloat16 = autoencoder.bfloat16_;
  estimateStatistics(autoencoder.generator_, options.standingStatistics, statistics);
  return autoencoder;
}

template <typename Use>
void Autoencoder::forBatches(const EncodeOptions& options, Use use) const {
  const Dims& shape = encoder_.shapeOf("image").dims;
  const at::Tensor& images = options.images;
  if (images.dim() != 4 || images.sizes().slice(1) != at::IntArrayRef(shape) || images.size(0) == 0) {
    throw Error("INVALID_DATA",
                "images: expected a batch of " + describe(shape) + ", got " + describe(images.sizes().vec()));
  }
  const int64_t n = images.size(0);
  for (int64_t start = 0; start < n; start += options.batch)
    use(fromBytes(images.narrow(0, start, std::min(options.batch, n - start))).to(device_, at::kFloat));
}

Posterior Autoencoder::posterior(const at::Tensor& images, const NoiseSource& noise) const {
  return ganode::encode(encoder_, images, noise, Mode{}, bfloat16_);
}

Values Autoencoder::decoded(const at::Tensor& codes) const {
  const PrecisionScope precision(bfloat16_, device_);
  return generator_.forward({{"z", codes}}, Mode{});
}

at::Tensor Autoencoder::encode(const EncodeOptions& options) const {
  const at::NoGradGuard noGrad;
  at::Generator random = makeGenerator(options.seed);
  const NoiseSource noise = [&](int64_t n, int64_t size) {
    return drawLatents(n, size, /*uniform=*/false, std::nullopt, random);
  };
  // Without a density there is no mean to give: then a draw.
  const bool mean = options.mean && isGaussian(encoder_);
  std::vector<at::Tensor> parts;
  forBatches(options, [&](const at::Tensor& images) {
    const Posterior found = posterior(images, mean && !encoder_.hasInput("noise") ? NoiseSource() : noise);
    parts.push_back((mean ? found.mean : found.code).to(at::kFloat).cpu());
  });
  return at::cat(parts).contiguous();
}

at::Tensor Autoencoder::decode(SampleOptions options) const {
  options.bfloat16 = bfloat16_;
  return ganode::sample(generator_, options, sampling_);
}

at::Tensor Autoencoder::reconstruct(const EncodeOptions& options, bool uint8) const {
  SampleOptions decoding;
  decoding.latents = encode(options).flatten();
  decoding.batch = options.batch;
  decoding.uint8 = uint8;
  return decode(decoding);
}

at::Tensor Autoencoder::divergence(const at::Tensor& images, const Posterior& posterior) const {
  if (discriminator_) {
    const PrecisionScope precision(bfloat16_, device_);
    const Values outputs = discriminator_->forward({{"image", images}, {"z", posterior.code}}, Mode{});
    return outputs.at("logits").to(at::kFloat).flatten();
  }
  return isGaussian(encoder_) && !encoder_.hasInput("noise")
             ? gaussianKl(posterior.mean, posterior.logVariance)
             : at::Tensor();
}

Bound Autoencoder::bound(const EncodeOptions& options) const {
  const at::NoGradGuard noGrad;
  at::Generator random = makeGenerator(options.seed);
  const NoiseSource noise = [&](int64_t n, int64_t size) {
    return drawLatents(n, size, /*uniform=*/false, std::nullopt, random);
  };
  struct Sums {
    at::Tensor reconstruction;
    at::Tensor kl;
    at::Tensor squaredError;
  };
  std::vector<at::Tensor> reconstruction;
  std::vector<at::Tensor> kl;
  std::vector<at::Tensor> squaredError;
  const double share = 1 / static_cast<double>(options.samples);
  const auto add = [&](at::Tensor& sum, const at::Tensor& term) {
    if (!term.defined()) return;
    const at::Tensor part = term.to(at::kDouble) * share;
    sum = sum.defined() ? sum + part : part;
  };
  forBatches(options, [&](const at::Tensor& images) {
    Sums sums;
    for (int64_t draw = 0; draw < options.samples; ++draw) {
      const Posterior found = posterior(images, noise);
      const Values outputs = decoded(found.code);
      const Likelihood& likelihood = autoencoding_.likelihood;
      add(sums.reconstruction,
          likelihood.negativeLog(outputs.at(likelihood.output()).to(at::kFloat), images));
      add(sums.kl, divergence(images, found));
      add(sums.squaredError, (outputs.at("image").to(at::kFloat) - images).square().flatten(1).mean(1));
    }
    reconstruction.push_back(sums.reconstruction.cpu());
    if (sums.kl.defined()) kl.push_back(sums.kl.cpu());
    squaredError.push_back(sums.squaredError.cpu());
  });
  return {at::cat(reconstruction), kl.empty() ? at::Tensor() : at::cat(kl), at::cat(squaredError)};
}

uint64_t Autoencoder::bytes() const {
  return encoder_.bytes() + generator_.bytes() + (discriminator_ ? discriminator_->bytes() : 0);
}

}  // namespace ganode
