// Normalization and dropout: what behaves differently in training and in evaluation, or over a layer.
#include <ATen/ATen.h>

#include "graph/batch.h"
#include "graph/channels.h"
#include "graph/operator.h"

namespace ganode {
namespace {

using Inputs = const std::vector<at::Tensor>&;

// A scale and a shift, the slots `weight` and `bias`, unless the attribute `affine` is false.
class AffineOperator : public Operator {
 protected:
  void declareAffine(NodeContext& node, const Dims& shape) {
    const bool affine = node.attributes.boolean("affine", true);
    const Initializer scale = node.attributes.initializer("initializer", Initializer::of("ones"));
    const Initializer shift = node.attributes.initializer("biasInitializer", Initializer::of("zeros"));
    if (!affine) return;
    weight_ = declare("weight", shape, scale);
    bias_ = declare("bias", shape, shift);
  }
  std::optional<at::Tensor> scale() const { return weight_ ? std::optional(tensor(*weight_)) : std::nullopt; }
  std::optional<at::Tensor> shift() const { return bias_ ? std::optional(tensor(*bias_)) : std::nullopt; }

 private:
  std::optional<size_t> weight_;
  std::optional<size_t> bias_;
};

class BatchNorm : public AffineOperator {
 public:
  explicit BatchNorm(NodeContext& node) : normalize_(node) {
    infer(node.input(1, 3));
    const int64_t channels = node.input(1, 3)[0];
    mean_ = declare("runningMean", {channels}, Initializer::of("zeros"), /*buffer=*/true);
    variance_ = declare("runningVar", {channels}, Initializer::of("ones"), /*buffer=*/true);
    declareAffine(node, {channels});
  }

  at::Tensor forward(Inputs inputs, const Mode& mode) override {
    return normalize_(inputs[0], tensor(mean_), tensor(variance_), mode, scale(), shift());
  }

  bool mixesSamples() const override { return true; }
  bool givesAway() const override { return true; }

  bool isAffine() const override { return true; }
  Affine affine() const override {
    at::Tensor factor = (tensor(variance_) + normalize_.epsilon).rsqrt();
    if (scale()) factor = factor * *scale();
    const at::Tensor offset = -tensor(mean_) * factor;
    return {factor, shift() ? offset + *shift() : offset};
  }

 private:
  BatchNormalization normalize_;
  size_t mean_ = 0;
  size_t variance_ = 0;
};

// Ba et al. 2016, over everything but the batch dimension.
class LayerNorm : public AffineOperator {
 public:
  explicit LayerNorm(NodeContext& node)
      : shape_(node.input()), epsilon_(node.attributes.number("epsilon", 0, 1, 1e-5)) {
    infer(shape_);
    declareAffine(node, shape_);
  }

  at::Tensor forward(Inputs inputs, const Mode&) override {
    return at::layer_norm(inputs[0], shape_, scale(), shift(), epsilon_);
  }

 private:
  Dims shape_;
  double epsilon_;
};

// Wu & He 2018. With a group for each channel it is instance normalization (Ulyanov et al. 2016).
class GroupNorm : public AffineOperator {
 public:
  GroupNorm(NodeContext& node, const Dims& dims, int64_t groups)
      : groups_(groups), epsilon_(node.attributes.number("epsilon", 0, 1, 1e-5)) {
    const int64_t channels = dims[0];
    if (channels % groups != 0) {
      node.attributes.fail("expected groups to divide " + std::to_string(channels) + " channels, got " +
                           std::to_string(groups));
    }
    int64_t values = channels / groups;
    for (size_t i = 1; i < dims.size(); ++i) values *= dims[i];
    if (values == 1) node.attributes.fail("would make every value 0: it normalizes one value at a time");
    infer(dims);
    declareAffine(node, {channels});
  }

  at::Tensor forward(Inputs inputs, const Mode&) override {
    return at::group_norm(inputs[0], groups_, scale(), shift(), epsilon_);
  }

 private:
  int64_t groups_;
  double epsilon_;
};

// Karras et al. 2018: each pixel's channels, or an item's features, to a mean square of 1.
std::unique_ptr<Operator> pixelNorm(NodeContext& node) {
  const double epsilon = node.attributes.number("epsilon", 0, 1, 1e-8);
  return makeFunction(node.input(1, 3), [epsilon](Inputs inputs) {
    const at::Tensor x = precise(inputs[0]);
    return x * x.square().mean(1, /*keepdim=*/true).add(epsilon).rsqrt();
  });
}

// Salimans et al. 2016. The first training batch becomes the reference, and is normalized by its own
// statistics; every later item by those of the reference batch with the item added to it, as in the authors'
// code (which runs the reference batch through the changing network again and again; here it stays as it
// was).
class VirtualBatchNorm : public AffineOperator {
 public:
  explicit VirtualBatchNorm(NodeContext& node) : epsilon_(node.attributes.number("epsilon", 0, 1, 1e-5)) {
    infer(node.input(1, 3));
    const int64_t channels = output()[0];
    const Initializer zeros = Initializer::of("zeros");
    mean_ = declare("referenceMean", {channels}, zeros, /*buffer=*/true);
    meanSquare_ = declare("referenceMeanSquare", {channels}, zeros, /*buffer=*/true);
    count_ = declare("referenceCount", {1}, zeros, /*buffer=*/true);
    declareAffine(node, {channels});
  }

  at::Tensor forward(Inputs inputs, const Mode& mode) override {
    const at::Tensor x = precise(inputs[0]);
    // Of each item: [n, channels].
    at::Tensor mean = x.dim() == 4 ? x.mean({2, 3}) : x;
    at::Tensor meanSquare = x.dim() == 4 ? x.square().mean({2, 3}) : x.square();
    // Copies: what is kept for the gradient must not change when the buffers do. Before there is a reference
    // the share of an item is 1.
    const at::Tensor reference = tensor(count_) > 0;
    const at::Tensor share = 1 / (tensor(count_) + 1);
    const auto combine = [&](const at::Tensor& own, size_t slot) {
      at::Tensor combined = own * share + tensor(slot) * (1 - share);
      if (!mode.training) return combined;
      const at::Tensor batch = own.mean(0);
      const at::Tensor result = at::where(reference, combined, batch);
      // No branch: asking whether there is a reference would wait for the device.
      const at::NoGradGuard noGrad;
      tensor(slot).copy_(at::where(reference, tensor(slot), batch));
      return result;
    };
    mean = combine(mean, mean_);
    meanSquare = combine(meanSquare, meanSquare_);
    if (mode.training) {
      const at::NoGradGuard noGrad;
      tensor(count_).copy_(at::where(reference, tensor(count_), static_cast<double>(x.size(0))));
    }
    // Rounding can bring it below 0.
    const at::Tensor variance = (meanSquare - mean.square()).clamp_min(0);
    at::Tensor factor = (variance + epsilon_).rsqrt();
    if (scale()) factor = factor * *scale();
    at::Tensor offset = -mean * factor;
    if (shift()) offset = offset + *shift();
    if (x.dim() == 4) {
      factor = overPixels(factor);
      offset = overPixels(offset);
    }
    return x * factor + offset;
  }

  bool mixesSamples() const override { return true; }

 private:
  double epsilon_;
  size_t mean_ = 0;
  size_t meanSquare_ = 0;
  size_t count_ = 0;
};

// Srivastava et al. 2014, inverted: what is kept is divided by 1 - rate. The mask comes from the caller's
// generator and not from ATen's global one, so that a session's randomness is its own and can be saved.
class Dropout : public Operator {
 public:
  explicit Dropout(NodeContext& node) : rate_(node.attributes.number("rate", 0, 1, 0.5)) {
    infer(node.input());
    if (rate_ >= 1) node.attributes.fail("expected rate to be under 1");
  }

  at::Tensor forward(Inputs inputs, const Mode& mode) override {
    const at::Tensor& x = inputs[0];
    if (!mode.training || rate_ == 0) return x;
    const at::Tensor mask = at::empty(x.sizes(), at::TensorOptions().dtype(x.scalar_type()));
    mask.bernoulli_(1 - rate_, *mode.generator).div_(1 - rate_);
    return x * mask.to(x.device());
  }

 private:
  double rate_;
};

}  // namespace

void registerNormalization(Registry& registry) {
  registry["batchNorm"] = [](NodeContext& node) { return std::make_unique<BatchNorm>(node); };
  registry["layerNorm"] = [](NodeContext& node) { return std::make_unique<LayerNorm>(node); };
  registry["groupNorm"] = [](NodeContext& node) {
    return std::make_unique<GroupNorm>(node, node.input(1, 3), node.attributes.integer("groups", 1));
  };
  registry["instanceNorm"] = [](NodeContext& node) {
    return std::make_unique<GroupNorm>(node, node.input(3), node.input(3)[0]);
  };
  registry["virtualBatchNorm"] = [](NodeContext& node) { return std::make_unique<VirtualBatchNorm>(node); };
  registry["pixelNorm"] = pixelNorm;
  registry["dropout"] = [](NodeContext& node) { return std::make_unique<Dropout>(node); };
}

}  // namespace ganode
