#include "procedure/step.h"

#include <algorithm>
#include <set>

#include "procedure/refuse.h"
#include "procedure/runner.h"

namespace ganode {
namespace {

void addNorms(const std::vector<UpdateSpec>& updates, std::vector<std::string>& columns) {
  for (const UpdateSpec& update : updates) {
    if (update.kind == UpdateSpec::Kind::Move && update.every == 1) {
      for (const std::string& network : update.networks) {
        const std::string column = network + "GradientNorm";
        if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
      }
    }
    addNorms(update.parts, columns);
  }
}

// Columns that sessions fill themselves, whatever a procedure has.
bool isOwn(const std::string& column) {
  return column.ends_with("GradientNorm") || column == "lod" || column == "augmentProbability";
}

std::vector<std::string> columnsOfProcedure(const ProcedureSpec& spec, bool grows, bool augments) {
  std::vector<std::string> columns;
  for (const auto& [column, unused] : spec.report) columns.push_back(column);
  addNorms(spec.updates, columns);
  if (grows) columns.emplace_back("lod");
  if (augments) columns.emplace_back("augmentProbability");
  return columns;
}

}  // namespace

ProcedureStep::ProcedureStep(Options options, Procedure procedure, std::vector<Player*> players)
    : options_(std::move(options)),
      procedure_(std::move(procedure)),
      players_(std::move(players)),
      augment_(options_.augment.is_null() ? std::nullopt
                                          : std::make_optional<AugmentControl>(options_.augment)),
      terms_(columnsOfProcedure(procedure_.spec(), options_.grows, augment_.has_value())) {
  for (const ProcedureValue& value : procedure_.values()) {
    if (value.function) value.function->moveTo(players_.front()->graph().device());
  }
  for (const auto& [column, unused] : procedure_.spec().report) {
    if (!isOwn(column)) continue;
    refuseProcedure("report of " + column + ": that column is the session's own");
  }
  const Plan whole = planOfAll();
  std::set<std::string> reported;
  bool watches = false;
  for (const Instruction& one : whole.instructions) {
    if (one.kind == Instruction::Kind::Report) reported.insert(one.column);
    watches = watches || one.kind == Instruction::Kind::Watch;
  }
  for (const auto& [column, value] : procedure_.spec().report) {
    if (reported.contains(column)) continue;
    refuseProcedure("report of " + column + ": no update computes all that \"" + value +
                    "\" takes at one time");
  }
  if (augment_ && augment_->adaptive() && !watches) {
    refuseProcedure("an adaptive augmentation expects watched, the logits of real images");
  }
}

Plan ProcedureStep::planOfAll() {
  turns_.clear();
  turnsOfStep_.clear();
  return makePlan(procedure_, options_.accumulation, [this](const UpdateSpec& update, int64_t index) {
    turns_.push_back({&update, index});
    turnsOfStep_[&update] = std::max(turnsOfStep_[&update], index + 1);
    return true;
  });
}

bool ProcedureStep::isDue(const Turn& turn, const StepPosition& position) const {
  const UpdateSpec& update = *turn.update;
  if (position.images < update.from || position.images >= update.until) return false;
  return (position.step * turnsOfStep_.at(&update) + turn.index) % update.every == 0;
}

const Plan& ProcedureStep::planFor(const StepPosition& position) {
  std::vector<bool> due;
  for (const Turn& turn : turns_) due.push_back(isDue(turn, position));
  const auto found = plans_.find(due);
  if (found != plans_.end()) return found->second;
  size_t next = 0;
  Plan plan = makePlan(procedure_, options_.accumulation,
                       [&](const UpdateSpec&, int64_t) { return static_cast<bool>(due[next++]); });
  return plans_.emplace(std::move(due), std::move(plan)).first->second;
}

at::Tensor ProcedureStep::launch(const StepData& data, const StepDraws& draws, const StepPosition& position) {
  if (augment_) augment_->begin(position.images);
  for (Player* player : players_) {
    if (position.restartsOptimizers) player->restartOptimizer();
    player->setLearningRateFactor(position.learningRateFactor);
    if (position.lod && player->graph().levels() > 0) player->graph().setLod(*position.lod);
  }
  const RunnerContext context{
      data,
      draws,
      position,
      players_,
      augment_ ? &*augment_ : nullptr,
      options_.bfloat16,
      [this](const std::string& column, const at::Tensor& value) { terms_.add(column, value); }};
  runPlan(planFor(position), procedure_, context);
  if (position.lod) terms_.set("lod", *position.lod);
  if (augment_) {
    terms_.set("augmentProbability", augment_->probability());
    augment_->end(position.step + 1, position.imagesPerStep);
  }
  return terms_.row();
}

std::vector<std::pair<std::string, at::Tensor>> ProcedureStep::state() const {
  std::vector<std::pair<std::string, at::Tensor>> all;
  for (const ProcedureValue& value : procedure_.values()) {
    if (!value.function) continue;
    for (const auto& [name, tensor] : value.function->state())
      all.emplace_back("procedure." + value.name + "." + name, tensor);
  }
  if (augment_ && augment_->adaptive()) all.emplace_back("augment", augment_->state());
  return all;
}

std::string ProcedureStep::describePlan() const {
  const Plan plan =
      makePlan(procedure_, options_.accumulation, [](const UpdateSpec&, int64_t) { return true; });
  return describe(plan, procedure_);
}

}  // namespace ganode
