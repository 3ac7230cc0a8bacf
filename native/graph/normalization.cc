// Normalization and dropout: what behaves differently in training and in evaluation, or over a layer.
#include <ATen/ATen.h>

#include "graph/operator.h"

namespace ganode {
namespace {

// Ioffe & Szegedy 2015, with PyTorch's conventions: running = (1 - momentum)·running + momentum·batch, and
// the running variance is the unbiased one.
class BatchNorm : public Operator {
 public:
  explicit BatchNorm(NodeContext& node) {
    infer(node.input(1, 3));
    const int64_t channels = node.input(1, 3)[0];
    momentum_ = node.attributes.number("momentum", 0, 1, 0.1);
    epsilon_ = node.attributes.number("epsilon", 0, 1, 1e-5);
    affine_ = node.attributes.boolean("affine", true);
    const Initializer scale = node.attributes.initializer("initializer", Initializer::of("ones"));
    const Initializer shift = node.attributes.initializer("biasInitializer", Initializer::of("zeros"));
    mean_ = declare("runningMean", {channels}, Initializer::of("zeros"), /*buffer=*/true);
    variance_ = declare("runningVar", {channels}, Initializer::of("ones"), /*buffer=*/true);
    if (affine_) {
      weight_ = declare("weight", {channels}, scale);
      bias_ = declare("bias", {channels}, shift);
    }
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    const auto optional = [&](size_t slot) { return affine_ ? std::optional(tensor(slot)) : std::nullopt; };
    return at::batch_norm(inputs[0], optional(weight_), optional(bias_), tensor(mean_), tensor(variance_),
                          mode.training, momentum_, epsilon_, /*cudnn_enabled=*/true);
  }

 private:
  double momentum_ = 0;
  double epsilon_ = 0;
  bool affine_ = true;
  size_t mean_ = 0;
  size_t variance_ = 0;
  size_t weight_ = 0;
  size_t bias_ = 0;
};

// Ba et al. 2016, over everything but the batch dimension.
class LayerNorm : public Operator {
 public:
  explicit LayerNorm(NodeContext& node) : shape_(node.input()) {
    infer(shape_);
    epsilon_ = node.attributes.number("epsilon", 0, 1, 1e-5);
    affine_ = node.attributes.boolean("affine", true);
    const Initializer scale = node.attributes.initializer("initializer", Initializer::of("ones"));
    const Initializer shift = node.attributes.initializer("biasInitializer", Initializer::of("zeros"));
    if (affine_) {
      declare("weight", shape_, scale);
      declare("bias", shape_, shift);
    }
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode&) override {
    const auto optional = [&](size_t slot) { return affine_ ? std::optional(tensor(slot)) : std::nullopt; };
    return at::layer_norm(inputs[0], shape_, optional(0), optional(1), epsilon_);
  }

 private:
  Dims shape_;
  double epsilon_ = 0;
  bool affine_ = true;
};

// Srivastava et al. 2014, inverted: what is kept is divided by 1 - rate. The mask comes from the caller's
// generator and not from ATen's global one, so that a session's randomness is its own and can be saved.
class Dropout : public Operator {
 public:
  explicit Dropout(NodeContext& node) : rate_(node.attributes.number("rate", 0, 1, 0.5)) {
    infer(node.input());
    if (rate_ >= 1) node.attributes.fail("expected rate to be under 1");
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
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
  registry["dropout"] = [](NodeContext& node) { return std::make_unique<Dropout>(node); };
}

}  // namespace ganode
