// The fused adversarial step: D's updates, then G's, with no crossing between.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "objective/adversarial.h"
#include "objective/penalty.h"
#include "optimizer/schedule.h"
#include "step/augment_control.h"
#include "step/passes.h"
#include "step/player.h"
#include "step/step.h"
#include "step/terms.h"
#include "step/timeline.h"

namespace ganode {

class AdversarialStep : public Step {
 public:
  struct Options {
    LossOptions loss;
    std::optional<Schedule> topK;  // share of the fakes, best first, that G learns from
    // Weights of the cross-entropy of D's output classLogits (Odena et al. 2017).
    double discriminatorClassification = 1;
    double generatorClassification = 1;
    // Of D's output expertLogits, which is to tell the expert that made a fake (Hoang et al. 2018).
    double discriminatorExperts = 1;
    double generatorExperts = 1;
    nlohmann::json penalties;
    nlohmann::json augment;
    std::optional<double> weightClipping;
    int64_t packing = 1;
    int64_t discriminatorSteps = 1;
    int64_t generatorSteps = 1;
    int64_t accumulation = 1;
    // G's update together with D's last, from the same weights and one backward pass (step/one_stage.h);
    // otherwise after it.
    bool simultaneous = false;
    bool grows = false;  // positions say how far the networks have grown
    bool bfloat16 = false;
  };
  AdversarialStep(Options options, Player& generator, Player& discriminator);

  const std::vector<std::string>& columns() const override { return terms_.columns(); }
  at::Tensor launch(const StepData& data, const StepDraws& draws, const StepPosition& position) override;
  RowReader reader() const override { return terms_.reader(); }
  std::vector<std::pair<std::string, at::Tensor>> state() const override;

 private:
  // D's loss on one batch of real images and fakes, its backward pass still to come.
  struct Round {
    Fakes real;
    Fakes fake;
    at::Tensor shown;  // the fakes as D was shown them, without G's graph
    Verdict realVerdict;
    Verdict fakeVerdict;
    at::Tensor loss;
    at::Tensor penalty;           // undefined: none is due
    bool penaltyOfFakes = false;  // the penalty's graph leads to `shown`

    // Frees what the backward pass is done with.
    void forgetGraph() {
      realVerdict = fakeVerdict = {};
      for (at::Tensor* tensor : {&shown, &loss, &penalty}) tensor->reset();
    }
  };
  // Brings the players to where training stands.
  void begin(const StepPosition& position);
  PenaltyContext contextFor(const StepRun& run, const at::Tensor& real, const at::Tensor& fake,
                            const at::Tensor& labels, int64_t interval) const;
  // Sum of a player's penalties of one interval, weighted; undefined: there are none.
  at::Tensor penalties(const StepRun& run, Side side, int64_t interval, const PenaltyContext& context);

  // `keep`: the fakes keep their graph. `trace`: so does D's verdict on them, down to `shown`.
  Round play(const StepRun& run, int64_t microbatch, bool keep, bool trace);
  at::Tensor lossOfGenerator(const StepRun& run, const at::Tensor& realLogits, at::Tensor fakeLogits) const;
  void updateDiscriminator(const StepRun& run, int64_t update);
  // What follows the gathering of D's gradients.
  void moveDiscriminator(const StepRun& run, int64_t update, const std::vector<Round>& rounds);
  void updateTogether(const StepRun& run, int64_t update);
  void updateLazily(const StepRun& run, int64_t update, const std::vector<Round>& rounds);
  void updateGenerator(const StepRun& run, int64_t update);
  void updateGeneratorLazily(const StepRun& run, int64_t update);
  // `fakes`: of the update that they belong to; absent: it is their own.
  at::Tensor penaltiesOfGenerator(const StepRun& run, int64_t part, int64_t interval,
                                  const Fakes* fakes = nullptr);
  // A batch's share of an update's loss: the gradients of accumulated batches are averaged.
  at::Tensor shared(const at::Tensor& loss) const;
  void observe(const at::Tensor& real, const at::Tensor& fake, const Verdict& realVerdict,
               const Verdict& fakeVerdict);
  void observeExperts(const at::Tensor& gate);

  Options options_;
  Player& generator_;
  Player& discriminator_;
  std::vector<WeightedPenalty> penalties_;
  // Of a player's penalties, above 1, each once.
  std::vector<int64_t> lazyIntervalsOfD_;
  std::vector<int64_t> lazyIntervalsOfG_;
  std::optional<AugmentControl> augment_;
  Passes passes_;
  StepTerms terms_;
  std::vector<Fakes> kept_;  // of the last D-update, with their graph, for the first G-update
};

// What share of a player's updates are those of its loss, where penalties of an interval have updates of
// their own; 1 without such.
double lazyRatio(const nlohmann::json& penalties, Side side);

}  // namespace ganode
