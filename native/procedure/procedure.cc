#include <algorithm>

#include "error.h"
#include "procedure/plan.h"
#include "procedure/refuse.h"

namespace ganode {
namespace {

[[noreturn]] void refuseValue(const NodeSpec& spec, const std::string& message) {
  refuseProcedure("value \"" + spec.name + "\" (" + spec.op + "): " + message);
}

std::string namesIn(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all.empty() ? "none" : all;
}

// What an operator of graphs calls attributes, for values that no operator makes.
template <typename Read>
void readAttributes(const NodeSpec& spec, Read read) {
  Attributes attributes(spec);
  try {
    read(attributes);
    attributes.finish();
  } catch (const Error& error) {
    const std::string message = error.what();
    refuseProcedure("value" + message.substr(message.find(' ')));
  }
}

std::string wordOf(const NodeSpec& spec, const char* key) {
  const auto found = spec.attributes.find(key);
  if (found == spec.attributes.end() || !found->is_string())
    refuseValue(spec, std::string("expected ") + key + " to be a name");
  return found->get<std::string>();
}

void expectAttributes(const NodeSpec& spec, const std::set<std::string>& known) {
  for (const auto& [key, value] : spec.attributes.items()) {
    if (known.contains(key)) continue;
    refuseValue(spec, "has no attribute \"" + key + "\"; it has " + namesIn({known.begin(), known.end()}));
  }
}

// A share of the batch's items: one in `of`.
ValueType drawn(Attributes& attributes, Dims dims) {
  ValueType type;
  type.shape.dims = std::move(dims);
  type.of = attributes.integer("of", 1, 1);
  return type;
}

}  // namespace

Procedure::Procedure(ProcedureSpec spec, std::vector<ProcedureNetwork> networks, const Options& options)
    : spec_(std::move(spec)), networks_(std::move(networks)) {
  for (const NodeSpec& one : spec_.values) {
    ProcedureValue value = make(one, options);
    for (const size_t input : value.inputs) {
      const ProcedureValue& from = values_[input];
      value.reads.insert(from.reads.begin(), from.reads.end());
      value.readsData = value.readsData || from.readsData;
      value.isFresh = value.isFresh || from.isFresh;
    }
    indices_.emplace(one.name, values_.size());
    values_.push_back(std::move(value));
  }
  check(spec_.updates, "update");
}

size_t Procedure::indexOfValue(const std::string& name) const { return indices_.at(name); }

size_t Procedure::indexOfNetwork(const std::string& name, const std::string& where) const {
  std::vector<std::string> known;
  for (size_t i = 0; i < networks_.size(); ++i) {
    if (networks_[i].name == name) return i;
    known.push_back(networks_[i].name);
  }
  refuseProcedure(where + ": expected the name of a network (" + namesIn(known) + "), got \"" + name + "\"");
}

ProcedureValue Procedure::make(const NodeSpec& spec, const Options& options) const {
  ProcedureValue value;
  value.name = spec.name;
  value.op = spec.op;
  std::vector<ValueType> types;
  for (const std::string& input : spec.inputs) {
    value.inputs.push_back(indices_.at(input));
    types.push_back(values_[value.inputs.back()].type);
  }
  const auto expectInputs = [&](size_t count) {
    if (types.size() != count)
      refuseValue(spec, "expected " + std::to_string(count) + " inputs, got " + std::to_string(types.size()));
  };
  const auto notAPass = [&] {
    for (const size_t input : value.inputs) {
      if (values_[input].source == Source::Apply)
        refuseValue(spec, "expected an output of \"" + values_[input].name + "\", got all of them");
    }
  };
  if (spec.op == "field") {
    value.source = Source::Field;
    expectAttributes(spec, {"field"});
    value.word = wordOf(spec, "field");
    value.readsData = true;
    if (value.word == "image") {
      value.type.shape = options.image;
    } else if (value.word == "label") {
      if (options.classes == 0) refuseValue(spec, "the data has no labels");
      value.type.shape.classes = options.classes;
    } else {
      refuseValue(spec, "the data has no field \"" + value.word + "\"; it has image" +
                            (options.classes > 0 ? ", label" : ""));
    }
    expectInputs(0);
  } else if (spec.op == "latent") {
    value.source = Source::Latent;
    value.isFresh = true;
    readAttributes(spec,
                   [&](Attributes& attributes) { value.type = drawn(attributes, {options.latentSize}); });
    expectInputs(0);
  } else if (spec.op == "normal" || spec.op == "uniform") {
    value.source = Source::Noise;
    value.word = spec.op;
    value.isFresh = true;
    readAttributes(spec,
                   [&](Attributes& attributes) { value.type = drawn(attributes, attributes.dims("shape")); });
    expectInputs(0);
  } else if (spec.op == "apply") {
    value.source = Source::Apply;
    expectAttributes(spec, {"network", "arguments"});
    readNetwork(spec, value);
  } else if (spec.op == "output") {
    value.source = Source::Output;
    expectAttributes(spec, {"output"});
    value.word = wordOf(spec, "output");
    expectInputs(1);
    const ProcedureValue& pass = values_[value.inputs[0]];
    if (pass.source != Source::Apply) refuseValue(spec, "expected a network's pass as its input");
    const ProcedureNetwork& network = networks_[pass.network];
    const auto& outputs = network.graph->spec().outputs;
    if (!outputs.contains(value.word)) {
      std::vector<std::string> known;
      for (const auto& [name, unused] : outputs) known.push_back(name);
      refuseValue(spec, "the network \"" + network.name + "\" has no output \"" + value.word + "\"; it has " +
                            namesIn(known));
    }
    value.type = pass.type;
    value.type.shape.dims = network.graph->outputShape(value.word);
  } else if (spec.op == "augment") {
    value.source = Source::Augment;
    expectAttributes(spec, {});
    value.isFresh = true;
    expectInputs(1);
    notAPass();
    if (types[0].once || types[0].shape.dims.size() != 3)
      refuseValue(spec, "expected images, got " + describe(types[0]));
    value.type = types[0];
    if (!options.hasAugmentation) value.isFresh = false;
  } else if (spec.op == "detach") {
    value.source = Source::Detach;
    expectAttributes(spec, {});
    expectInputs(1);
    notAPass();
    value.type = types[0];
  } else if (spec.op == "gradient") {
    value.source = Source::Gradient;
    expectAttributes(spec, {});
    expectInputs(2);
    notAPass();
    value.type = types[1];
    if (types[0].shape.isLabel() || types[1].shape.isLabel())
      refuseValue(spec, "expected real values, got a label");
  } else if (spec.op == "orthogonality") {
    value.source = Source::Weights;
    expectAttributes(spec, {"network"});
    value.network = indexOfNetwork(wordOf(spec, "network"), "value \"" + spec.name + "\"");
    value.reads.insert(value.network);
    value.type.once = true;
    expectInputs(0);
  } else {
    notAPass();
    value.function = makeValueOperator(spec, types);
    value.type = value.function->type();
    value.isFresh = value.function->isFresh();
  }
  return value;
}

void Procedure::readNetwork(const NodeSpec& spec, ProcedureValue& value) const {
  value.network = indexOfNetwork(wordOf(spec, "network"), "value \"" + spec.name + "\"");
  value.reads.insert(value.network);
  const ProcedureNetwork& network = networks_[value.network];
  const auto arguments = spec.attributes.find("arguments");
  if (arguments == spec.attributes.end() || !arguments->is_array() ||
      arguments->size() != value.inputs.size())
    refuseValue(spec, "expected arguments to name the inputs");
  for (const auto& argument : *arguments) {
    if (!argument.is_string()) refuseValue(spec, "expected arguments to be names");
    value.arguments.push_back(argument.get<std::string>());
  }
  const auto& inputs = network.graph->spec().inputs;
  for (const auto& [name, shape] : inputs) {
    const auto given = std::find(value.arguments.begin(), value.arguments.end(), name);
    const std::string where = "input \"" + name + "\" of the network \"" + network.name + "\"";
    if (given == value.arguments.end()) refuseValue(spec, where + ": expected a value, got none");
    const ProcedureValue& from = values_[value.inputs[static_cast<size_t>(given - value.arguments.begin())]];
    if (from.source == Source::Apply)
      refuseValue(spec, where + ": expected an output of \"" + from.name + "\", got all of them");
    const bool fits = !from.type.once && from.type.shape.dims == shape.dims &&
                      from.type.shape.isLabel() == shape.isLabel() &&
                      from.type.shape.classes <= shape.classes;
    if (!fits) {
      refuseValue(spec, where + ": expected " + describe(shape) + ", got \"" + from.name + "\" of " +
                            describe(from.type));
    }
    if (&from != &values_[value.inputs[0]] && !from.type.sameItems(values_[value.inputs[0]].type))
      refuseValue(spec, "expected inputs of equally many items");
  }
  if (value.arguments.size() != inputs.size()) {
    std::vector<std::string> known;
    for (const auto& [name, unused] : inputs) known.push_back(name);
    refuseValue(spec, "the network \"" + network.name + "\" has the inputs " + namesIn(known) + ", got " +
                          namesIn(value.arguments));
  }
  value.type = values_[value.inputs[0]].type;
  value.type.shape = {};
}

void Procedure::check(const std::vector<UpdateSpec>& updates, const std::string& where) const {
  for (size_t i = 0; i < updates.size(); ++i) {
    const UpdateSpec& update = updates[i];
    const std::string own = where + " " + std::to_string(i);
    for (const std::string& name : update.networks) indexOfNetwork(name, own);
    if (update.kind == UpdateSpec::Kind::Move) {
      const ProcedureValue& objective = values_[indices_.at(update.objective)];
      const bool fits = !objective.type.shape.isLabel() && objective.source != Source::Apply &&
                        product(objective.type.shape.dims) == 1;
      if (!fits) {
        refuseProcedure(own + ": expected an objective of one number an item, got \"" + objective.name +
                        "\" of " + describe(objective.type));
      }
    }
    check(update.parts, own);
  }
}

}  // namespace ganode
