// A trained encoder with its decoder, outside training: codes of images, reconstructions, the bound.
#pragma once

#include <optional>
#include <string>

#include "graph/graph.h"
#include "step/autoencoding.h"
#include "step/network.h"
#include "step/options.h"

namespace ganode {

// How images are encoded and measured.
struct EncodeOptions {
  at::Tensor images;    // [n, C, H, W]: uint8, which is scaled to [-1, 1], or float32
  bool mean = true;     // the posterior's mean in place of draws
  uint64_t seed = 0;    // of draws
  int64_t samples = 1;  // draws an image, for the bound
  int64_t batch = 64;   // images a forward pass
};

// Each [n], in nats, double precision.
struct Bound {
  at::Tensor reconstruction;  // -log p(x|z), the mean over draws of z
  at::Tensor kl;              // undefined where the encoder's posterior has no density
  at::Tensor squaredError;    // of the decoder's images, the mean over values, on [-1, 1]
};

class Autoencoder {
 public:
  static constexpr const char* kNoun = "autoencoder";  // for messages

  // The encoder and the generator of a training checkpoint, and what judges their codes where the bound needs
  // it. Called on the thread that will run it. Throws Error("CHECKPOINT_…"), among them CHECKPOINT_MISMATCH
  // for a GAN's.
  static Autoencoder open(const std::string& path, const NetworkOptions& options);

  // [n, latentSize].
  at::Tensor encode(const EncodeOptions& options) const;
  // Images of codes, as Network::sample makes them.
  at::Tensor decode(SampleOptions options) const;
  // Images of the codes of images.
  at::Tensor reconstruct(const EncodeOptions& options, bool uint8) const;
  // The terms of the evidence lower bound. The divergence is in closed form for a Gaussian posterior; of
  // adversarial variational Bayes it is what its discriminator estimates.
  Bound bound(const EncodeOptions& options) const;

  uint64_t bytes() const;

 private:
  Autoencoder(const SessionOptions& recipe, const NetworkOptions& options);
  // Calls `use` with each batch of images, on the device.
  template <typename Use>
  void forBatches(const EncodeOptions& options, Use use) const;
  Posterior posterior(const at::Tensor& images, const NoiseSource& noise) const;
  at::Tensor divergence(const at::Tensor& images, const Posterior& posterior) const;

  Values decoded(const at::Tensor& codes) const;

  at::Device device_;
  bool bfloat16_;
  AutoencodingOptions autoencoding_;
  Graph encoder_;
  Graph generator_;
  mutable SamplingRecordings sampling_;
  std::optional<Graph> discriminator_;
};

}  // namespace ganode
