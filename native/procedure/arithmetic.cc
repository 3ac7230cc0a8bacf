// Operators on single numbers: of one value, or of several whose shapes are broadcast.
#include <ATen/ATen.h>

#include "procedure/value.h"

namespace ganode {
namespace {

using Tensors = ValueOperator::Tensors;

constexpr double kNoLimit = 1e12;

ValueFactory ofOne(at::Tensor (*function)(const at::Tensor&)) {
  return [function](ValueContext& context) {
    context.expectReal(1, "one value");
    return makeValueFunction(context.inputs[0], [function](const Tensors& inputs, const Moment&) {
      return function(precise(inputs[0]));
    });
  };
}

// Two values or more, from the left.
ValueFactory ofSeveral(at::Tensor (*function)(const at::Tensor&, const at::Tensor&)) {
  return [function](ValueContext& context) {
    if (context.inputs.size() < 2) context.attributes.fail("expected two values or more, got fewer");
    context.expectReal(context.inputs.size(), "values");
    const ValueType type = context.broadcast();
    const std::vector<ValueType> types = context.inputs;
    return makeValueFunction(type, [=, rank = type.shape.dims.size()](const Tensors& inputs, const Moment&) {
      at::Tensor result = alignRight(precise(inputs[0]), types[0], rank);
      for (size_t i = 1; i < inputs.size(); ++i)
        result = function(result, alignRight(precise(inputs[i]), types[i], rank));
      return result;
    });
  };
}

// x·by, x + by: `by` may be a schedule.
ValueFactory byNumber(at::Tensor (*function)(const at::Tensor&, double)) {
  return [function](ValueContext& context) {
    context.expectReal(1, "one value");
    const Schedule by = context.attributes.schedule("by", -kNoLimit, kNoLimit, 1);
    return makeValueFunction(context.inputs[0], [=](const Tensors& inputs, const Moment& moment) {
      return function(precise(inputs[0]), by.at(moment.images));
    });
  };
}

std::unique_ptr<ValueOperator> powerOf(ValueContext& context) {
  context.expectReal(1, "one value");
  const double exponent = context.attributes.number("exponent", -100, 100, 2);
  return makeValueFunction(context.inputs[0], [=](const Tensors& inputs, const Moment&) {
    return precise(inputs[0]).pow(exponent);
  });
}

std::unique_ptr<ValueOperator> clampOf(ValueContext& context) {
  context.expectReal(1, "one value");
  const double least = context.attributes.number("least", -kNoLimit, kNoLimit, -kNoLimit);
  const double most = context.attributes.number("most", -kNoLimit, kNoLimit, kNoLimit);
  if (least > most) context.attributes.fail("expected least to be at most most");
  return makeValueFunction(context.inputs[0], [=](const Tensors& inputs, const Moment&) {
    return precise(inputs[0]).clamp(least, most);
  });
}

// a + (b - a)·t
std::unique_ptr<ValueOperator> lerpOf(ValueContext& context) {
  context.expectReal(3, "two ends and the share of the way");
  const ValueType type = context.broadcast();
  const std::vector<ValueType> types = context.inputs;
  return makeValueFunction(type, [=, rank = type.shape.dims.size()](const Tensors& inputs, const Moment&) {
    const auto aligned = [&](size_t i) { return alignRight(precise(inputs[i]), types[i], rank); };
    return at::lerp(aligned(0), aligned(1), aligned(2));
  });
}

}  // namespace

void registerArithmetic(ValueRegistry& registry) {
  using T = const at::Tensor&;
  registry["add"] = ofSeveral([](T a, T b) { return at::add(a, b); });
  registry["subtract"] = ofSeveral([](T a, T b) { return at::sub(a, b); });
  registry["multiply"] = ofSeveral([](T a, T b) { return at::mul(a, b); });
  registry["divide"] = ofSeveral([](T a, T b) { return at::div(a, b); });
  registry["minimum"] = ofSeveral([](T a, T b) { return at::minimum(a, b); });
  registry["maximum"] = ofSeveral([](T a, T b) { return at::maximum(a, b); });
  registry["scale"] = byNumber([](T x, double by) { return by == 1 ? x : x * by; });
  registry["shift"] = byNumber([](T x, double by) { return x + by; });
  registry["square"] = ofOne([](T x) { return x.square(); });
  registry["sqrt"] = ofOne([](T x) { return x.sqrt(); });
  registry["abs"] = ofOne([](T x) { return x.abs(); });
  registry["sign"] = ofOne([](T x) { return x.sign(); });
  registry["positive"] = ofOne([](T x) { return x.gt(0).to(x.scalar_type()); });
  registry["exp"] = ofOne([](T x) { return x.exp(); });
  registry["log"] = ofOne([](T x) { return x.log(); });
  // Graphs have these operators for items only; here they take values that are there once, too.
  registry["relu"] = ofOne([](T x) { return x.relu(); });
  registry["sigmoid"] = ofOne([](T x) { return x.sigmoid(); });
  registry["tanh"] = ofOne([](T x) { return x.tanh(); });
  // at::softplus turns linear above a threshold, which is not exact in double precision.
  registry["softplus"] = ofOne([](T x) { return at::log_sigmoid(x.neg()).neg(); });
  registry["power"] = powerOf;
  registry["clamp"] = clampOf;
  registry["lerp"] = lerpOf;
}

}  // namespace ganode
