// Up- and down-sampling, and pooling.
#include <ATen/ATen.h>

#include "graph/operator.h"
#include "graph/upfirdn.h"

namespace ganode {
namespace {

using Inputs = const std::vector<at::Tensor>&;

at::Tensor resize(const at::Tensor& x, int64_t height, int64_t width, const std::string& mode) {
  if (mode == "nearest") return at::upsample_nearest2d(x, {height, width});
  // Half-pixel centres, as PyTorch with align_corners=False.
  return at::upsample_bilinear2d(x, {height, width}, /*align_corners=*/false);
}

std::unique_ptr<Operator> upsample(NodeContext& node) {
  const Dims& dims = node.input(3);
  const int64_t factor = node.attributes.integer("factor", 1, 2);
  const std::string mode = node.attributes.choice("mode", {"nearest", "bilinear"}, "nearest");
  const int64_t height = dims[1] * factor;
  const int64_t width = dims[2] * factor;
  return makeFunction({dims[0], height, width},
                      [=](Inputs inputs) { return resize(inputs[0], height, width, mode); });
}

std::unique_ptr<Operator> downsample(NodeContext& node) {
  const Dims& dims = node.input(3);
  const int64_t factor = node.attributes.integer("factor", 1, 2);
  const std::string mode = node.attributes.choice("mode", {"area", "nearest", "bilinear"}, "area");
  if (dims[1] % factor != 0 || dims[2] % factor != 0) {
    node.attributes.fail("expected height and width to divide by factor " + std::to_string(factor) +
                         ", got " + describe(dims));
  }
  const int64_t height = dims[1] / factor;
  const int64_t width = dims[2] / factor;
  return makeFunction({dims[0], height, width}, [=](Inputs inputs) {
    return mode == "area" ? at::avg_pool2d(inputs[0], {factor, factor})
                          : resize(inputs[0], height, width, mode);
  });
}

struct Window {
  Pair kernel;
  Pair stride;
  Pair padding;
  Dims output;

  explicit Window(NodeContext& node)
      : kernel(node.attributes.pair("kernel", 1)),
        stride(node.attributes.pair("stride", 1, kernel)),
        padding(node.attributes.pair("padding", 0, Pair{0, 0})) {
    const Dims& dims = node.input(3);
    output = {dims[0], 0, 0};
    for (size_t axis = 0; axis < 2; ++axis) {
      const int64_t room = dims[axis + 1] + 2 * padding[axis] - kernel[axis];
      if (room < 0) node.attributes.fail("the kernel does not fit the input " + describe(dims));
      output[axis + 1] = room / stride[axis] + 1;
    }
    if (padding[0] * 2 > kernel[0] || padding[1] * 2 > kernel[1]) {
      node.attributes.fail("expected padding to be at most half the kernel");
    }
  }
};

std::unique_ptr<Operator> avgPool(NodeContext& node) {
  const Window w(node);
  return makeFunction(
      w.output, [w](Inputs inputs) { return at::avg_pool2d(inputs[0], w.kernel, w.stride, w.padding); });
}

std::unique_ptr<Operator> maxPool(NodeContext& node) {
  const Window w(node);
  return makeFunction(
      w.output, [w](Inputs inputs) { return at::max_pool2d(inputs[0], w.kernel, w.stride, w.padding); });
}

std::unique_ptr<Operator> globalAvgPool(NodeContext& node) {
  return makeFunction({node.input(3)[0]}, [](Inputs inputs) { return inputs[0].mean({2, 3}); });
}

std::unique_ptr<Operator> globalSumPool(NodeContext& node) {
  return makeFunction({node.input(3)[0]}, [](Inputs inputs) { return inputs[0].sum({2, 3}); });
}

// upfirdn2d of StyleGAN2's code.
std::unique_ptr<Operator> upfirdn(NodeContext& node) {
  Attributes& attributes = node.attributes;
  Dims dims = node.input(3);
  Resampling resampling{attributes.dims("filter"), attributes.integer("up", 1, 1),
                        attributes.integer("down", 1, 1), attributes.pair("padding", 0, Pair{0, 0}),
                        attributes.number("gain", 0, 1e6, 1)};
  for (size_t axis = 1; axis < 3; ++axis) {
    dims[axis] = resampling.sizeOf(dims[axis]);
    if (dims[axis] < 1) {
      attributes.fail("the filter of " + std::to_string(resampling.filter.size()) +
                      " does not fit the input " + describe(node.input(3)));
    }
  }
  return makeFunction(dims, [resampling](Inputs inputs) { return resampling(inputs[0]); });
}

}  // namespace

void registerResampling(Registry& registry) {
  registry["upsample"] = upsample;
  registry["downsample"] = downsample;
  registry["avgPool"] = avgPool;
  registry["maxPool"] = maxPool;
  registry["globalAvgPool"] = globalAvgPool;
  registry["globalSumPool"] = globalSumPool;
  registry["upfirdn"] = upfirdn;
}

}  // namespace ganode
