// What nodes that follow each other can do at once: an activation over the memory of its input, and, in
// evaluation, batch normalization within the weights before it.
#include <ATen/ATen.h>

#include "graph/graph.h"

namespace ganode {

void Graph::findFusions() {
  const size_t first = inputs_.size();  // values of nodes come after those of inputs
  std::vector<size_t> readers(first + nodes_.size(), 0);
  for (const Node& node : nodes_) {
    for (const size_t input : node.inputs) ++readers[input];
  }
  for (const auto& [name, value] : outputs_) ++readers[value];

  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    if (node.inputs.empty() || node.inputs[0] < first || readers[node.inputs[0]] != 1) continue;
    Node& before = nodes_[node.inputs[0] - first];
    node.inPlace = node.op->writesOver() && before.op->givesAway();
    if (node.op->isAffine() && before.op->takesAffine()) {
      before.takes = i;
      node.taken = true;
    }
  }
}

bool Graph::worthTaking(const Node& node, int64_t items) const {
  int64_t weights = 0;
  for (const Slot& slot : node.op->slots()) weights += slot.tensor.numel();
  return items * c10::multiply_integers(node.op->output()) > weights;
}

at::Tensor Graph::runNode(const Node& node, const std::vector<at::Tensor>& inputs, const Mode& mode) const {
  if (!mode.training && !mode.standing && !inputs.empty()) {
    const int64_t items = inputs[0].size(0);
    if (node.takes && worthTaking(node, items))
      return node.op->forwardThen(nodes_[*node.takes].op->affine(), inputs, mode);
    if (node.taken && worthTaking(nodes_[node.inputs[0] - inputs_.size()], items)) return inputs[0];
  }
  return node.inPlace ? node.op->forwardInPlace(inputs, mode) : node.op->forward(inputs, mode);
}

}  // namespace ganode
