#include "procedure/plan.h"

#include <algorithm>
#include <sstream>

#include "error.h"
#include "procedure/refuse.h"
#include "procedure/unroll.h"

namespace ganode {
namespace {

using Networks = std::set<size_t>;

class Planner {
 public:
  Planner(const Procedure& procedure, Unrolled unrolled)
      : procedure_(procedure), stages_(std::move(unrolled.stages)) {
    plan_.instances = std::move(unrolled.instances);
    for (const ProcedureNetwork& network : procedure.networks())
      merges_.push_back(network.graph->mixingNode() == nullptr && network.graph->buffers().empty());
  }

  Plan run() {
    for (Stage& stage : stages_) {
      for (Instruction& gather : stage.gathers) trace(gather);
      for (const size_t instance : stage.computed) traceDerivative(instance);
    }
    findLeaves();
    findRetained();
    for (Stage& stage : stages_) lay(stage);
    findDrops();
    return std::move(plan_);
  }

 private:
  const ProcedureValue& valueOf(size_t instance) const {
    return procedure_.values()[plan_.instances[instance].value];
  }

  // Instances by which the objective leads to weights of the networks.
  std::set<size_t> leading(size_t end, const Networks& networks) const {
    std::map<size_t, bool> known;
    const std::function<bool(size_t)> visit = [&](size_t instance) {
      if (const auto found = known.find(instance); found != known.end()) return found->second;
      const ProcedureValue& value = valueOf(instance);
      bool leads = (value.source == Source::Apply || value.source == Source::Weights) &&
                   networks.contains(value.network) && trains(value.network);
      if (value.source == Source::Gradient) {
        leads = visit(plan_.instances[instance].inputs[0]);
      } else if (value.source != Source::Detach && !value.type.shape.isLabel()) {
        for (const size_t input : plan_.instances[instance].inputs) leads = visit(input) || leads;
      }
      return known[instance] = leads;
    };
    visit(end);
    std::set<size_t> all;
    for (const auto& [instance, leads] : known) {
      if (leads) all.insert(instance);
    }
    return all;
  }

  bool trains(size_t network) const { return !procedure_.networks()[network].graph->trainable().empty(); }

  // Marks what keeps its graph for the gradient of an objective.
  void trace(Instruction& gather) {
    const Networks networks(gather.networks.begin(), gather.networks.end());
    const std::set<size_t> path = leading(gather.instances[0], networks);
    for (const size_t network : gather.networks) {
      const bool takesPart = std::any_of(path.begin(), path.end(), [&](size_t instance) {
        const ProcedureValue& value = valueOf(instance);
        return (value.source == Source::Apply || value.source == Source::Weights) && value.network == network;
      });
      if (takesPart || !trains(network)) continue;
      refuseProcedure("update of \"" + procedure_.networks()[network].name + "\": its objective \"" +
                      valueOf(gather.instances[0]).name + "\" does not depend on that network");
    }
    for (const size_t instance : path) {
      plan_.instances[instance].graph = true;
      const ProcedureValue& value = valueOf(instance);
      if (value.source == Source::Apply && networks.contains(value.network))
        plan_.instances[instance].weights.insert(value.network);
    }
    paths_[&gather] = path;
  }

  // Marks what keeps its graph for a derivative.
  void traceDerivative(size_t instance) {
    if (valueOf(instance).source != Source::Gradient) return;
    const size_t of = plan_.instances[instance].inputs[0];
    const size_t at = plan_.instances[instance].inputs[1];
    // An output of a pass leads to its other outputs, within the network.
    const bool isOutput = valueOf(at).source == Source::Output;
    const size_t start = isOutput ? plan_.instances[at].inputs[0] : at;
    std::map<size_t, bool> known;
    if (isOutput) {
      known[start] = true;
      known[at] = true;
    }
    const std::function<bool(size_t)> visit = [&](size_t one) {
      if (one == start) return true;
      if (const auto found = known.find(one); found != known.end()) return found->second;
      bool leads = false;
      const ProcedureValue& value = valueOf(one);
      if (value.source != Source::Detach && !value.type.shape.isLabel()) {
        for (const size_t input : plan_.instances[one].inputs) leads = visit(input) || leads;
      }
      return known[one] = leads;
    };
    if (!visit(of)) {
      refuseProcedure("value \"" + valueOf(instance).name + "\" (gradient): \"" + valueOf(of).name +
                      "\" does not depend on \"" + valueOf(at).name + "\"");
    }
    for (const auto& [one, leads] : known) {
      if (!leads) continue;
      plan_.instances[one].graph = true;
      derivatives_.insert(one);
    }
    differentiated_.insert(at);
  }

  void findLeaves() {
    for (const size_t instance : differentiated_) {
      if (!plan_.instances[instance].graph) plan_.instances[instance].leaf = true;
    }
  }

  // A graph serves once, unless it is kept: for a later gradient through any part of it.
  void findRetained() {
    std::set<size_t> later;
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
      for (auto gather = stage->gathers.rbegin(); gather != stage->gathers.rend(); ++gather) {
        const std::set<size_t>& path = paths_.at(&*gather);
        gather->retain =
            std::any_of(path.begin(), path.end(), [&](size_t instance) { return later.contains(instance); });
        later.insert(path.begin(), path.end());
      }
      for (const size_t instance : stage->computed) {
        // What a later derivative goes through, an earlier gather leaves.
        if (valueOf(instance).source == Source::Gradient)
          later.insert(derivatives_.begin(), derivatives_.end());
      }
    }
  }

  // Passes of a stage that one pass can do: of one network, for one purpose, over inputs that nothing is
  // differentiated by.
  std::vector<std::vector<size_t>> merged(const Stage& stage) const {
    std::vector<std::vector<size_t>> groups;
    for (const size_t instance : stage.computed) {
      const Instance& own = plan_.instances[instance];
      const auto joins = [&](const std::vector<size_t>& group) {
        const Instance& other = plan_.instances[group.front()];
        if (valueOf(group.front()).source != Source::Apply || valueOf(instance).source != Source::Apply)
          return false;
        const ProcedureValue& a = valueOf(group.front());
        const ProcedureValue& b = valueOf(instance);
        return a.network == b.network && merges_[a.network] && own.weights == other.weights &&
               own.graph == other.graph && isPlain(own) && isPlain(other) &&
               std::none_of(group.begin(), group.end(), [&](size_t one) { return dependsOn(instance, one); });
      };
      const auto group = std::find_if(groups.begin(), groups.end(), joins);
      if (group == groups.end()) {
        groups.push_back({instance});
      } else {
        group->push_back(instance);
      }
    }
    return groups;
  }

  bool isPlain(const Instance& pass) const {
    return std::none_of(pass.inputs.begin(), pass.inputs.end(), [&](size_t input) {
      return plan_.instances[input].graph || plan_.instances[input].leaf;
    });
  }

  bool dependsOn(size_t instance, size_t other) const {
    if (instance == other) return true;
    const std::vector<size_t>& inputs = plan_.instances[instance].inputs;
    // Instances are numbered in the order in which they were asked for.
    return std::any_of(inputs.begin(), inputs.end(),
                       [&](size_t input) { return input >= other && dependsOn(input, other); });
  }

  // The instructions of a stage. A merged pass stands where its last one stood, and what reads the others
  // after it.
  void lay(Stage& stage) {
    std::vector<std::vector<size_t>> waiting = merged(stage);
    const auto last = [](const std::vector<size_t>& group) { return group.back(); };
    std::stable_sort(waiting.begin(), waiting.end(),
                     [&](const auto& a, const auto& b) { return last(a) < last(b); });
    std::set<size_t> open;
    for (const auto& group : waiting) open.insert(group.begin(), group.end());
    while (!waiting.empty()) {
      const auto next = std::find_if(waiting.begin(), waiting.end(), [&](const auto& group) {
        return std::all_of(group.begin(), group.end(), [&](size_t instance) {
          const std::vector<size_t>& inputs = plan_.instances[instance].inputs;
          return std::none_of(inputs.begin(), inputs.end(),
                              [&](size_t input) { return open.contains(input); });
        });
      });
      if (next == waiting.end()) {
        split(waiting);
        continue;
      }
      for (const size_t instance : *next) open.erase(instance);
      Instruction compute;
      compute.phase = stage.phase;
      compute.instances = std::move(*next);
      waiting.erase(next);
      plan_.instructions.push_back(std::move(compute));
    }
    for (auto* more : {&stage.reports, &stage.gathers, &stage.moves}) {
      for (Instruction& one : *more) {
        one.phase = stage.phase;
        plan_.instructions.push_back(std::move(one));
      }
    }
  }

  // Two merged passes can wait for each other, each for what only the other's first half gives: then one of
  // them is not merged.
  static void split(std::vector<std::vector<size_t>>& waiting) {
    const auto found =
        std::find_if(waiting.begin(), waiting.end(), [](const auto& group) { return group.size() > 1; });
    if (found == waiting.end()) throw Error("INTERNAL", "a plan that waits for itself");
    const std::vector<size_t> group = std::move(*found);
    auto at = waiting.erase(found);
    for (const size_t instance : group) at = waiting.insert(at, {instance}) + 1;
  }

  void findDrops() {
    std::vector<bool> seen(plan_.instances.size());
    for (auto one = plan_.instructions.rbegin(); one != plan_.instructions.rend(); ++one) {
      std::vector<size_t> read = one->instances;
      if (one->kind == Instruction::Kind::Compute) {
        for (const size_t instance : one->instances) {
          const std::vector<size_t>& inputs = plan_.instances[instance].inputs;
          read.insert(read.end(), inputs.begin(), inputs.end());
        }
      }
      for (const size_t instance : read) {
        if (seen[instance]) continue;
        seen[instance] = true;
        one->drops.push_back(instance);
      }
    }
  }

  const Procedure& procedure_;
  std::vector<Stage> stages_;
  Plan plan_;
  std::vector<bool> merges_;
  std::map<const Instruction*, std::set<size_t>> paths_;
  std::set<size_t> derivatives_;
  std::set<size_t> differentiated_;
};

}  // namespace

Plan makePlan(const Procedure& procedure, int64_t accumulation, const DueUpdates& due) {
  return Planner(procedure, unroll(procedure, accumulation, due)).run();
}

std::string describe(const Plan& plan, const Procedure& procedure) {
  std::ostringstream text;
  const auto nameOf = [&](size_t instance) {
    return procedure.values()[plan.instances[instance].value].name;
  };
  const auto networks = [&](const Instruction& one) {
    std::string all;
    for (const size_t network : one.networks)
      all += (all.empty() ? "" : ", ") + procedure.networks()[network].name;
    return all;
  };
  for (const Instruction& one : plan.instructions) {
    switch (one.kind) {
      case Instruction::Kind::Compute: {
        const Instance& instance = plan.instances[one.instances[0]];
        const ProcedureValue& value = procedure.values()[instance.value];
        if (value.source == Source::Output || value.source == Source::Detach) break;
        std::string names;
        for (const size_t each : one.instances) names += (names.empty() ? "" : ", ") + nameOf(each);
        std::string inputs;
        for (const size_t each : one.instances) {
          for (const size_t input : plan.instances[each].inputs)
            inputs += (inputs.empty() ? "" : ", ") + nameOf(input);
        }
        text << names << " = "
             << (value.source == Source::Apply ? procedure.networks()[value.network].name : value.op) << "("
             << inputs << ")";
        if (one.instances.size() > 1) text << ", one pass";
        if (value.source == Source::Apply && !instance.graph) text << ", without a graph";
        if (value.source == Source::Apply && instance.graph && instance.weights.empty())
          text << ", its weights fixed";
        text << "\n";
        break;
      }
      case Instruction::Kind::Gather:
        text << "  gradient of " << nameOf(one.instances[0]) << " by " << networks(one) << "\n";
        break;
      case Instruction::Kind::Move:
        text << "  move " << networks(one) << "\n";
        break;
      case Instruction::Kind::Clip:
        text << "  clip " << networks(one) << "\n";
        break;
      case Instruction::Kind::Report:
      case Instruction::Kind::Watch:
        break;
    }
  }
  return text.str();
}

}  // namespace ganode
