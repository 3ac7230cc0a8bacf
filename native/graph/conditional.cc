// Operators by which a label, or a vector made of it, steers a network.
#include <ATen/ATen.h>

#include "graph/batch.h"
#include "graph/channels.h"
#include "graph/weight.h"

namespace ganode {
namespace {

// Batch normalization whose scale and shift depend on a condition: a label looks them up in two tables
// (Dumoulin et al. 2017, Miyato & Koyama 2018); a vector makes them by two linear maps, the scale being 1 +
// W·vector (Brock et al. 2019).
class ConditionalBatchNorm : public WeightedOperator {
 public:
  explicit ConditionalBatchNorm(NodeContext& node)
      : WeightedOperator(node, byLabel(node) ? Options::kNone : Options::kSpectral), normalize_(node) {
    node.expectInputs(2, "two inputs, the values and a label or a vector");
    const Dims& dims = node.inputAt(0, 1, 3);
    infer(dims);
    const int64_t channels = dims[0];
    mean_ = declare("runningMean", {channels}, Initializer::of("zeros"), /*buffer=*/true);
    variance_ = declare("runningVar", {channels}, Initializer::of("ones"), /*buffer=*/true);
    Dims shape = {channels, 0};
    Initializer scale;
    Initializer shift;
    if (byLabel(node)) {
      shape = {node.labelAt(1).classes, channels};
      scale = Initializer::of("ones");
      shift = Initializer::of("zeros");
    } else {
      vector_ = node.inputAt(1, 1)[0];
      shape[1] = vector_;
    }
    scale_ = declareWeight(node, {"weight", shape}, scale);
    shift_ = declareWeight(node, {"bias", shape, 1, 0, "biasInitializer"}, shift);
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    const at::Tensor& x = inputs[0];
    const auto conditioned = [&](size_t index) {
      const at::Tensor table = weight(index, mode);
      at::Tensor values = vector_ > 0 ? at::linear(inputs[1], table) : at::embedding(table, inputs[1]);
      return x.dim() == 4 ? overPixels(values) : values;
    };
    const at::Tensor normal = normalize_(x, tensor(mean_), tensor(variance_), mode);
    const at::Tensor scale = conditioned(scale_);
    return normal * (vector_ > 0 ? scale + 1 : scale) + conditioned(shift_);
  }

  double multiplyAdds() const override { return static_cast<double>(2 * vector_ * output()[0]); }
  bool mixesSamples() const override { return true; }

 private:
  static bool byLabel(const NodeContext& node) { return node.inputs.size() == 2 && node.inputs[1].isLabel(); }

  BatchNormalization normalize_;
  int64_t vector_ = 0;  // length of the condition; 0 for a label
  size_t mean_ = 0;
  size_t variance_ = 0;
  size_t scale_ = 0;
  size_t shift_ = 0;
};

// Miyato & Koyama 2018: the scalar product of an item's features and a learned vector of its class, which the
// projection discriminator adds to its logit.
class Projection : public WeightedOperator {
 public:
  explicit Projection(NodeContext& node) : WeightedOperator(node, Options::kSpectral) {
    node.expectInputs(2, "two inputs, the features and a label");
    features_ = node.inputAt(0, 1)[0];
    weight_ = declareWeight(node, {"weight", {node.labelAt(1).classes, features_}}, {});
    infer({1});
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    return (at::embedding(weight(weight_, mode), inputs[1]) * inputs[0]).sum(1, /*keepdim=*/true);
  }

  double multiplyAdds() const override { return static_cast<double>(features_); }

 private:
  int64_t features_ = 0;
  size_t weight_ = 0;
};

}  // namespace

void registerConditional(Registry& registry) {
  registry["conditionalBatchNorm"] = [](NodeContext& node) {
    return std::make_unique<ConditionalBatchNorm>(node);
  };
  registry["projection"] = [](NodeContext& node) { return std::make_unique<Projection>(node); };
}

}  // namespace ganode
