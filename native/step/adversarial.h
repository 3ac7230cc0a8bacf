// The fused adversarial step: D's updates, then G's, then the weight average, with no crossing between.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <array>
#include <functional>
#include <vector>

#include "objective/adversarial.h"
#include "step/player.h"

namespace ganode {

// Numbers of one step, each the mean over its updates. Columns of RunReport in lib/native.ts.
struct StepStats {
  static constexpr std::array<const char*, 5> kColumns = {"discriminatorLoss", "generatorLoss", "realLogit",
                                                          "fakeLogit", "discriminatorAccuracy"};
  std::array<double, 5> values{};
};

// Real items of one step.
struct StepData {
  at::Tensor images;  // [discriminatorSteps × accumulation, batch, C, H, W], in [-1, 1]
  at::Tensor labels;  // int64 [discriminatorSteps × accumulation, batch]; undefined: none
};

class AdversarialStep {
 public:
  struct Options {
    AdversarialLoss loss;
    int64_t discriminatorSteps;
    int64_t generatorSteps;
    int64_t accumulation;
    bool bfloat16;
  };
  // Gives the latents of the next G forward pass, [n, latentSize].
  using LatentSource = std::function<at::Tensor(int64_t n)>;

  AdversarialStep(Options options, Player& generator, Player& discriminator)
      : options_(options), generator_(generator), discriminator_(discriminator) {}

  // `random` serves operators that draw (dropout).
  StepStats run(const StepData& data, const LatentSource& latents, at::Generator& random);

 private:
  // A batch of fakes and the labels they were made for.
  struct Fakes {
    at::Tensor images;
    at::Tensor labels;
  };

  Fakes generate(int64_t n, const at::Tensor& labels, const LatentSource& latents,
                 at::Generator& random) const;
  at::Tensor judge(const at::Tensor& images, const at::Tensor& labels, at::Generator& random) const;
  void updateDiscriminator(const StepData& data, int64_t update, const LatentSource& latents,
                           at::Generator& random);
  void updateGenerator(bool fresh, const StepData& data, const LatentSource& latents, at::Generator& random);

  Options options_;
  Player& generator_;
  Player& discriminator_;
  std::vector<Fakes> kept_;  // of the last D-update, with their graph, for the first G-update
  std::vector<at::Tensor> discriminatorTerms_;  // each [loss, real logit, fake logit, accuracy]
  std::vector<at::Tensor> generatorTerms_;
};

}  // namespace ganode
