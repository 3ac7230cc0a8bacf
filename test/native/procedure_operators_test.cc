// Operators of procedures against values by hand.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>

#include "procedure/value.h"
#include "step/latent.h"

namespace {

using nlohmann::json;

at::Tensor computed(const json& value, const std::vector<ganode::ValueType>& types,
                    const std::vector<at::Tensor>& inputs) {
  ganode::NodeSpec spec;
  spec.name = "x";
  spec.op = value["op"];
  spec.attributes = value;
  spec.attributes.erase("op");
  at::Generator random = ganode::makeGenerator(1);
  return ganode::makeValueOperator(spec, types)->compute(inputs, {50, &random});
}

ganode::ValueType ofItem(ganode::Dims dims) {
  ganode::ValueType type;
  type.shape.dims = std::move(dims);
  return type;
}

ganode::ValueType label(int64_t classes) {
  ganode::ValueType type;
  type.shape.classes = classes;
  return type;
}

ganode::ValueType once(ganode::Dims dims) {
  ganode::ValueType type = ofItem(std::move(dims));
  type.once = true;
  return type;
}

at::Tensor doubles(const std::vector<double>& values, at::IntArrayRef sizes) {
  return at::tensor(values, at::kDouble).reshape(sizes);
}

void expectClose(const at::Tensor& got, const at::Tensor& wanted) {
  CHECK(got.sizes() == wanted.sizes());
  CHECK(at::allclose(got.to(at::kDouble), wanted.to(at::kDouble), 1e-12, 1e-12));
}

}  // namespace

TEST_CASE("operators on numbers") {
  const at::Tensor a = doubles({1, -2, 3, -4}, {2, 2});
  const at::Tensor b = doubles({10, 20}, {2, 1});
  const std::vector<ganode::ValueType> both = {ofItem({2}), ofItem({1})};
  expectClose(computed({{"op", "add"}}, both, {a, b}), doubles({11, 8, 23, 16}, {2, 2}));
  expectClose(computed({{"op", "subtract"}}, both, {a, b}), doubles({-9, -12, -17, -24}, {2, 2}));
  expectClose(computed({{"op", "multiply"}}, both, {a, b}), doubles({10, -20, 60, -80}, {2, 2}));
  expectClose(computed({{"op", "divide"}}, both, {a, b}), doubles({0.1, -0.2, 0.15, -0.2}, {2, 2}));
  expectClose(computed({{"op", "maximum"}}, both, {a, b}), doubles({10, 10, 20, 20}, {2, 2}));
  expectClose(computed({{"op", "minimum"}}, both, {a, b}), a);
  // One for the batch serves all items, whose shape has more dimensions.
  expectClose(computed({{"op", "add"}}, {ofItem({2}), once({})}, {a, at::scalar_tensor(1, at::kDouble)}),
              a + 1);
  expectClose(computed({{"op", "lerp"}}, {ofItem({2}), ofItem({2}), ofItem({1})},
                       {a, a * 0, doubles({0.25, 0.5}, {2, 1})}),
              doubles({0.75, -1.5, 1.5, -2}, {2, 2}));
  const std::vector<ganode::ValueType> one = {ofItem({2})};
  expectClose(computed({{"op", "scale"}, {"by", -3}}, one, {a}), a * -3);
  // Half way at 50 images.
  expectClose(
      computed({{"op", "shift"}, {"by", {{"schedule", "linear"}, {"from", 0}, {"to", 1}, {"images", 100}}}},
               one, {a}),
      a + 0.5);
  expectClose(computed({{"op", "square"}}, one, {a}), doubles({1, 4, 9, 16}, {2, 2}));
  expectClose(computed({{"op", "power"}, {"exponent", 3}}, one, {a}), doubles({1, -8, 27, -64}, {2, 2}));
  expectClose(computed({{"op", "clamp"}, {"least", -1}, {"most", 2}}, one, {a}),
              doubles({1, -1, 2, -1}, {2, 2}));
  expectClose(computed({{"op", "abs"}}, one, {a}), doubles({1, 2, 3, 4}, {2, 2}));
  expectClose(computed({{"op", "sqrt"}}, one, {a.square()}), doubles({1, 2, 3, 4}, {2, 2}));
  expectClose(computed({{"op", "sign"}}, one, {a}), doubles({1, -1, 1, -1}, {2, 2}));
  expectClose(computed({{"op", "positive"}}, one, {a}), doubles({1, 0, 1, 0}, {2, 2}));
  expectClose(computed({{"op", "relu"}}, one, {a}), doubles({1, 0, 3, 0}, {2, 2}));
  const auto each = [&](double (*function)(double)) {
    std::vector<double> values;
    for (const double x : {1.0, -2.0, 3.0, -4.0}) values.push_back(function(x));
    return doubles(values, {2, 2});
  };
  expectClose(computed({{"op", "exp"}}, one, {a}), each(std::exp));
  expectClose(computed({{"op", "log"}}, one, {a.exp()}), a);
  expectClose(computed({{"op", "tanh"}}, one, {a}), each(std::tanh));
  expectClose(computed({{"op", "sigmoid"}}, one, {a}), each([](double x) { return 1 / (1 + std::exp(-x)); }));
  expectClose(computed({{"op", "softplus"}}, one, {a}),
              each([](double x) { return std::log1p(std::exp(x)); }));
}

TEST_CASE("operators that reduce") {
  const at::Tensor x = doubles({3, 4, 1, 2, 0, -6, 5, 7}, {2, 2, 2});
  const std::vector<ganode::ValueType> one = {ofItem({2, 2})};
  expectClose(computed({{"op", "sum"}}, one, {x}), doubles({10, 6}, {2}));
  expectClose(computed({{"op", "mean"}}, one, {x}), doubles({2.5, 1.5}, {2}));
  expectClose(computed({{"op", "sum"}, {"keep", 1}}, one, {x}), doubles({7, 3, -6, 12}, {2, 2}));
  expectClose(computed({{"op", "norm"}, {"keep", 1}}, one, {x}),
              doubles({5, std::sqrt(5.0), 6, std::sqrt(74.0)}, {2, 2}));
  expectClose(computed({{"op", "batchMean"}}, one, {x}), doubles({1.5, -1, 3, 4.5}, {2, 2}));
  expectClose(computed({{"op", "batchDeviation"}}, one, {x}), doubles({1.5, 5, 2, 2.5}, {2, 2}));
  // Of 3, 5: the sample's.
  expectClose(computed({{"op", "deviation"}}, {ofItem({1})}, {doubles({3, 5}, {2, 1})}),
              at::scalar_tensor(std::sqrt(2.0), at::kDouble));
  const at::Tensor logits = doubles({0, 0, std::log(3.0), 0}, {2, 2});
  const at::Tensor labels = at::tensor({1, 0}, at::kLong);
  expectClose(computed({{"op", "crossEntropy"}}, {ofItem({2}), label(2)}, {logits, labels}),
              doubles({std::log(2.0), std::log(4.0 / 3)}, {2}));
  expectClose(computed({{"op", "crossEntropy"}}, {ofItem({2}), ofItem({2})},
                       {logits, doubles({0.5, 0.5, 0, 1}, {2, 2})}),
              doubles({std::log(2.0), std::log(4.0)}, {2}));
  CHECK(computed({{"op", "argmax"}}, {ofItem({2})}, {doubles({0, 1, 3, 2}, {2, 2})}).equal(labels));
  expectClose(computed({{"op", "equal"}}, {label(2), label(2)}, {labels, labels * 0}), doubles({0, 1}, {2}));
}

TEST_CASE("operators on items") {
  const at::Tensor x = at::arange(16, at::kDouble).reshape({4, 1, 2, 2});
  const at::Tensor packed = computed({{"op", "pack"}, {"count", 2}}, {ofItem({1, 2, 2})}, {x});
  CHECK(packed.sizes() == at::IntArrayRef({2, 2, 2, 2}));
  expectClose(computed({{"op", "unpack"}, {"count", 2}}, {ofItem({2, 2, 2})}, {packed}), x);
  expectClose(computed({{"op", "first"}, {"of", 2}}, {ofItem({1, 2, 2})}, {x}), x.narrow(0, 0, 2));
  expectClose(computed({{"op", "first"}, {"of", 9}}, {ofItem({1, 2, 2})}, {x}), x.narrow(0, 0, 1));
  // Of four the half with the greatest first number.
  expectClose(computed({{"op", "topMean"}, {"share", 0.5}}, {ofItem({1}), ofItem({})},
                       {doubles({1, 9, 3, 7}, {4, 1}), doubles({10, 20, 30, 40}, {4})}),
              at::scalar_tensor(30, at::kDouble));
  const at::Tensor moved =
      computed({{"op", "flipAndShift"}, {"shift", 0}, {"flip", false}}, {ofItem({1, 2, 2})}, {x});
  expectClose(moved, x);
}

TEST_CASE("averages begin with the first value, or with zero") {
  const auto run = [](const json& more) {
    json attributes = more;
    attributes["decay"] = 0.9;
    ganode::NodeSpec spec;
    spec.name = "x";
    spec.op = "average";
    spec.attributes = attributes;
    const auto average = ganode::makeValueOperator(spec, {once({})});
    std::vector<double> values;
    for (const double x : {10.0, 20.0})
      values.push_back(average->compute({at::scalar_tensor(x, at::kDouble)}, {}).item<double>());
    return values;
  };
  const std::vector<double> fromFirst = run(json::object());
  CHECK(fromFirst[0] == 10);
  CHECK(fromFirst[1] == doctest::Approx(11));
  const std::vector<double> fromZero = run({{"start", "zero"}});
  CHECK(fromZero[0] == doctest::Approx(1));
  CHECK(fromZero[1] == doctest::Approx(2.9));
}
