#include "procedure/unroll.h"

#include <algorithm>

#include "error.h"

namespace ganode {
namespace {

class Unroller {
 public:
  Unroller(const Procedure& procedure, int64_t accumulation, const DueUpdates& due)
      : procedure_(procedure),
        accumulation_(accumulation),
        due_(due),
        versions_(procedure.networks().size()),
        reported_(procedure.spec().report.size()) {}

  Unrolled run() {
    all(procedure_.spec().updates);
    return std::move(result_);
  }

 private:
  // At which turn, of which batch, with which weights: what a value is computed anew for.
  using Key = std::tuple<size_t, int64_t, int64_t, std::vector<int64_t>>;

  void all(const std::vector<UpdateSpec>& updates) {
    for (const UpdateSpec& update : updates) {
      if (update.kind == UpdateSpec::Kind::Repeat) {
        for (int64_t turn = 0; turn < update.times; ++turn) {
          // The first goes on with what is there.
          if (turn > 0) {
            ++turn_;
            if (!update.sameData) ++data_;
          }
          all(update.parts);
        }
      } else if (update.kind == UpdateSpec::Kind::Clip) {
        clip(update);
      } else {
        one(update);
      }
    }
  }

  void clip(const UpdateSpec& update) {
    Stage stage;
    Instruction clip;
    clip.kind = Instruction::Kind::Clip;
    clip.networks = networksOf(update);
    clip.limit = update.limit;
    for (const size_t network : clip.networks) ++versions_[network];
    stage.moves.push_back(std::move(clip));
    result_.stages.push_back(std::move(stage));
  }

  std::vector<size_t> networksOf(const UpdateSpec& update) const {
    std::vector<size_t> networks;
    for (const std::string& name : update.networks)
      networks.push_back(procedure_.indexOfNetwork(name, "update"));
    return networks;
  }

  void one(const UpdateSpec& update) {
    std::vector<const UpdateSpec*> parts;
    if (update.kind == UpdateSpec::Kind::Move) {
      if (!due_(update, occurrences_[&update]++)) return;
      parts.push_back(&update);
    } else {
      for (const UpdateSpec& part : update.parts) {
        if (due_(part, occurrences_[&part]++)) parts.push_back(&part);
      }
    }
    if (parts.empty()) return;
    for (part_ = 0; part_ < accumulation_; ++part_) {
      Stage stage;
      stage.phase = phaseOf(parts);
      std::set<size_t> wanted;
      for (const UpdateSpec* part : parts) need(procedure_.indexOfValue(part->objective), wanted);
      compute(wanted, stage);
      for (const UpdateSpec* part : parts) {
        Instruction gather;
        gather.kind = Instruction::Kind::Gather;
        gather.instances = {found(procedure_.indexOfValue(part->objective))};
        gather.networks = networksOf(*part);
        gather.weight = static_cast<double>(part->every) / static_cast<double>(accumulation_);
        stage.gathers.push_back(std::move(gather));
      }
      report(stage);
      result_.stages.push_back(std::move(stage));
    }
    for (const UpdateSpec* part : parts) {
      Instruction move;
      move.kind = Instruction::Kind::Move;
      move.networks = networksOf(*part);
      move.lazy = part->every > 1;
      result_.stages.back().moves.push_back(std::move(move));
    }
    for (const UpdateSpec* part : parts) {
      for (const size_t network : networksOf(*part)) ++versions_[network];
    }
  }

  static std::string phaseOf(const std::vector<const UpdateSpec*>& parts) {
    std::string names;
    bool lazy = false;
    for (const UpdateSpec* part : parts) {
      lazy = lazy || part->every > 1;
      for (const std::string& name : part->networks) names += (names.empty() ? "" : ", ") + name;
    }
    return names + (lazy ? " lazy update" : " update");
  }

  Key keyOf(size_t index) const {
    const ProcedureValue& value = procedure_.values()[index];
    std::vector<int64_t> versions;
    for (const size_t network : value.reads) versions.push_back(versions_[network]);
    const int64_t batch = data_ * accumulation_ + part_;
    return {index, value.isFresh ? turn_ * accumulation_ + part_ : -1, value.readsData ? batch : -1,
            versions};
  }

  size_t found(size_t value) const { return known_.at(keyOf(value)); }

  // Adds a value and all it takes that is not there yet.
  void need(size_t value, std::set<size_t>& wanted) const {
    if (wanted.contains(value) || known_.contains(keyOf(value))) return;
    wanted.insert(value);
    for (const size_t input : procedure_.values()[value].inputs) need(input, wanted);
  }

  // In the order of the procedure's values, in which an input stands before what reads it.
  void compute(const std::set<size_t>& wanted, Stage& stage) {
    for (const size_t value : wanted) {
      Instance instance;
      instance.value = value;
      instance.batch = data_ * accumulation_ + part_;
      for (const size_t input : procedure_.values()[value].inputs) instance.inputs.push_back(found(input));
      known_[keyOf(value)] = result_.instances.size();
      stage.computed.push_back(result_.instances.size());
      result_.instances.push_back(std::move(instance));
    }
  }

  // What is reported of values that are there now: it never takes a pass, a draw or a derivative of its own.
  void report(Stage& stage) {
    const auto& columns = procedure_.spec().report;
    for (size_t i = 0; i < columns.size(); ++i) {
      const size_t value = procedure_.indexOfValue(columns[i].second);
      tell(value, {columns[i].first, Instruction::Kind::Report}, reported_[i], stage);
    }
    if (procedure_.spec().watched.empty()) return;
    tell(procedure_.indexOfValue(procedure_.spec().watched), {"", Instruction::Kind::Watch}, watched_, stage);
  }

  // Once a turn and part: what is computed again of the same batch, with other weights, is not told again.
  using Told = std::set<std::pair<int64_t, int64_t>>;

  void tell(size_t value, const std::pair<std::string, Instruction::Kind>& what, Told& told, Stage& stage) {
    const std::pair key(turn_, part_);
    if (told.contains(key)) return;
    std::set<size_t> wanted;
    need(value, wanted);
    if (!std::all_of(wanted.begin(), wanted.end(), [&](size_t one) { return isCheap(one); })) return;
    told.insert(key);
    const size_t first = result_.instances.size();
    compute(wanted, stage);
    for (size_t i = first; i < result_.instances.size(); ++i) result_.instances[i].isReport = true;
    Instruction report;
    report.kind = what.second;
    report.instances = {found(value)};
    report.column = what.first;
    stage.reports.push_back(std::move(report));
  }

  bool isCheap(size_t index) const {
    const ProcedureValue& value = procedure_.values()[index];
    switch (value.source) {
      case Source::Field:
      case Source::Output:
      case Source::Detach:
        return true;
      case Source::Operator:
        return !value.function->isFresh();
      default:
        return false;
    }
  }

  const Procedure& procedure_;
  int64_t accumulation_;
  const DueUpdates& due_;
  int64_t turn_ = 0;
  int64_t data_ = 0;
  int64_t part_ = 0;
  std::vector<int64_t> versions_;
  std::map<const UpdateSpec*, int64_t> occurrences_;
  std::map<Key, size_t> known_;
  std::vector<Told> reported_;
  Told watched_;
  Unrolled result_;
};

}  // namespace

Unrolled unroll(const Procedure& procedure, int64_t accumulation, const DueUpdates& due) {
  return Unroller(procedure, accumulation, due).run();
}

}  // namespace ganode
