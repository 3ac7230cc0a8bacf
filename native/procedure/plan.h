// A procedure's plan: one step as a straight list of instructions, found before any of it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "procedure/spec.h"
#include "procedure/value.h"

namespace ganode {

// What a value of a procedure comes from.
enum class Source {
  Field,     // the data: "image", "label"
  Latent,    // latents, of the recipe's distribution
  Noise,     // standard normal or uniform numbers
  Apply,     // a pass of a network, all its outputs
  Output,    // one of them
  Augment,   // the recipe's augmentation of images
  Detach,    // its input, through which no gradient goes
  Gradient,  // the derivative of the sum of its first input by its second
  Weights,   // a number of a network's weights
  Operator,  // a function of its inputs
};

struct ProcedureValue {
  std::string name;
  std::string op;
  Source source = Source::Operator;
  std::vector<size_t> inputs;
  ValueType type;
  size_t network = 0;                       // Apply, Weights
  std::vector<std::string> arguments;       // Apply: the network's inputs, in the order of `inputs`
  std::string word;                         // Field: its name; Output: its name; Noise: "normal" or "uniform"
  std::shared_ptr<ValueOperator> function;  // Operator

  // What it depends on, so that it is computed anew: the networks whose weights it reads by any way, the
  // step's data, fresh draws.
  std::set<size_t> reads;
  bool readsData = false;
  bool isFresh = false;
};

// A network of a procedure by its name, and its architecture.
struct ProcedureNetwork {
  std::string name;
  const Graph* graph = nullptr;
};

// A procedure whose values and updates fit together, and fit its networks.
class Procedure {
 public:
  struct Options {
    ValueShape image;     // an item of the data
    int64_t classes = 0;  // of its labels; 0: it has none
    int64_t latentSize = 0;
    bool hasAugmentation = false;
  };

  // Throws Error("INVALID_OPTION") that names the value or the update.
  Procedure(ProcedureSpec spec, std::vector<ProcedureNetwork> networks, const Options& options);

  const ProcedureSpec& spec() const { return spec_; }
  const std::vector<ProcedureValue>& values() const { return values_; }
  const std::vector<ProcedureNetwork>& networks() const { return networks_; }
  size_t indexOfValue(const std::string& name) const;
  size_t indexOfNetwork(const std::string& name, const std::string& where) const;

 private:
  ProcedureValue make(const NodeSpec& spec, const Options& options) const;
  void readNetwork(const NodeSpec& spec, ProcedureValue& value) const;
  void check(const std::vector<UpdateSpec>& updates, const std::string& where) const;

  ProcedureSpec spec_;
  std::vector<ProcedureNetwork> networks_;
  std::vector<ProcedureValue> values_;
  std::map<std::string, size_t> indices_;
};

// One computation of a value: at one turn, from one batch, with weights of one version.
struct Instance {
  size_t value = 0;
  std::vector<size_t> inputs;  // instances
  int64_t batch = 0;           // which of the step's batches of real items
  bool graph = false;          // it keeps what differentiating takes
  bool isReport = false;       // nothing but a report takes it
  bool leaf = false;           // something is differentiated by it, and it has no such graph itself
  std::set<size_t> weights;    // Apply: the network, where its weights' gradients are wanted
};

struct Instruction {
  enum class Kind { Compute, Gather, Move, Clip, Report, Watch };
  Kind kind = Kind::Compute;
  // Compute: one instance, or passes of one network that are one. Gather: the objective. Report, Watch: what
  // is reported.
  std::vector<size_t> instances;
  std::vector<size_t> networks;  // Gather, Move, Clip
  double weight = 1;             // Gather: what the objective is multiplied by
  bool retain = false;           // Gather: something goes through the same graph later
  bool lazy = false;             // Move: a lazy update, whose gradient's norm is not reported
  double limit = 0;              // Clip
  std::string column;            // Report
  std::string phase;             // of which update it is a part, for profiles
  std::vector<size_t> drops;     // instances that nothing needs any more
};

struct Plan {
  std::vector<Instance> instances;
  std::vector<Instruction> instructions;
};

// Which updates are due: asked once for every turn of an update with `every`, `from` or `until`, in order.
using DueUpdates = std::function<bool(const UpdateSpec& update, int64_t occurrence)>;

// Throws Error("INVALID_OPTION") for an objective that an update's networks have no part in, or a derivative
// by what a value does not depend on.
Plan makePlan(const Procedure& procedure, int64_t accumulation, const DueUpdates& due);

// The plan as people read it, a line for each instruction.
std::string describe(const Plan& plan, const Procedure& procedure);

}  // namespace ganode
