// What an operator is, and how a family of operators makes itself known.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "graph/attributes.h"
#include "graph/initializer.h"
#include "graph/spec.h"

namespace ganode {

// How a forward pass is run.
struct Mode {
  bool training = false;
  at::Generator* generator = nullptr;  // for operators that draw (dropout); needed when training
  at::ScalarType dtype = at::kFloat;   // of the weights, for operators that make values; the graph sets it
  // Standing statistics: normalization uses the batch's, and running ones become the mean over this batch and
  // so many before it.
  std::optional<int64_t> standing = std::nullopt;
  // ψ of operators that truncate (Operator::truncates), in evaluation.
  std::optional<double> truncation = std::nullopt;
  // Real images shown so far, for attributes that are schedules; by default they are at their end.
  double images = std::numeric_limits<double>::infinity();
  // The one that every gate chooses (Operator::experts).
  std::optional<int64_t> expert = std::nullopt;
};

// x·factor + offset, each [channels].
struct Affine {
  at::Tensor factor;
  at::Tensor offset;
};

// A tensor that an operator owns: a parameter, or a buffer (saved, not trained).
struct Slot {
  std::string name;
  Dims shape;
  Initializer initializer;
  bool buffer = false;
  at::Tensor tensor;  // undefined until the graph is materialized
};

// What a constructor comes to where a weight or the output is larger than any may be; the graph adds which
// node it is.
class TooLarge : public std::length_error {
 public:
  using std::length_error::length_error;
};

// Weights and buffers of one node: more than the deepest recurrent layer of any paper has.
inline constexpr size_t kMostSlots = 10'000;

// One node at work. The constructor of a subclass checks attributes and input shapes, infers the output's
// shape and declares the slots.
class Operator {
 public:
  Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;
  virtual ~Operator() = default;

  // Inputs and output carry the batch dimension first; labels are int64 of shape [n].
  virtual at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) = 0;

  // The same, written over inputs[0]; for operators of which `writesOver` is true.
  virtual at::Tensor forwardInPlace(const std::vector<at::Tensor>& inputs, const Mode& mode);
  // The same with an affine map of the output's channels after it; for those of which `takesAffine` is true.
  virtual at::Tensor forwardThen(const Affine& affine, const std::vector<at::Tensor>& inputs,
                                 const Mode& mode);

  // Called once the slots have their first values; never after values were copied or loaded.
  virtual void materialized() {}

  // For one item, forward.
  virtual double multiplyAdds() const { return 0; }

  // Whether, in training, the values of an item depend on the other items of its batch.
  virtual bool mixesSamples() const { return false; }

  // Whether its output is memory of its own of which no gradient makes use, so that an operator that reads it
  // alone may write over it.
  virtual bool givesAway() const { return false; }

  // Whether it can work in place.
  virtual bool writesOver() const { return false; }

  // Whether, in evaluation, it is an affine map of its one input's channels, and the map.
  virtual bool isAffine() const { return false; }
  virtual Affine affine() const { return {}; }

  // Whether its weights can take up such a map, which is worth it where its output for a batch is larger than
  // they are.
  virtual bool takesAffine() const { return false; }

  // Whether it needs its input of that index at present; what nobody needs is not computed, and given
  // undefined.
  virtual bool reads(size_t) const { return true; }

  // Which doubling of the images' size fades in with it, counted from 1; 0: none.
  virtual int64_t level() const { return 0; }

  // So many doublings are there, the last one maybe in part.
  virtual void grow(double) {}

  // Whether, in evaluation, it draws a latent towards the mean by `Mode::truncation`.
  virtual bool truncates() const { return false; }

  // Of a gate: among how many it chooses by `Mode::expert`; 0 for any other operator.
  virtual int64_t experts() const { return 0; }

  std::vector<Slot>& slots() { return slots_; }

  // Shape of the output, which the constructor infers.
  const Dims& output() const { return output_; }

 protected:
  // Returns the index of the slot. Throws TooLarge for more than kMostValues values or kMostSlots slots.
  size_t declare(const std::string& name, Dims shape, Initializer initializer, bool buffer = false);
  const at::Tensor& tensor(size_t slot) const { return slots_[slot].tensor; }
  // Throws TooLarge for more than kMostValues values.
  void infer(Dims output);

 private:
  Dims output_;
  std::vector<Slot> slots_;
};

// What a constructor is given. ATen's meta device would infer shapes too, but without Python most of its
// operators have no kernel there; and these rules can say what was expected.
struct NodeContext {
  Attributes& attributes;
  const std::vector<ValueShape>& inputs;

  // The single input; throws where there are several, or where it is a label.
  const Dims& input() const;
  // The same, with as many dimensions as asked for, or `other` as many.
  const Dims& input(size_t rank, size_t other = 0) const;
  // The single input, a label.
  const ValueShape& label() const;

  // For operators with several inputs. Throws where there are more or fewer; `names` says what they are.
  void expectInputs(size_t count, const std::string& names) const;
  // One of several inputs, as above.
  const Dims& inputAt(size_t index, size_t rank, size_t other = 0) const;
  const ValueShape& labelAt(size_t index) const;
};

using Factory = std::function<std::unique_ptr<Operator>(NodeContext&)>;
using Registry = std::map<std::string, Factory>;

// An operator without slots: one function of its inputs.
using Function = std::function<at::Tensor(const std::vector<at::Tensor>&)>;
std::unique_ptr<Operator> makeFunction(Dims output, Function function, bool mixesSamples = false);
// The same, with what writes its result over inputs[0].
std::unique_ptr<Operator> makeFunction(Dims output, Function function, Function inPlace);

// At least float: statistics of bfloat16 values are too coarse.
at::Tensor precise(const at::Tensor& value);

// All operators by name.
const Registry& registry();

// One a family, each in the file of its name.
void registerDense(Registry& registry);
void registerConvolution(Registry& registry);
void registerNormalization(Registry& registry);
void registerActivation(Registry& registry);
void registerShaping(Registry& registry);
void registerResampling(Registry& registry);
void registerMinibatch(Registry& registry);
void registerAttention(Registry& registry);
void registerConditional(Registry& registry);
void registerRecurrent(Registry& registry);
void registerStyle(Registry& registry);
void registerFade(Registry& registry);
void registerExperts(Registry& registry);

}  // namespace ganode
