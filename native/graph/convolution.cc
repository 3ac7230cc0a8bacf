// Convolutions and transposed convolutions, with explicit padding or TensorFlow's 'same'.
#include <ATen/ATen.h>

#include <algorithm>
#include <functional>

#include "convolution/fast.h"
#include "graph/matrix_convolution.h"
#include "graph/weight.h"

namespace ganode {
namespace {

// Attributes that both directions share.
struct Geometry {
  Pair kernel;
  Pair stride;
  Pair dilation;
  Pair padding{0, 0};
  int64_t filters;
  int64_t groups;
  bool same;

  Geometry(NodeContext& node, int64_t channels)
      : kernel(node.attributes.pair("kernel", 1)),
        stride(node.attributes.pair("stride", 1, Pair{1, 1})),
        dilation(node.attributes.pair("dilation", 1, Pair{1, 1})),
        filters(node.attributes.integer("filters", 1)),
        groups(node.attributes.integer("groups", 1, 1)),
        same(node.attributes.is("padding", "same")) {
    if (!same) padding = node.attributes.pair("padding", 0, Pair{0, 0});
    if (channels % groups != 0 || filters % groups != 0) {
      node.attributes.fail("expected groups to divide channels and filters, got " + std::to_string(groups) +
                           " for " + std::to_string(channels) + " channels and " + std::to_string(filters) +
                           " filters");
    }
  }

  bool plain() const { return groups == 1 && dilation == Pair{1, 1}; }

  // What a kernel spans.
  int64_t span(size_t axis) const { return dilation[axis] * (kernel[axis] - 1) + 1; }
};

class Convolution : public WeightedOperator {
 public:
  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    return convolveBest(inputs[0], weight(weight_, mode), bias());
  }

  at::Tensor forwardThen(const Affine& affine, const std::vector<at::Tensor>& inputs,
                         const Mode& mode) override {
    Dims filters(4, 1);
    filters[static_cast<size_t>(outAxis_)] = -1;
    const at::Tensor offset = bias() ? affine.factor * *bias() + affine.offset : affine.offset;
    return convolveBest(inputs[0], weight(weight_, mode) * affine.factor.view(filters), offset);
  }

  bool takesAffine() const override { return geometry_.groups == 1; }
  // What is cut or a matrix product may be a view.
  bool givesAway() const override { return !cuts() && (!asMatrix_ || bias()); }

 protected:
  Convolution(NodeContext& node, bool transposed)
      : WeightedOperator(node),
        channels_(node.input(3)[0]),
        geometry_(node, channels_),
        outAxis_(transposed ? 1 : 0) {
    const Geometry& g = geometry_;
    const int64_t first = transposed ? channels_ : g.filters;
    const int64_t second = (transposed ? g.filters : channels_) / g.groups;
    const int64_t fanIn = product({channels_ / g.groups, g.kernel[0], g.kernel[1]});
    weight_ = declareWeight(node, {"weight", {first, second, g.kernel[0], g.kernel[1]}, fanIn, outAxis_}, {});
    declareBias(node, g.filters);
  }

  virtual at::Tensor convolve(const at::Tensor& input, const at::Tensor& weight,
                              const std::optional<at::Tensor>& bias) = 0;
  // By `plan_`.
  virtual at::Tensor convolveFast(const at::Tensor& input, const at::Tensor& weight,
                                  const std::optional<at::Tensor>& bias) = 0;
  // Whether the output is a part of what libtorch computes.
  virtual bool cuts() const { return false; }

  double perPosition() const {
    const Geometry& g = geometry_;
    return static_cast<double>(product({channels_, g.filters / g.groups, g.kernel[0], g.kernel[1]}));
  }

  void inferFrom(NodeContext& node, const Pair& size) {
    if (size[0] < 1 || size[1] < 1) {
      node.attributes.fail("the kernel spans " + std::to_string(geometry_.span(0)) + "×" +
                           std::to_string(geometry_.span(1)) + " and does not fit the input " +
                           describe(node.input(3)));
    }
    infer({geometry_.filters, size[0], size[1]});
  }

  // Of a convolution of `channels` from `input` to `output` rows and columns; a transposed one gives those
  // that it turns round.
  void choosePlan(int64_t channels, int64_t filters, const Pair& input, const Pair& output) {
    const Geometry& g = geometry_;
    if (g.plain())
      plan_ = convolution::planFor({channels, filters, g.kernel, g.stride, g.padding, input, output});
  }

  int64_t channels_;
  Geometry geometry_;
  convolution::Plan plan_;
  // For shapes of which a matrix product does the same in less time on the CPU; without bias.
  std::function<at::Tensor(const at::Tensor& input, const at::Tensor& weight)> asMatrix_;

 private:
  at::Tensor convolveBest(const at::Tensor& input, const at::Tensor& weight,
                          const std::optional<at::Tensor>& bias) {
    if (asMatrix_ && input.is_cpu()) {
      const at::Tensor output = asMatrix_(input, weight);
      return bias ? output + bias->view({1, -1, 1, 1}) : output;
    }
    if (convolution::takesFast(plan_.method, input)) return convolveFast(input, weight, bias);
    return convolve(input, weight, bias);
  }

  int64_t outAxis_;  // of the weight
  size_t weight_ = 0;
};

class Conv2d : public Convolution {
 public:
  explicit Conv2d(NodeContext& node) : Convolution(node, /*transposed=*/false) {
    const Dims& dims = node.input(3);
    Pair output{0, 0};
    for (size_t axis = 0; axis < 2; ++axis) {
      const int64_t size = dims[axis + 1];
      const int64_t stride = geometry_.stride[axis];
      if (geometry_.same) {
        const int64_t total =
            std::max<int64_t>(((size + stride - 1) / stride - 1) * stride + geometry_.span(axis) - size, 0);
        geometry_.padding[axis] = total / 2;
        extra_[axis] = total % 2;  // TensorFlow pads the odd one at the end
      }
      const int64_t room = size + 2 * geometry_.padding[axis] + extra_[axis] - geometry_.span(axis);
      output[axis] = room < 0 ? 0 : room / stride + 1;
    }
    inferFrom(node, output);
    chooseMatrix({dims[1], dims[2]});
    choosePlan(channels_, geometry_.filters, {dims[1], dims[2]}, output);
  }

  double multiplyAdds() const override {
    return perPosition() * static_cast<double>(output()[1] * output()[2]);
  }

 protected:
  at::Tensor convolve(const at::Tensor& input, const at::Tensor& weight,
                      const std::optional<at::Tensor>& bias) override {
    const Geometry& g = geometry_;
    const bool odd = extra_[0] > 0 || extra_[1] > 0;
    const at::Tensor padded = odd ? at::constant_pad_nd(input, {0, extra_[1], 0, extra_[0]}) : input;
    return at::conv2d(padded, weight, bias, g.stride, g.padding, g.dilation, g.groups);
  }

  at::Tensor convolveFast(const at::Tensor& input, const at::Tensor& weight,
                          const std::optional<at::Tensor>& bias) override {
    return convolution::fastConvolution(plan_, input, weight, bias);
  }

 private:
  void chooseMatrix(const Pair& size) {
    const Geometry& g = geometry_;
    if (!g.plain() || extra_ != Pair{0, 0}) return;
    if (g.padding == Pair{0, 0} && g.kernel == size) {
      asMatrix_ = coveringConvolution;
    } else if (g.filters == 1 && g.stride == Pair{1, 1} && output()[1] == size[0] && output()[2] == size[1]) {
      // It is the transposed convolution by the kernel turned round.
      asMatrix_ = [padding = g.padding, size](const at::Tensor& input, const at::Tensor& weight) {
        return thinConvTranspose(input, weight.transpose(0, 1).flip({2, 3}), {1, 1}, padding, size);
      };
    }
  }

  Pair extra_{0, 0};
};

class ConvTranspose2d : public Convolution {
 public:
  explicit ConvTranspose2d(NodeContext& node) : Convolution(node, /*transposed=*/true) {
    outputPadding_ = node.attributes.pair("outputPadding", 0, Pair{0, 0});
    const Dims& dims = node.input(3);
    positions_ = dims[1] * dims[2];
    Pair output{0, 0};
    for (size_t axis = 0; axis < 2; ++axis) {
      const int64_t stride = geometry_.stride[axis];
      if (geometry_.same) {
        if (outputPadding_[axis] != 0) node.attributes.fail("expected no outputPadding with padding 'same'");
        // The full output spans (n - 1)·stride + span; 'same' keeps n·stride of it, as the gradient of a
        // 'same' conv2d.
        const int64_t surplus = geometry_.span(axis) - stride;
        geometry_.padding[axis] = std::max<int64_t>(surplus, 0) / 2;
        cut_[axis] = std::max<int64_t>(surplus, 0) % 2;
        outputPadding_[axis] = std::max<int64_t>(-surplus, 0);
      }
      if (outputPadding_[axis] >= std::max(stride, geometry_.dilation[axis])) {
        node.attributes.fail("expected outputPadding to be smaller than stride or dilation");
      }
      output[axis] = (dims[axis + 1] - 1) * stride + geometry_.span(axis) - 2 * geometry_.padding[axis] +
                     outputPadding_[axis] - cut_[axis];
    }
    inferFrom(node, output);
    chooseMatrix({dims[1], dims[2]}, output);
    choosePlan(geometry_.filters, channels_, output, {dims[1], dims[2]});
  }

  double multiplyAdds() const override { return perPosition() * static_cast<double>(positions_); }

 protected:
  at::Tensor convolve(const at::Tensor& input, const at::Tensor& weight,
                      const std::optional<at::Tensor>& bias) override {
    const Geometry& g = geometry_;
    at::Tensor output =
        at::conv_transpose2d(input, weight, bias, g.stride, g.padding, outputPadding_, g.groups, g.dilation);
    for (int64_t axis = 0; axis < 2; ++axis) {
      if (cut_[axis] > 0) output = output.narrow(axis + 2, 0, output.size(axis + 2) - cut_[axis]);
    }
    return output;
  }

  at::Tensor convolveFast(const at::Tensor& input, const at::Tensor& weight,
                          const std::optional<at::Tensor>& bias) override {
    return convolution::fastTransposed(plan_, input, weight, {output()[1], output()[2]}, bias);
  }

  bool cuts() const override { return cut_ != Pair{0, 0}; }

 private:
  void chooseMatrix(const Pair& size, const Pair& output) {
    const Geometry& g = geometry_;
    if (!g.plain() || cut_ != Pair{0, 0} || outputPadding_ != Pair{0, 0}) return;
    if (size == Pair{1, 1} && g.padding == Pair{0, 0}) {
      asMatrix_ = spreadingConvolution;
    } else if (g.filters == 1) {
      asMatrix_ = [stride = g.stride, padding = g.padding, output](const at::Tensor& input,
                                                                   const at::Tensor& weight) {
        return thinConvTranspose(input, weight, stride, padding, output);
      };
    }
  }

  Pair outputPadding_{0, 0};
  Pair cut_{0, 0};
  int64_t positions_ = 0;
};

}  // namespace

void registerConvolution(Registry& registry) {
  registry["conv2d"] = [](NodeContext& node) { return std::make_unique<Conv2d>(node); };
  registry["convTranspose2d"] = [](NodeContext& node) { return std::make_unique<ConvTranspose2d>(node); };
}

}  // namespace ganode
