// A step of a training whose procedure is data.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "procedure/plan.h"
#include "step/augment_control.h"
#include "step/player.h"
#include "step/step.h"
#include "step/terms.h"

namespace ganode {

class ProcedureStep final : public Step {
 public:
  struct Options {
    int64_t accumulation = 1;
    bool bfloat16 = false;
    nlohmann::json augment;  // a recipe's `augment`; null: none
    bool grows = false;      // the networks grow, and the level of detail is reported
  };

  // `players` by the names of the procedure's networks, in their order. Throws Error("INVALID_OPTION").
  ProcedureStep(Options options, Procedure procedure, std::vector<Player*> players);

  const std::vector<std::string>& columns() const override { return terms_.columns(); }
  at::Tensor launch(const StepData& data, const StepDraws& draws, const StepPosition& position) override;
  RowReader reader() const override { return terms_.reader(); }
  std::vector<std::pair<std::string, at::Tensor>> state() const override;

  // The plan of a step in which every update is due, as people read it.
  std::string describePlan() const;

 private:
  // An update that may not be due, at its so manieth turn within a step.
  struct Turn {
    const UpdateSpec* update;
    int64_t index;
  };

  Plan planOfAll();
  bool isDue(const Turn& turn, const StepPosition& position) const;
  const Plan& planFor(const StepPosition& position);

  Options options_;
  Procedure procedure_;
  std::vector<Player*> players_;
  std::optional<AugmentControl> augment_;
  StepTerms terms_;
  std::vector<Turn> turns_;  // in the order in which a plan asks for them
  std::map<const UpdateSpec*, int64_t> turnsOfStep_;
  // By which turns are due.
  std::map<std::vector<bool>, Plan> plans_;
};

}  // namespace ganode
