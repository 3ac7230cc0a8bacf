// A plan as people read it.
#include <map>
#include <set>
#include <utility>

#include "json.h"
#include "procedure/plan.h"

namespace ganode {
namespace {

// The longest expression that a line shows; a longer one is shown by its name.
constexpr size_t kMostCharacters = 240;

class Description {
 public:
  Description(const Plan& plan, const Procedure& procedure) : plan_(plan), procedure_(procedure) {
    for (const Instruction& one : plan.instructions) {
      if (one.kind == Instruction::Kind::Gather || one.kind == Instruction::Kind::Report)
        told_.insert(plan.instances[one.instances[0]].value);
    }
  }

  std::string text() {
    bool moved = false;
    for (const Instruction& one : plan_.instructions) {
      const bool moves = one.kind == Instruction::Kind::Move || one.kind == Instruction::Kind::Clip;
      // Several networks may move one after the other.
      if (blocks_.empty() || blocks_.back().phase != one.phase || (moved && !moves)) {
        fold();
        blocks_.push_back({one.phase, ""});
      }
      add(one);
      moved = moves;
    }
    return joined();
  }

 private:
  // What belongs to one update.
  struct Block {
    std::string phase;
    std::string lines;
    int64_t times = 1;
  };

  // Equal updates one after the other are one that is done several times.
  void fold() {
    if (blocks_.size() < 2) return;
    Block& last = blocks_[blocks_.size() - 1];
    Block& before = blocks_[blocks_.size() - 2];
    if (last.phase != before.phase || last.lines != before.lines) return;
    ++before.times;
    blocks_.pop_back();
  }

  std::string joined() {
    fold();
    std::string text;
    for (const Block& block : blocks_) {
      text += block.phase;
      if (block.times > 1) text += ", " + std::to_string(block.times) + " times";
      text += "\n" + block.lines;
    }
    return text;
  }

  void line(const std::string& text) { blocks_.back().lines += "  " + text + "\n"; }

  void add(const Instruction& one) {
    if (!reports_.empty() && one.kind != Instruction::Kind::Report) {
      line("report " + reports_);
      reports_.clear();
    }
    switch (one.kind) {
      case Instruction::Kind::Compute:
        compute(one.instances);
        break;
      case Instruction::Kind::Gather:
        line("gradient of " + nameOf(one.instances[0]) + " by the weights of " + networksOf(one));
        break;
      case Instruction::Kind::Move:
        line("move " + networksOf(one));
        break;
      case Instruction::Kind::Clip:
        line("clip " + networksOf(one));
        break;
      case Instruction::Kind::Report:
        reports_ += (reports_.empty() ? "" : ", ") + one.column;
        break;
      case Instruction::Kind::Watch:
        break;
    }
  }

  // Values of operators stand where they are read, but for what is minimized or reported.
  void compute(const std::vector<size_t>& instances) {
    const ProcedureValue& value = valueOf(instances[0]);
    if (value.source == Source::Apply) {
      pass(instances);
    } else if (plan_.instances[instances[0]].isReport || !hasLine(instances[0])) {
      return;
    } else if (value.source == Source::Latent || value.source == Source::Noise) {
      line(value.name == value.op ? value.name : value.name + " = " + value.op);
    } else {
      line(value.name + " = " + expression(instances[0]));
    }
  }

  void pass(const std::vector<size_t>& instances) {
    const Instance& instance = plan_.instances[instances[0]];
    std::string names;
    std::string inputs;
    for (const size_t each : instances) {
      names += (names.empty() ? "" : ", ") + nameOf(each);
      inputs += (inputs.empty() ? "" : ", ") + inputsOf(each);
    }
    std::string text =
        names + " = " + procedure_.networks()[valueOf(instances[0]).network].name + "(" + inputs + ")";
    if (instances.size() > 1) text += " in one pass";
    if (!instance.graph) text += ", without a graph";
    if (instance.graph && instance.weights.empty()) text += ", its weights fixed";
    line(text);
  }

  bool hasLine(size_t instance) const {
    const ProcedureValue& value = valueOf(instance);
    switch (value.source) {
      case Source::Latent:
      case Source::Noise:
      case Source::Gradient:
        return true;
      case Source::Operator:
      case Source::Weights:
        return told_.contains(plan_.instances[instance].value);
      default:
        return false;
    }
  }

  std::string inputsOf(size_t instance) const {
    std::string all;
    for (const size_t input : plan_.instances[instance].inputs)
      all += (all.empty() ? "" : ", ") + nameOf(input);
    return all;
  }

  // "scale(loss, by 10)"; the name alone where that would be long.
  std::string expression(size_t instance) const {
    const auto found = expressions_.find(instance);
    if (found != expressions_.end()) return found->second;
    std::string text = written(instance);
    if (text.size() > kMostCharacters) text = valueOf(instance).name;
    return expressions_[instance] = text;
  }

  std::string written(size_t instance) const {
    const ProcedureValue& value = valueOf(instance);
    std::string all = inputsOf(instance);
    const NodeSpec& spec = procedure_.spec().values[plan_.instances[instance].value];
    for (const auto& [name, attribute] : spec.attributes.items())
      all += (all.empty() ? "" : ", ") + name + " " + shown(attribute);
    return value.op + (all.empty() ? "" : "(" + all + ")");
  }

  const ProcedureValue& valueOf(size_t instance) const {
    return procedure_.values()[plan_.instances[instance].value];
  }
  // A detached value goes by the name of what it is.
  std::string nameOf(size_t instance) const {
    const ProcedureValue& value = valueOf(instance);
    if (value.source == Source::Detach) return nameOf(plan_.instances[instance].inputs[0]);
    if (value.source == Source::Output) {
      const ProcedureValue& pass = procedure_.values()[value.inputs[0]];
      return pass.name + "." + value.word;
    }
    const bool inlined = value.source == Source::Operator || value.source == Source::Weights ||
                         value.source == Source::Augment;
    return inlined && !hasLine(instance) ? expression(instance) : value.name;
  }
  std::string networksOf(const Instruction& one) const {
    std::string all;
    for (const size_t network : one.networks)
      all += (all.empty() ? "" : ", ") + procedure_.networks()[network].name;
    return all;
  }

  const Plan& plan_;
  const Procedure& procedure_;
  std::vector<Block> blocks_;
  std::string reports_;
  mutable std::map<size_t, std::string> expressions_;
  std::set<size_t> told_;  // values that are minimized or reported
};

}  // namespace

std::string describe(const Plan& plan, const Procedure& procedure) {
  return Description(plan, procedure).text();
}

}  // namespace ganode
