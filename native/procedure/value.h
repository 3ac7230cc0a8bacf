// Values of a procedure: what an item of each is, and how it comes of others.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph/attributes.h"
#include "graph/graph.h"

namespace ganode {

// What a value is, without the number of its items.
struct ValueType {
  ValueShape shape;
  // How many items there are: so many for so many of the batch, at least one.
  int64_t items = 1;
  int64_t of = 1;
  // One for the whole batch: its tensor has no batch dimension.
  bool once = false;

  int64_t count(int64_t batch) const { return once ? 1 : std::max<int64_t>(1, batch * items / of); }
  bool sameItems(const ValueType& other) const { return items * other.of == other.items * of; }
};
// "[3, 64, 64] an item", "[1], once".
std::string describe(const ValueType& type);

// When a value is computed.
struct Moment {
  double images = 0;  // real images shown before the step
  at::Generator* random = nullptr;
};

// How a value is computed from its inputs. A subclass, or a function, for each operator.
class ValueOperator {
 public:
  using Tensors = std::vector<at::Tensor>;

  explicit ValueOperator(ValueType type) : type_(std::move(type)) {}
  ValueOperator(const ValueOperator&) = delete;
  ValueOperator& operator=(const ValueOperator&) = delete;
  virtual ~ValueOperator() = default;

  // Inputs and result have the batch dimension first, unless they are there once.
  virtual at::Tensor compute(const Tensors& inputs, const Moment& moment) = 0;
  // Whether it draws, or moves state of its own: it is then computed anew for each batch.
  virtual bool isFresh() const { return false; }
  // Live tensors that a checkpoint keeps.
  virtual std::vector<std::pair<std::string, at::Tensor>> state() const { return {}; }
  // Brings them to the device on which values are to be computed; before the first of them.
  virtual void moveTo(const at::Device& /*device*/) {}

  const ValueType& type() const { return type_; }

 private:
  ValueType type_;
};

// What an operator is made from. Failures name the value.
struct ValueContext {
  Attributes& attributes;
  const std::vector<ValueType>& inputs;

  // Throws unless there are so many inputs, none of them a label; `names` says what they are.
  void expectReal(size_t count, const std::string& names) const;
  // What values of one operation come to: shapes as NumPy broadcasts them, aligned at the right; one that is
  // there once serves all items. Throws where shapes or numbers of items differ.
  ValueType broadcast() const;
};

using ValueFactory = std::function<std::unique_ptr<ValueOperator>(ValueContext&)>;
using ValueRegistry = std::map<std::string, ValueFactory>;

// Operators of procedures by name. Those of graphs that have no weights are there beside them.
const ValueRegistry& valueRegistry();
// Makes the operator of a value that is neither data, a draw, a network's nor a derivative. Throws
// Error("INVALID_OPTION").
std::unique_ptr<ValueOperator> makeValueOperator(const NodeSpec& spec, const std::vector<ValueType>& inputs);

// An operator that is a function.
using ValueFunction = std::function<at::Tensor(const ValueOperator::Tensors&, const Moment&)>;
std::unique_ptr<ValueOperator> makeValueFunction(ValueType type, ValueFunction function);

// A tensor with as many dimensions for an item as `rank`, ones in front: what broadcasting needs.
at::Tensor alignRight(const at::Tensor& value, const ValueType& type, size_t rank);

// One a family, each in the file of its name.
void registerArithmetic(ValueRegistry& registry);
void registerReductions(ValueRegistry& registry);
void registerItems(ValueRegistry& registry);
void registerAverages(ValueRegistry& registry);

}  // namespace ganode
