#include "graph/graph.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "device/out_of_memory.h"
#include "error.h"
#include "profile/recorder.h"

namespace ganode {
namespace {

// The first line of an ATen message, without the C++ stack.
std::string firstLine(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  return text.substr(0, text.find('\n'));
}

// The most weights and buffers that all nodes of a graph may have together, so that a graph of a few
// kilobytes cannot ask for any amount of memory.
constexpr size_t kMostSlotsOfGraph = 100'000;

std::string place(const NodeSpec& node) { return "node \"" + node.name + "\" (" + node.op + "): "; }

}  // namespace

Graph::Graph(GraphSpec spec) : spec_(std::move(spec)) {
  std::map<std::string, size_t> indices;
  for (const auto& [name, shape] : spec_.inputs) {
    inputs_.emplace_back(name, indices.size());
    indices.emplace(name, indices.size());
    shapes_[name] = shape;
  }
  for (const NodeSpec& node : spec_.nodes) {
    addNode(node, indices);
    indices.emplace(node.name, indices.size());
  }
  for (const auto& [name, target] : spec_.outputs) outputs_.emplace_back(name, indices.at(target));
  findLastUses(indices);
  findFusions();
}

void Graph::addNode(const NodeSpec& spec, const std::map<std::string, size_t>& indices) {
  const auto factory = registry().find(spec.op);
  if (factory == registry().end()) {
    std::string known;
    for (const auto& [name, unused] : registry()) known += (known.empty() ? "" : ", ") + name;
    throw Error("INVALID_GRAPH", place(spec) + "no such operator; there are " + known);
  }
  Node node;
  node.value = indices.size();
  std::vector<ValueShape> shapes;
  for (const std::string& input : spec.inputs) {
    node.inputs.push_back(indices.at(input));
    shapes.push_back(shapes_.at(input));
  }
  Attributes attributes(spec);
  NodeContext context{attributes, shapes};
  try {
    node.op = factory->second(context);
  } catch (const TooLarge& error) {
    attributes.fail(error.what());
  }
  attributes.finish();
  slots_ += node.op->slots().size();
  if (slots_ > kMostSlotsOfGraph) {
    attributes.fail("expected at most " + std::to_string(kMostSlotsOfGraph) +
                    " weights in all nodes, got more");
  }

  NodeReport report{spec.name, spec.op, node.op->output(), 0, 0, node.op->multiplyAdds()};
  for (const Slot& slot : node.op->slots()) {
    (slot.buffer ? report.buffers : report.parameters) += product(slot.shape);
  }
  reports_.push_back(std::move(report));
  shapes_[spec.name].dims = node.op->output();
  nodes_.push_back(std::move(node));
}

void Graph::findLastUses(const std::map<std::string, size_t>& indices) {
  std::vector<bool> needed(indices.size(), false);
  for (const auto& [name, value] : outputs_) needed[value] = true;
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    for (const size_t value : node->inputs) {
      if (needed[value]) continue;
      needed[value] = true;
      node->last.push_back(value);
    }
  }
}

template <typename Visit>
void Graph::visitSlots(Visit visit) const {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    for (Slot& slot : nodes_[i].op->slots()) visit(spec_.nodes[i], slot);
  }
}

void Graph::materialize(const at::Device& device, at::ScalarType dtype, at::Generator& generator) {
  dtype_ = dtype;
  device_ = device;
  visitSlots([&](const NodeSpec& node, Slot& slot) {
    at::Tensor values = at::empty(slot.shape, at::TensorOptions().dtype(dtype));
    initialize(values, slot.initializer, generator);
    // oneDNN's and cuDNN's fast convolutions want channels last. A copy, since contiguous() leaves a kernel
    // of one channel, which is both, with strides that count as contiguous: its convolution's output would be
    // laid out unlike its gradient, and what lies between them runs many times slower.
    const auto format = values.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    slot.tensor = at::empty(slot.shape, values.options().device(device).memory_format(format));
    slot.tensor.copy_(values);
    slot.tensor.set_requires_grad(!slot.buffer && !node.frozen);
  });
  for (const Node& node : nodes_) node.op->materialized();
}

void Graph::materializeAs(const Graph& other) {
  dtype_ = other.dtype_;
  device_ = other.device_;
  const auto source = other.tensors();
  size_t next = 0;
  visitSlots([&](const NodeSpec&, Slot& slot) { slot.tensor = source.at(next++).second.detach().clone(); });
}

at::Tensor Graph::checkedInput(const std::string& name, const at::Tensor& value) const {
  const ValueShape& shape = shapes_.at(name);
  const Dims got = value.sizes().vec();
  const bool fits = shape.isLabel()
                        ? value.dim() == 1
                        : value.dim() > 0 && value.sizes().slice(1) == at::IntArrayRef(shape.dims);
  if (!fits) {
    throw Error("INVALID_DATA",
                "input \"" + name + "\": expected a batch of " + describe(shape) + ", got " + describe(got));
  }
  if (shape.isLabel() && value.is_cpu()) requireClasses(name, value);
  return value.to(device_);
}

void Graph::requireClasses(const std::string& name, const at::Tensor& labels) const {
  const int64_t classes = shapes_.at(name).classes;
  if (labels.numel() == 0) return;
  const auto least = labels.min().item<int64_t>();
  const auto most = labels.max().item<int64_t>();
  if (least >= 0 && most < classes) return;
  throw Error("INVALID_DATA", "input \"" + name + "\": expected class indices from 0 to " +
                                  std::to_string(classes - 1) + ", got " + std::to_string(least) + " to " +
                                  std::to_string(most));
}

Values Graph::forward(const Values& inputs, const Mode& mode) const {
  std::vector<at::Tensor> values(inputs_.size() + nodes_.size());
  for (const auto& [name, index] : inputs_) {
    const auto given = inputs.find(name);
    if (given == inputs.end())
      throw Error("INVALID_DATA", "input \"" + name + "\": expected values, got none");
    values[index] = checkedInput(name, given->second);
  }
  Mode own = mode;
  own.dtype = dtype_;
  const std::vector<bool> needed = neededNodes();
  std::vector<at::Tensor> arguments;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    if (!needed[i]) continue;
    const profile::Span span(profile::Kind::Node, spec_.nodes[i].name, {}, spec_.nodes[i].op);
    arguments.clear();
    for (const size_t input : node.inputs) arguments.push_back(values[input]);
    try {
      values[node.value] = runNode(node, arguments, own);
    } catch (const c10::Error& error) {
      throwIfOutOfMemory(error);
      throw Error("INVALID_DATA", place(spec_.nodes[i]) + firstLine(error));
    }
    for (const size_t spent : node.last) values[spent].reset();
  }
  Values outputs;
  for (const auto& [name, index] : outputs_) outputs[name] = values[index];
  return outputs;
}

std::vector<bool> Graph::neededNodes() const {
  std::vector<bool> values(inputs_.size() + nodes_.size(), false);
  for (const auto& [name, value] : outputs_) values[value] = true;
  std::vector<bool> needed(nodes_.size(), false);
  for (size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = nodes_[i];
    needed[i] = values[node.value];
    if (!needed[i]) continue;
    for (size_t input = 0; input < node.inputs.size(); ++input) {
      if (node.op->reads(input)) values[node.inputs[input]] = true;
    }
  }
  return needed;
}

int64_t Graph::levels() const {
  int64_t most = 0;
  for (const Node& node : nodes_) most = std::max(most, node.op->level());
  return most;
}

void Graph::setLod(double lod) const {
  const at::NoGradGuard noGrad;
  const double there = static_cast<double>(levels()) - lod;
  for (const Node& node : nodes_) node.op->grow(there);
}

const NodeSpec* Graph::mixingNode() const {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].op->mixesSamples()) return &spec_.nodes[i];
  }
  return nullptr;
}

bool Graph::truncates() const {
  return std::any_of(nodes_.begin(), nodes_.end(), [](const Node& node) { return node.op->truncates(); });
}

int64_t Graph::experts() const {
  int64_t fewest = 0;
  for (const Node& node : nodes_) {
    const int64_t experts = node.op->experts();
    if (experts > 0 && (fewest == 0 || experts < fewest)) fewest = experts;
  }
  return fewest;
}

std::vector<std::pair<std::string, at::Tensor>> Graph::tensors() const {
  std::vector<std::pair<std::string, at::Tensor>> all;
  visitSlots(
      [&](const NodeSpec& node, Slot& slot) { all.emplace_back(node.name + "." + slot.name, slot.tensor); });
  return all;
}

std::vector<std::pair<std::string, Dims>> Graph::shapes() const {
  std::vector<std::pair<std::string, Dims>> all;
  visitSlots(
      [&](const NodeSpec& node, Slot& slot) { all.emplace_back(node.name + "." + slot.name, slot.shape); });
  return all;
}

std::vector<std::pair<std::string, at::Tensor>> Graph::trainable() const {
  std::vector<std::pair<std::string, at::Tensor>> some;
  visitSlots([&](const NodeSpec& node, Slot& slot) {
    if (!slot.buffer && !node.frozen) some.emplace_back(node.name + "." + slot.name, slot.tensor);
  });
  return some;
}

std::vector<std::pair<std::string, at::Tensor>> Graph::buffers() const {
  std::vector<std::pair<std::string, at::Tensor>> some;
  visitSlots([&](const NodeSpec& node, Slot& slot) {
    if (slot.buffer) some.emplace_back(node.name + "." + slot.name, slot.tensor);
  });
  return some;
}

uint64_t Graph::bytes() const {
  uint64_t sum = 0;
  for (const auto& [name, tensor] : tensors()) sum += tensor.nbytes();
  return sum;
}

}  // namespace ganode
