// GraphSpec, parsed: an architecture as data. The JSON is documented in lib/graph/spec.ts and docs/graph.md.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ganode {

using Dims = std::vector<int64_t>;

// Values of one item, or of one weight: 8 GB of them. Products of what is within this fit 64 bits.
inline constexpr int64_t kMostValues = int64_t{1} << 31;

// The product of sizes, none of them negative; the largest number of 64 bits where it is more than that.
int64_t product(const Dims& sizes);

// A value that flows through a graph, without its batch dimension. A label is one class index an item.
struct ValueShape {
  Dims dims;
  int64_t classes = 0;  // > 0: a label; `dims` is then empty

  bool isLabel() const { return classes > 0; }
};

struct NodeSpec {
  std::string name;
  std::string op;
  std::vector<std::string> inputs;
  bool frozen = false;
  nlohmann::json attributes;  // everything but the fields above
};

struct GraphSpec {
  std::map<std::string, ValueShape> inputs;
  std::vector<NodeSpec> nodes;
  std::map<std::string, std::string> outputs;  // output name -> node or input name
};

// Throws Error("INVALID_GRAPH") that says what was expected, and where.
GraphSpec parseGraph(const nlohmann::json& json);
GraphSpec parseGraph(const std::string& json);

// "[3, 64, 64]", or "label of 10 classes".
std::string describe(const ValueShape& shape);
std::string describe(const Dims& dims);

}  // namespace ganode
