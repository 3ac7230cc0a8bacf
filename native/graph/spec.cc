#include "graph/spec.h"

#include <limits>
#include <set>

#include "error.h"
#include "json.h"

namespace ganode {
namespace {

using nlohmann::json;

constexpr size_t kMostNodes = 20'000;

[[noreturn]] void fail(const std::string& message) { throw Error("INVALID_GRAPH", "graph: " + message); }

const json& member(const json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) fail("expected \"" + std::string(key) + "\" in " + where + ", and it is absent");
  return *found;
}

bool isName(const std::string& name) {
  if (name.empty() || name.size() > 200) return false;
  for (const char c : name) {
    const bool fine =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!fine) return false;
  }
  return true;
}

ValueShape parseInput(const std::string& name, const json& value) {
  const std::string where = "input " + shown(name);
  if (!isName(name)) fail(where + ": expected a name of letters, digits, _ and -");
  if (!value.is_object()) fail(where + ": expected {shape} or {classes}, got " + shown(value));
  ValueShape shape;
  if (const auto classes = value.find("classes"); classes != value.end()) {
    if (!classes->is_number_integer() || classes->get<int64_t>() < 1 ||
        classes->get<int64_t>() > kMostValues) {
      fail(where + ": expected classes to be a whole number from 1, got " + shown(*classes));
    }
    shape.classes = classes->get<int64_t>();
    return shape;
  }
  const json& dims = member(value, "shape", where);
  if (!dims.is_array() || dims.empty() || dims.size() > 8)
    fail(where + ": expected shape to be 1 to 8 whole numbers, got " + shown(dims));
  for (const json& dim : dims) {
    if (!dim.is_number_integer() || dim.get<int64_t>() < 1 || dim.get<int64_t>() > kMostValues) {
      fail(where + ": expected shape to be whole numbers from 1, got " + shown(dims));
    }
    shape.dims.push_back(dim.get<int64_t>());
  }
  if (product(shape.dims) > kMostValues) {
    fail(where + ": expected at most " + std::to_string(kMostValues) + " values an item, got " +
         describe(shape.dims));
  }
  return shape;
}

NodeSpec parseNode(const json& value, size_t index, const std::set<std::string>& known) {
  std::string where = "node " + std::to_string(index);
  if (!value.is_object()) fail(where + ": expected an object, got " + shown(value));
  NodeSpec node;
  const json& name = member(value, "name", where);
  if (!name.is_string() || !isName(name.get<std::string>())) {
    fail(where + ": expected a name of letters, digits, _ and -, got " + shown(name));
  }
  node.name = name.get<std::string>();
  where = "node \"" + node.name + "\"";
  if (known.contains(node.name)) fail(where + ": the name is taken by an earlier node or input");
  const json& op = member(value, "op", where);
  if (!op.is_string() || !isName(op.get<std::string>()))
    fail(where + ": expected op to be the name of an operator, got " + shown(op));
  node.op = op.get<std::string>();
  const json& inputs = member(value, "inputs", where);
  if (!inputs.is_array() || inputs.empty())
    fail(where + ": expected inputs to be names of earlier nodes, got " + shown(inputs));
  for (const json& input : inputs) {
    if (!input.is_string())
      fail(where + ": expected inputs to be names of earlier nodes, got " + shown(inputs));
    if (!known.contains(input.get<std::string>())) {
      fail(where + ": its input " + shown(input) + " is no graph input and no earlier node");
    }
    node.inputs.push_back(input.get<std::string>());
  }
  if (const auto frozen = value.find("frozen"); frozen != value.end()) {
    if (!frozen->is_boolean()) fail(where + ": expected frozen to be true or false, got " + shown(*frozen));
    node.frozen = frozen->get<bool>();
  }
  node.attributes = value;
  for (const char* key : {"name", "op", "inputs", "frozen"}) node.attributes.erase(key);
  return node;
}

}  // namespace

GraphSpec parseGraph(const json& value) {
  if (!value.is_object()) fail("expected an object with version, inputs, nodes and outputs");
  const json& version = member(value, "version", "the graph");
  if (!version.is_number_integer() || version.get<int64_t>() != 1)
    fail("expected version 1, got " + shown(version));

  GraphSpec graph;
  std::set<std::string> known;
  const json& inputs = member(value, "inputs", "the graph");
  if (!inputs.is_object() || inputs.empty()) fail("expected inputs to name at least one input");
  for (const auto& [name, input] : inputs.items()) {
    graph.inputs.emplace(name, parseInput(name, input));
    known.insert(name);
  }
  const json& nodes = member(value, "nodes", "the graph");
  if (!nodes.is_array() || nodes.size() > kMostNodes)
    fail("expected nodes to be a list of at most " + std::to_string(kMostNodes) + " nodes");
  for (size_t i = 0; i < nodes.size(); ++i) {
    graph.nodes.push_back(parseNode(nodes[i], i, known));
    known.insert(graph.nodes.back().name);
  }
  const json& outputs = member(value, "outputs", "the graph");
  if (!outputs.is_object() || outputs.empty()) fail("expected outputs to name at least one node");
  for (const auto& [name, target] : outputs.items()) {
    if (!isName(name)) fail("output " + shown(name) + ": expected a name of letters, digits, _ and -");
    if (!target.is_string() || !known.contains(target.get<std::string>())) {
      fail("output \"" + name + "\": " + shown(target) + " is no node and no input");
    }
    graph.outputs.emplace(name, target.get<std::string>());
  }
  return graph;
}

GraphSpec parseGraph(const std::string& text) {
  return parseGraph(parseJson(text, "graph", "INVALID_GRAPH"));
}

int64_t product(const Dims& sizes) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  int64_t result = 1;
  bool over = false;
  for (const int64_t size : sizes) {
    if (size == 0) return 0;
    over = over || size > kMost / result;
    if (!over) result *= size;
  }
  return over ? kMost : result;
}

std::string describe(const Dims& dims) {
  std::string text = "[";
  for (size_t i = 0; i < dims.size(); ++i) text += (i ? ", " : "") + std::to_string(dims[i]);
  return text + "]";
}

std::string describe(const ValueShape& shape) {
  return shape.isLabel() ? "a label of " + std::to_string(shape.classes) + " classes" : describe(shape.dims);
}

}  // namespace ganode
