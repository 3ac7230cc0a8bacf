// Runs a plan.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "procedure/plan.h"
#include "step/augment_control.h"
#include "step/player.h"
#include "step/step.h"

namespace ganode {

// What a plan is run with.
struct RunnerContext {
  const StepData& data;
  const StepDraws& draws;
  const StepPosition& position;
  const std::vector<Player*>& players;  // in the order of the procedure's networks
  AugmentControl* augment = nullptr;
  bool bfloat16 = false;
  // Takes what is reported: a column and its value, a scalar.
  std::function<void(const std::string& column, const at::Tensor& value)> report;
};

void runPlan(const Plan& plan, const Procedure& procedure, const RunnerContext& context);

}  // namespace ganode
