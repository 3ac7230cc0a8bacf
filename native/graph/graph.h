// A GraphSpec at work: operators with their weights.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/operator.h"
#include "graph/spec.h"

namespace ganode {

using Values = std::map<std::string, at::Tensor>;

// One node after shape inference; counts are as NodeReport's in lib/native.ts.
struct NodeReport {
  std::string name;
  std::string op;
  Dims shape;
  int64_t parameters = 0;
  int64_t buffers = 0;
  double multiplyAdds = 0;
};

class Graph {
 public:
  // Checks every node and infers its shape; allocates nothing.
  // Throws Error("INVALID_GRAPH") that names the node.
  explicit Graph(GraphSpec spec);

  // Gives every slot memory and its first values, drawn on the CPU (so that a seed means the same on every
  // device).
  void materialize(const at::Device& device, at::ScalarType dtype, at::Generator& generator);
  // The same memory, with the values of another graph of the same spec.
  void materializeAs(const Graph& other);

  // Runs the nodes in order. Inputs are by name, batch dimension first; every input the spec names must be
  // there. Throws Error("INVALID_DATA") for an input that does not fit. Labels that are on a GPU are not
  // looked at, for that would wait for all that was queued: `requireClasses` before they go there.
  Values forward(const Values& inputs, const Mode& mode) const;

  // Throws Error("INVALID_DATA") unless `labels` are classes of the label input `name`.
  void requireClasses(const std::string& name, const at::Tensor& labels) const;

  const GraphSpec& spec() const { return spec_; }
  const std::vector<NodeReport>& reports() const { return reports_; }
  // Shape of a node or an input.
  const ValueShape& shapeOf(const std::string& name) const { return shapes_.at(name); }
  // Shape of an output.
  const Dims& outputShape(const std::string& output) const { return shapeOf(spec_.outputs.at(output)).dims; }
  bool hasInput(const std::string& name) const { return spec_.inputs.contains(name); }
  // The first node whose operator mixes the samples of a batch; nullptr: none does.
  const NodeSpec* mixingNode() const;
  // Whether an operator of it takes `Mode::truncation`.
  bool truncates() const;
  // Among how many experts all of its gates can choose by `Mode::expert`; 0: it has no gate.
  int64_t experts() const;

  // Doublings of the images' size that it can grow by (operator fade); 0: it does not grow.
  int64_t levels() const;
  // Level of detail: how many of them are still to come, 0 to `levels()`, the next one maybe in part.
  void setLod(double lod) const;

  // "<node>.<slot>" and the tensor, in the order of the nodes: what training moves, and everything there is.
  std::vector<std::pair<std::string, at::Tensor>> trainable() const;
  std::vector<std::pair<std::string, at::Tensor>> tensors() const;
  // The names of all tensors with their shapes. They are known before the tensors are made.
  std::vector<std::pair<std::string, Dims>> shapes() const;
  // Buffers only.
  std::vector<std::pair<std::string, at::Tensor>> buffers() const;

  uint64_t bytes() const;
  at::ScalarType dtype() const { return dtype_; }
  const at::Device& device() const { return device_; }

 private:
  struct Node {
    std::unique_ptr<Operator> op;
    std::vector<size_t> inputs;  // indices into values
    size_t value;                // index of its own value
    std::vector<size_t> last;    // values that nobody needs after this node
    bool inPlace = false;        // writes over its first input
    // In evaluation: the node after this one, whose affine map it takes up; and whether it is such a node.
    std::optional<size_t> takes;
    bool taken = false;
  };

  void addNode(const NodeSpec& node, const std::map<std::string, size_t>& indices);
  void findLastUses(const std::map<std::string, size_t>& indices);
  // graph/fusion.cc
  void findFusions();
  bool worthTaking(const Node& node, int64_t items) const;
  at::Tensor runNode(const Node& node, const std::vector<at::Tensor>& inputs, const Mode& mode) const;
  at::Tensor checkedInput(const std::string& name, const at::Tensor& value) const;
  // By node; those that no output needs at present are left out of a forward pass.
  std::vector<bool> neededNodes() const;
  template <typename Visit>
  void visitSlots(Visit visit) const;

  GraphSpec spec_;
  size_t slots_ = 0;  // of all nodes
  std::vector<Node> nodes_;
  std::vector<NodeReport> reports_;
  std::map<std::string, ValueShape> shapes_;
  std::vector<std::pair<std::string, size_t>> inputs_;   // name and value index
  std::vector<std::pair<std::string, size_t>> outputs_;  // name and value index
  at::ScalarType dtype_ = at::kFloat;
  at::Device device_ = at::kCPU;
};

}  // namespace ganode
