// Training of an encoder with a decoder, which is the generator: the variational autoencoder and its
// adversarial kin. Each procedure is one update of every network from the same weights, as its algorithm has
// it, but for the adversarial autoencoder, whose updates follow one another.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "objective/adversarial.h"
#include "objective/variational.h"
#include "optimizer/schedule.h"
#include "step/player.h"
#include "step/posterior.h"
#include "step/step.h"
#include "step/terms.h"

namespace ganode {

enum class AutoencodingKind {
  // Kingma & Welling 2014, "Auto-Encoding Variational Bayes", algorithm 1, with the KL divergence in closed
  // form (their estimator B). No discriminator.
  Vae,
  // Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric", algorithm 1: the
  // reconstruction's likelihood is that of D's output `features`.
  VaeGan,
  // Makhzani et al. 2016, "Adversarial Autoencoders": D tells codes from the prior's.
  Aae,
  // Mescheder et al. 2017, "Adversarial Variational Bayes", algorithm 1, without adaptive contrast: D(x, z)
  // learns log q(z|x) - log p(z), so that q needs no density.
  Avb,
};

struct AutoencodingOptions {
  AutoencodingKind kind = AutoencodingKind::Vae;
  Likelihood likelihood;             // p(x|z); of VaeGan for what is reported only
  Schedule beta = 1.0;               // weight of the KL divergence (Higgins et al. 2017)
  Schedule gamma = 1.0;              // VaeGan: weight of the features' likelihood in G's loss
  Schedule adversarialWeight = 1.0;  // Aae: of the encoder's adversarial loss
  LossOptions loss;                  // VaeGan and Aae
  int64_t latentSize = 0;
  int64_t batch = 1;
  int64_t accumulation = 1;
  bool bfloat16 = false;

  // Throws Error("INVALID_OPTION").
  static AutoencodingKind parseKind(const std::string& name);
  bool hasDiscriminator() const { return kind != AutoencodingKind::Vae; }
};

class AutoencodingStep : public Step {
 public:
  // `discriminator`: nullptr where the kind has none. Throws Error("INVALID_GRAPH") where the networks do not
  // fit.
  AutoencodingStep(AutoencodingOptions options, Player& encoder, Player& generator, Player* discriminator);

  const std::vector<std::string>& columns() const override { return terms_.columns(); }
  at::Tensor launch(const StepData& data, const StepDraws& draws, const StepPosition& position) override;
  RowReader reader() const override { return terms_.reader(); }

 private:
  struct Verdict {
    at::Tensor logits;
    at::Tensor features;  // undefined: D has no such output
  };
  // What one step is run with.
  struct Run {
    const StepData& data;
    const StepDraws& draws;
    const StepPosition& position;
  };

  Posterior encode(const Run& run, const at::Tensor& images) const;
  Values decode(const Run& run, const at::Tensor& codes) const;
  Verdict judge(const Run& run, const Values& inputs, const char* phase) const;

  void updateVae(const Run& run);
  void updateVaeGan(const Run& run);
  void updateAae(const Run& run);
  void updateAvb(const Run& run);
  void regularize(const Run& run);

  // -log p(x|z), the mean over the batch.
  at::Tensor reconstruction(const Values& decoded, const at::Tensor& images) const;
  // Gathers G's gradients of the reconstruction's loss, and the encoder's of that and of `weight` · `kl`.
  void gatherBound(const Posterior& posterior, const at::Tensor& reconstruction, const at::Tensor& kl,
                   double weight);
  void move(Player& player, const char* column, const Run& run);
  void reportBound(const at::Tensor& reconstruction, const at::Tensor& kl);
  // A batch's share of an update's loss: the gradients of accumulated batches are averaged.
  double share() const { return 1 / static_cast<double>(options_.accumulation); }

  AutoencodingOptions options_;
  Player& encoder_;
  Player& generator_;
  Player* discriminator_;
  StepTerms terms_;
};

}  // namespace ganode
