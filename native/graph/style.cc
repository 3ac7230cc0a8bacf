// Operators of style-based generators (Karras et al. 2019, 2020: StyleGAN, StyleGAN2), with the numbers of
// the official PyTorch code (NVlabs/stylegan2-ada-pytorch).
#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

#include "graph/channels.h"
#include "graph/operator.h"
#include "graph/upfirdn.h"

namespace ganode {
namespace {

constexpr double kEpsilon = 1e-8;
constexpr double kSlope = 0.2;

at::Tensor toUnitMeanSquare(const at::Tensor& x) {
  return x * x.square().mean(1, /*keepdim=*/true).add(kEpsilon).rsqrt();
}

Initializer standardNormal() {
  Initializer normal = Initializer::of("normal");
  normal.std = 1;
  return normal;
}

// z, and a vector of the class where there is one, to a mean square of 1 each, joined, through dense layers
// to w. In training, w's moving average is kept, and some batches are mixed: from a place on that is drawn,
// the styles are those of a second z. In evaluation, `Mode::truncation` draws w towards the average.
class StyleMapping : public Operator {
 public:
  explicit StyleMapping(NodeContext& node) {
    Attributes& attributes = node.attributes;
    if (node.inputs.size() > 2) node.expectInputs(2, "one input, z, or two, z and a vector of the class");
    int64_t features = 0;
    for (size_t i = 0; i < node.inputs.size(); ++i) features += node.inputAt(i, 1)[0];
    units_ = attributes.integer("units", 1);
    layers_ = attributes.integer("layers", 1, 8);
    styles_ = attributes.integer("styles", 1);
    multiplier_ = attributes.number("learningRateMultiplier", 1e-6, 1e6, 0.01);
    mixing_ = attributes.number("mixing", 0, 1, 0.9);
    decay_ = attributes.number("averageDecay", 0, 1, 0.995);
    Initializer normal = standardNormal();
    normal.std = 1 / multiplier_;
    for (int64_t layer = 0; layer < layers_; ++layer) {
      const std::string end = std::to_string(layer);
      declare("weight" + end, {units_, features}, normal);
      declare("bias" + end, {units_}, Initializer::of("zeros"));
      multiplyAdds_ += static_cast<double>(product({units_, features}));
      features = units_;
    }
    average_ = declare("average", {units_}, Initializer::of("zeros"), /*buffer=*/true);
    infer({styles_, units_});
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    at::Tensor styles = stylesOf(inputs, mode);
    // Path length regularization differentiates by the styles, also where the layers here are frozen and
    // nothing else does.
    if (mode.training && at::GradMode::is_enabled() && !styles.requires_grad()) styles.requires_grad_();
    return styles;
  }

  double multiplyAdds() const override { return multiplyAdds_; }
  bool truncates() const override { return true; }

 private:
  at::Tensor stylesOf(const std::vector<at::Tensor>& inputs, const Mode& mode) {
    const auto repeated = [](const at::Tensor& w, int64_t times) {
      return w.unsqueeze(1).expand({-1, times, -1});
    };
    at::Tensor w = map(inputs, inputs[0]);
    if (!mode.training) {
      if (mode.truncation) w = tensor(average_).lerp(w, *mode.truncation);
      return repeated(w, styles_);
    }
    {
      const at::NoGradGuard noGrad;
      const at::Tensor& average = tensor(average_);
      average.copy_(w.detach().mean(0).lerp(average, decay_));
    }
    const int64_t first = drawCut(*mode.generator);
    if (first == styles_) return repeated(w, styles_);
    const at::Tensor z = at::empty(inputs[0].sizes(), at::TensorOptions().dtype(mode.dtype));
    z.normal_(0, 1, *mode.generator);
    const at::Tensor other = map(inputs, z.to(inputs[0].device()));
    return at::cat({repeated(w, first), repeated(other, styles_ - first)}, 1);
  }

  at::Tensor map(const std::vector<at::Tensor>& inputs, const at::Tensor& z) const {
    // Not under autocast: all of the image follows from w.
    const c10::impl::ExcludeDispatchKeyGuard full(c10::autocast_dispatch_keyset);
    at::Tensor h = toUnitMeanSquare(precise(z));
    if (inputs.size() == 2) h = at::cat({h, toUnitMeanSquare(precise(inputs[1]))}, 1);
    for (int64_t layer = 0; layer < layers_; ++layer) {
      const at::Tensor& weight = tensor(static_cast<size_t>(2 * layer));
      const double scale = multiplier_ / std::sqrt(static_cast<double>(weight.size(1)));
      h = at::linear(h, weight * scale, tensor(static_cast<size_t>(2 * layer + 1)) * multiplier_);
      h = at::leaky_relu(h, kSlope) * std::numbers::sqrt2;
    }
    return h;
  }

  // Where the styles of the second z begin; at the end: there is none.
  int64_t drawCut(at::Generator& random) const {
    if (mixing_ == 0 || styles_ == 1) return styles_;
    at::Tensor draw = at::empty({2}, at::kDouble);
    draw.uniform_(0, 1, random);
    if (draw[0].item<double>() >= mixing_) return styles_;
    return 1 + static_cast<int64_t>(draw[1].item<double>() * static_cast<double>(styles_ - 1));
  }

  int64_t units_ = 0;
  int64_t layers_ = 0;
  int64_t styles_ = 0;
  double multiplier_ = 1;
  double mixing_ = 0;
  double decay_ = 0;
  size_t average_ = 0;
  double multiplyAdds_ = 0;
};

// A convolution whose weights are, for each item, multiplied by the item's styles, a number a channel of the
// input, and (`demodulate`) brought to length 1 for each filter. Multiplying the input before and the output
// behind one ordinary convolution comes to the same, without weights for each item. With `up` 2 a transposed
// convolution and the filter [1, 3, 3, 1] double the size.
class ModulatedConv2d : public Operator {
 public:
  explicit ModulatedConv2d(NodeContext& node) {
    node.expectInputs(2, "two inputs, the values and a style for each channel");
    Attributes& attributes = node.attributes;
    const Dims& dims = node.inputAt(0, 3);
    const Dims& style = node.inputAt(1, 1);
    channels_ = dims[0];
    if (style[0] != channels_) {
      attributes.fail("expected a style for each of " + std::to_string(channels_) + " channels, got " +
                      describe(style));
    }
    filters_ = attributes.integer("filters", 1);
    kernel_ = attributes.integer("kernel", 1);
    if (kernel_ % 2 == 0) attributes.fail("expected an odd kernel, got " + std::to_string(kernel_));
    up_ = attributes.integer("up", 1, 1);
    if (up_ > 2) attributes.fail("expected up to be 1 or 2, got " + std::to_string(up_));
    demodulate_ = attributes.boolean("demodulate", true);
    gain_ = attributes.number("gain", 0, 1e6, 1);
    declare("weight", {filters_, channels_, kernel_, kernel_},
            attributes.initializer("initializer", standardNormal()));
    const Initializer shift = attributes.initializer("biasInitializer", Initializer::of("zeros"));
    if (attributes.boolean("bias", true)) declare("bias", {filters_}, shift);
    infer({filters_, dims[1] * up_, dims[2] * up_});
    multiplyAdds_ = static_cast<double>(product({channels_, filters_, kernel_, kernel_, dims[1], dims[2]}));
    // As conv2d_resample: what the transposed convolution has too much, but for the filter's three.
    blur_.padding = {(5 - kernel_) / 2, (5 - kernel_) / 2};
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode&) override {
    const at::Tensor& weight = tensor(0);
    const at::Tensor style = precise(inputs[1]);
    at::Tensor scale;  // [n, filters]; undefined: within the styles
    double inside = 1;
    if (demodulate_) {
      // Σ (w·style)² over a filter's weights.
      const at::Tensor squares = at::mm(style.square(), weight.square().sum({2, 3}).t());
      scale = (squares + kEpsilon).rsqrt() * gain_;
    } else {
      inside = gain_ / std::sqrt(static_cast<double>(channels_ * kernel_ * kernel_));
    }
    at::Tensor y = convolve(inputs[0] * overPixels(style * inside), weight);
    if (scale.defined()) y = y * overPixels(scale);
    return slots().size() > 1 ? y + overPixels(tensor(1)) : y;
  }

  double multiplyAdds() const override { return multiplyAdds_; }

 private:
  at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight) const {
    const Pair padding{kernel_ / 2, kernel_ / 2};
    if (up_ == 1) return at::conv2d(x, weight, {}, Pair{1, 1}, padding);
    return blur_(at::conv_transpose2d(x, weight.transpose(0, 1), {}, Pair{2, 2}));
  }

  int64_t channels_ = 0;
  int64_t filters_ = 0;
  int64_t kernel_ = 0;
  int64_t up_ = 1;
  bool demodulate_ = true;
  double gain_ = 1;
  double multiplyAdds_ = 0;
  Resampling blur_{{1, 3, 3, 1}, 1, 1, {0, 0}, 4};
};

// One picture of noise for all channels, times a learned strength. In training each item has its own, in
// evaluation all have the same, kept one.
class AddNoise : public Operator {
 public:
  explicit AddNoise(NodeContext& node) {
    const Dims& dims = node.input(3);
    declare("strength", {1}, Initializer::of("zeros"));
    declare("noise", {dims[1], dims[2]}, standardNormal(), /*buffer=*/true);
    infer(dims);
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    const at::Tensor& x = inputs[0];
    if (!mode.training) return x + tensor(1) * tensor(0);
    at::Tensor noise = at::empty({x.size(0), 1, x.size(2), x.size(3)}, at::TensorOptions().dtype(mode.dtype));
    noise.normal_(0, 1, *mode.generator);
    return x + noise.to(x.device()) * tensor(0);
  }
};

// A learned value that is the same for all items; of the input only their number counts.
class Constant : public Operator {
 public:
  explicit Constant(NodeContext& node) {
    if (node.inputs.size() != 1) node.expectInputs(1, "one input");
    const Dims shape = node.attributes.dims("shape");
    declare("weight", shape, node.attributes.initializer("initializer", standardNormal()));
    infer(shape);
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode&) override {
    Dims sizes = output();
    sizes.insert(sizes.begin(), inputs[0].size(0));
    return tensor(0).unsqueeze(0).expand(sizes);
  }
};

}  // namespace

void registerStyle(Registry& registry) {
  registry["styleMapping"] = [](NodeContext& node) { return std::make_unique<StyleMapping>(node); };
  registry["modulatedConv2d"] = [](NodeContext& node) { return std::make_unique<ModulatedConv2d>(node); };
  registry["noise"] = [](NodeContext& node) { return std::make_unique<AddNoise>(node); };
  registry["constant"] = [](NodeContext& node) { return std::make_unique<Constant>(node); };
}

}  // namespace ganode
