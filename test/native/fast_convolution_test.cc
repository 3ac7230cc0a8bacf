// Convolutions by fewer multiplications, against libtorch's own in double precision: values, gradients,
// gradients of gradients; every kernel compiled for AVX2 against the plain one.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "convolution/fast.h"
#include "convolution/tiling.h"
#include "device/device.h"
#include "graph/graph.h"
#include "graph/spec.h"
#include "step/latent.h"

namespace {

using namespace ganode::convolution;

struct Case {
  Method method;
  int64_t images, channels, filters, height, width;
  int64_t padding = 1;  // before
  int64_t kernel = method == Method::Halving ? 4 : method == Method::Keeping ? 3 : 5;

  int64_t stride() const { return method == Method::Halving || method == Method::WideHalving ? 2 : 1; }
  // After.
  int64_t end() const { return kernel - stride() - padding; }
  Plan plan() const {
    if (method != Method::WideHalving) return {method};
    const Plan::Fill fill = {2 - padding, padding - 1};
    return {method, {fill, fill}};
  }
};

// Whole tiles, tiles that reach over the edge, oblong images, several chunks of images, filters in several
// parts.
const std::vector<Case> kCases = {
    {Method::Halving, 3, 32, 48, 8, 8},          {Method::Halving, 2, 48, 32, 14, 28},
    {Method::Halving, 1, 32, 32, 10, 14},        {Method::Halving, 9, 64, 32, 32, 32},
    {Method::Halving, 2, 256, 208, 8, 8},        {Method::Keeping, 3, 32, 48, 4, 4},
    {Method::Keeping, 2, 48, 32, 7, 14},         {Method::Keeping, 9, 64, 96, 16, 16},
    {Method::Keeping, 2, 768, 400, 4, 4},        {Method::WideHalving, 3, 32, 48, 8, 16, 1},
    {Method::WideHalving, 9, 64, 32, 28, 14, 2}, {Method::WideKeeping, 3, 48, 32, 7, 8, 2},
};

at::Tensor normal(at::IntArrayRef sizes, at::Generator& random) {
  return at::empty(sizes, at::kDouble).normal_(0, 1, random);
}

struct Operands {
  at::Tensor x, w, y;  // y: a gradient at the output
};

Operands operandsOf(const Case& one) {
  at::Generator random = ganode::makeGenerator(5);
  return {normal({one.images, one.channels, one.height, one.width}, random),
          normal({one.filters, one.channels, one.kernel, one.kernel}, random),
          normal({one.images, one.filters, one.height / one.stride(), one.width / one.stride()}, random)};
}

at::Tensor reference(const Case& one, const at::Tensor& x, const at::Tensor& w,
                     const std::optional<at::Tensor>& bias) {
  const at::Tensor padded = at::constant_pad_nd(x, {one.padding, one.end(), one.padding, one.end()});
  return at::conv2d(padded, w, bias, one.stride());
}

at::Tensor reference(const Case& one, const at::Tensor& x, const at::Tensor& w) {
  return reference(one, x, w, {});
}

at::Tensor transposedReference(const Case& one, const at::Tensor& y, const at::Tensor& w,
                               const std::optional<at::Tensor>& bias) {
  return at::conv_transpose2d(y, w, bias, one.stride())
      .narrow(2, one.padding, one.height)
      .narrow(3, one.padding, one.width);
}

at::Tensor transposedReference(const Case& one, const at::Tensor& y, const at::Tensor& w) {
  return transposedReference(one, y, w, {});
}

// The largest difference, relative to the largest value.
double difference(const at::Tensor& got, const at::Tensor& expected) {
  REQUIRE(got.sizes() == expected.sizes());
  return ((got.to(at::kDouble) - expected).abs().max() / expected.abs().max()).item<double>();
}

using Convolve = std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>;

// The output, its gradients, and the gradients of a function of those.
std::vector<at::Tensor> derivatives(const Convolve& convolve, const at::Tensor& x, const at::Tensor& w,
                                    const at::Tensor& y) {
  const at::Tensor input = x.detach().clone().set_requires_grad(true);
  const at::Tensor weight = w.detach().clone().set_requires_grad(true);
  const at::Tensor cotangent = y.detach().clone().set_requires_grad(true);
  const at::Tensor output = convolve(input, weight);
  const auto first = torch::autograd::grad({output}, {input, weight}, {cotangent}, std::nullopt, true);
  const at::Tensor energy = first[0].square().sum() + first[1].square().sum();
  const auto second = torch::autograd::grad({energy}, {input, weight, cotangent});
  return {output, first[0], first[1], second[0], second[1], second[2]};
}

template <typename T>
constexpr at::ScalarType kTypeOf = c10::CppTypeToScalarType<T>::value;
template <>
constexpr at::ScalarType kTypeOf<BFloat16Bits> = at::kBFloat16;

template <typename T>
T* valuesOf(const at::Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

// A kernel's output of shape `to` for random values of shape `from`. `more`: a bias, for kernels that take
// one.
template <typename In, typename Out, typename Kernel, typename... More>
at::Tensor outputOf(const Kernel& kernel, const Extent& e, at::Generator& random, at::IntArrayRef from,
                    at::IntArrayRef to, int64_t count, More... more) {
  const at::Tensor input = normal(from, random).to(kTypeOf<In>);
  at::Tensor result = at::full(to, 7, kTypeOf<Out>);
  kernel(e, valuesOf<In>(input), more..., valuesOf<Out>(result), int64_t{0}, count);
  return result;
}

template <typename Tiling, typename T>
std::vector<at::Tensor> everyKernel(const Kernels<T>& kernels, const Extent& e) {
  using W = typename Exact<T>::Type;
  at::Generator random = ganode::makeGenerator(8);
  const int64_t points = Tiling::kPoints * Tiling::kPoints;
  const int64_t depth = Tiling::kPhases * e.channels;
  const at::Tensor biases = normal({std::max(e.channels, e.filters)}, random).to(kTypeOf<W>);
  const W* bias = valuesOf<W>(biases);
  const W* none = nullptr;
  const std::vector<int64_t> x = {e.images, e.height, e.width, e.channels};
  const std::vector<int64_t> y = {e.images, e.rows, e.columns, e.filters};
  const std::vector<int64_t> w = {e.filters, Tiling::kKernel, Tiling::kKernel, e.channels};
  const std::vector<int64_t> v = {points, e.tiles(), depth};
  const std::vector<int64_t> u = {points, e.filters, depth};
  const std::vector<int64_t> m = {points, e.tiles(), e.filters};
  return {outputOf<T, T>(kernels.spreadInput, e, random, x, v, e.tiles()),
          outputOf<W, T>(kernels.spreadWeights, e, random, w, u, e.filters),
          outputOf<T, T>(kernels.spreadOutput, e, random, y, m, e.tiles()),
          outputOf<T, T>(kernels.collectInput, e, random, v, x, e.images, none),
          outputOf<T, T>(kernels.collectInput, e, random, v, x, e.images, bias),
          outputOf<W, W>(kernels.collectWeights, e, random, u, w, e.filters),
          outputOf<T, T>(kernels.collectOutput, e, random, m, y, e.tiles(), none),
          outputOf<T, T>(kernels.collectOutput, e, random, m, y, e.tiles(), bias)};
}

template <typename Tiling, typename T>
void compareKernels(double tolerance) {
  const int64_t stride = Tiling::kStride;
  const auto tilesOf = [](int64_t outputs) { return (outputs + Tiling::kTile - 1) / Tiling::kTile; };
  const Extent e = {2, 32, 7 * stride, 5 * stride, 48, 7, 5, tilesOf(7), tilesOf(5)};
  const auto plain = everyKernel<Tiling, T>(plainKernels<Tiling, T>(), e);
  const auto avx2 = everyKernel<Tiling, T>(avx2Kernels<Tiling, T>(), e);
  for (size_t i = 0; i < plain.size(); ++i) {
    CAPTURE(i);
    CHECK(difference(avx2[i], plain[i].to(at::kDouble)) < tolerance);
  }
}

TEST_CASE("a convolution by fewer multiplications has the values and derivatives of the sliding kernel") {
  for (const Case& one : kCases) {
    CAPTURE(one.channels);
    CAPTURE(one.height);
    const Operands o = operandsOf(one);
    const auto expected = derivatives([&](auto& x, auto& w) { return reference(one, x, w); }, o.x, o.w, o.y);
    const auto got =
        derivatives([&](auto& x, auto& w) { return fastConvolution(one.plan(), x, w); }, o.x, o.w, o.y);
    for (size_t i = 0; i < got.size(); ++i) {
      CAPTURE(i);
      CHECK(difference(got[i], expected[i]) < 1e-12);
    }
  }
}

TEST_CASE("so has the transposed convolution") {
  for (const Case& one : kCases) {
    CAPTURE(one.channels);
    CAPTURE(one.height);
    const Operands o = operandsOf(one);
    const auto fast = [&](auto& y, auto& w) {
      return fastTransposed(one.plan(), y, w, {one.height, one.width});
    };
    const auto expected =
        derivatives([&](auto& y, auto& w) { return transposedReference(one, y, w); }, o.y, o.w, o.x);
    const auto got = derivatives(fast, o.y, o.w, o.x);
    for (size_t i = 0; i < got.size(); ++i) {
      CAPTURE(i);
      CHECK(difference(got[i], expected[i]) < 1e-12);
    }
  }
}

TEST_CASE("a bias is added to each filter, and has its gradient") {
  for (const Case& one : kCases) {
    CAPTURE(one.channels);
    CAPTURE(one.height);
    const Operands o = operandsOf(one);
    at::Generator random = ganode::makeGenerator(6);
    // The bias scales the weight as well, so that no derivative is 0.
    const at::Tensor ofFilters = normal({one.filters}, random);
    const at::Tensor ofChannels = normal({one.channels}, random);
    const auto check = [&](const Convolve& fast, const Convolve& slow, const at::Tensor& in,
                           const at::Tensor& bias, const at::Tensor& out) {
      const auto got = derivatives(fast, in, bias, out);
      const auto expected = derivatives(slow, in, bias, out);
      for (size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        CHECK(difference(got[i], expected[i]) < 1e-12);
      }
    };
    check([&](auto& x, auto& b) { return fastConvolution(one.plan(), x, o.w * b.sum(), b); },
          [&](auto& x, auto& b) { return reference(one, x, o.w * b.sum(), b); }, o.x, ofFilters, o.y);
    check(
        [&](auto& y, auto& b) {
          return fastTransposed(one.plan(), y, o.w * b.sum(), {one.height, one.width}, b);
        },
        [&](auto& y, auto& b) { return transposedReference(one, y, o.w * b.sum(), b); }, o.y, ofChannels,
        o.x);
  }
}

TEST_CASE("in single precision it is off by some units in the last place of the largest value") {
  for (const Case& one : kCases) {
    CAPTURE(one.channels);
    const double tolerance = one.method == Method::Halving ? 3e-6 : 6e-6;
    const Operands o = operandsOf(one);
    const at::Tensor x = o.x.to(at::kFloat);
    const at::Tensor w = o.w.to(at::kFloat);
    CHECK(difference(fastConvolution(one.plan(), x, w), reference(one, o.x, o.w)) < tolerance);
    const at::Tensor image = fastTransposed(one.plan(), o.y.to(at::kFloat), w, {one.height, one.width});
    CHECK(difference(image, transposedReference(one, o.y, o.w)) < tolerance);
  }
}

// The root of the mean square of the difference, relative to that of what is expected.
double deviation(const at::Tensor& got, const at::Tensor& expected) {
  REQUIRE(got.sizes() == expected.sizes());
  return ((got.to(at::kDouble) - expected).norm() / expected.norm()).item<double>();
}

// As `derivatives` with images in bfloat16 and weights in float; the function of the gradients is in float.
std::vector<at::Tensor> coarseDerivatives(const Convolve& convolve, const at::Tensor& x, const at::Tensor& w,
                                          const at::Tensor& y) {
  const at::Tensor input = x.detach().to(at::kBFloat16).set_requires_grad(true);
  const at::Tensor weight = w.detach().to(at::kFloat).set_requires_grad(true);
  const at::Tensor cotangent = y.detach().to(at::kBFloat16).set_requires_grad(true);
  const at::Tensor output = convolve(input, weight);
  const auto first = torch::autograd::grad({output}, {input, weight}, {cotangent}, std::nullopt, true);
  const at::Tensor energy = first[0].to(at::kFloat).square().sum() + first[1].square().sum();
  const auto second = torch::autograd::grad({energy}, {input, weight, cotangent});
  return {output, first[0], first[1], second[0], second[1], second[2]};
}

// Half of the error is of the points' values, which libtorch's does not have.
TEST_CASE("in bfloat16 the error is a few times libtorch's own; weights and their gradients are float") {
  const ganode::PrecisionScope precision(true, at::kCPU);
  for (const Case& one : kCases) {
    if (one.method != Method::Halving) continue;
    CAPTURE(one.channels);
    CAPTURE(one.height);
    const Operands o = operandsOf(one);
    const auto round = [](const at::Tensor& value) { return value.to(at::kBFloat16).to(at::kDouble); };
    const auto check = [&](const Convolve& fast, const Convolve& slow, const at::Tensor& in,
                           const at::Tensor& out) {
      const auto expected = derivatives(slow, round(in), o.w, round(out));
      const auto got = coarseDerivatives(fast, in, o.w, out);
      const auto peers = coarseDerivatives(slow, in, o.w, out);
      for (size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        const bool ofWeights = i == 2 || i == 4;
        const at::ScalarType type = ofWeights ? at::kFloat : at::kBFloat16;
        CHECK(got[i].options().dtype() == c10::scalarTypeToTypeMeta(type));
        CHECK(deviation(got[i], expected[i]) < 0.015);
        CHECK(deviation(got[i], expected[i]) < 6 * deviation(peers[i], expected[i]));
      }
    };
    check([&](auto& x, auto& w) { return fastConvolution(one.plan(), x, w); },
          [&](auto& x, auto& w) { return reference(one, x, w); }, o.x, o.y);
    check(
        [&](auto& y, auto& w) {
          return fastTransposed(one.plan(), y, w, {one.height, one.width});
        },
        [&](auto& y, auto& w) { return transposedReference(one, y, w); }, o.y, o.x);
  }
}

TEST_CASE("the bits repeat, and channels last stays so, as in libtorch's own") {
  const Operands o = operandsOf(kCases[3]);
  const at::Tensor x = o.x.to(at::kFloat);
  const at::Tensor w = o.w.to(at::kFloat);
  const at::Tensor y = fastConvolution({Method::Halving}, x, w);
  CHECK(at::equal(y, fastConvolution({Method::Halving}, x, w)));
  CHECK(y.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST_CASE("the method follows from the shape") {
  const auto halving = [](int64_t channels, int64_t filters, int64_t size) {
    return planFor({channels, filters, {4, 4}, {2, 2}, {1, 1}, {size, size}, {size / 2, size / 2}}).method;
  };
  CHECK(halving(64, 128, 32) == Method::Halving);
  CHECK(halving(64, 64, 14) == Method::Halving);
  CHECK(halving(3, 64, 64) == Method::Sliding);   // few channels
  CHECK(halving(64, 1, 64) == Method::Sliding);   // few filters
  CHECK(halving(40, 64, 64) == Method::Sliding);  // no whole lines
  CHECK(halving(64, 64, 4) == Method::Sliding);  // an output smaller than a tile: most of it would be in vain
  const auto square = [](int64_t kernel, int64_t stride, int64_t padding, int64_t from, int64_t to) {
    return planFor({64, 64, {kernel, kernel}, {stride, stride}, {padding, padding}, {from, from}, {to, to}});
  };
  CHECK(square(3, 1, 1, 16, 16).method == Method::Keeping);
  CHECK(square(3, 1, 0, 16, 14).method == Method::Sliding);
  CHECK(square(3, 2, 1, 16, 8).method ==
        Method::Sliding);  // more than half of a filled up kernel's would be in vain
  CHECK(square(5, 1, 2, 16, 16).method == Method::WideKeeping);
  CHECK(square(5, 2, 3, 16, 8).method == Method::Sliding);
  CHECK(square(7, 2, 3, 16, 8).method == Method::Sliding);
  for (const int64_t padding : {1, 2}) {
    const Plan plan = square(5, 2, padding, 16, 8);
    CHECK(plan.method == Method::WideHalving);
    CHECK(plan.fill[0].before == 2 - padding);
    CHECK(plan.fill[1].after == padding - 1);
  }
}

TEST_CASE(
    "a graph's layers are the sliding kernel's, with bias, in float and double, and to its precision in "
    "bfloat16") {
  at::Generator random = ganode::makeGenerator(3);
  // In bfloat16, kernel 5 goes to libtorch's own.
  const Case plain = {Method::Halving, 2, 32, 48, 8, 8};
  const Case same = {Method::WideHalving, 2, 32, 48, 8, 8};
  for (const Case& one : {plain, same}) {
    for (const bool transposed : {false, true}) {
      CAPTURE(one.kernel);
      CAPTURE(transposed);
      const int64_t channels = transposed ? one.filters : one.channels;
      const int64_t size = transposed ? one.height / 2 : one.height;
      const nlohmann::json node = {
          {"name", "n"},          {"op", transposed ? "convTranspose2d" : "conv2d"},
          {"inputs", {"x"}},      {"filters", transposed ? one.channels : one.filters},
          {"kernel", one.kernel}, {"stride", 2},
          {"padding", "same"}};
      const auto spec = ganode::parseGraph({{"version", 1},
                                            {"inputs", {{"x", {{"shape", {channels, size, size}}}}}},
                                            {"outputs", {{"y", "n"}}},
                                            {"nodes", {node}}});
      for (const auto type : {at::kFloat, at::kDouble}) {
        ganode::Graph graph(spec);
        graph.materialize(at::kCPU, type, random);
        std::map<std::string, at::Tensor> tensors;
        for (const auto& [name, tensor] : graph.tensors())
          tensors[name] = tensor.detach().normal_(0, 1, random);
        const at::Tensor x = normal({2, channels, size, size}, random).to(type);
        const at::Tensor w = tensors.at("n.weight").to(at::kDouble);
        const at::Tensor b = tensors.at("n.bias").to(at::kDouble);
        const at::Tensor wide = x.to(at::kDouble);
        const at::Tensor expected =
            transposed ? transposedReference(one, wide, w, b) : reference(one, wide, w, b);
        const auto outputOf = [&] { return graph.forward({{"x", x}}, ganode::Mode{}).at("y"); };
        CHECK(difference(outputOf(), expected) < (type == at::kFloat ? 5e-6 : 1e-12));
        if (type == at::kDouble) continue;
        const ganode::PrecisionScope precision(true, at::kCPU);
        CHECK(difference(outputOf(), expected) < 3e-2);
        CHECK(difference(outputOf(), expected) > 1e-4);
      }
    }
  }
}

TEST_CASE("kernels compiled for AVX2 do what the plain ones do" *
          doctest::skip(!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))) {
  compareKernels<Halving, float>(1e-5);
  compareKernels<Halving, double>(1e-13);
  compareKernels<Halving, BFloat16Bits>(1e-2);
  compareKernels<Keeping, float>(1e-5);
  compareKernels<Keeping, double>(1e-13);
  compareKernels<WideHalving, float>(1e-5);
  compareKernels<WideHalving, double>(1e-13);
  compareKernels<WideKeeping, float>(1e-5);
  compareKernels<WideKeeping, double>(1e-13);
}

}  // namespace
