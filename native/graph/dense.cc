// Dense layers, and what turns a label into numbers.
#include <ATen/ATen.h>

#include "graph/operator.h"

namespace ganode {
namespace {

class Dense : public Operator {
 public:
  explicit Dense(NodeContext& node) {
    const int64_t features = node.input(1)[0];
    const int64_t units = node.attributes.integer("units", 1);
    const bool bias = node.attributes.boolean("bias", true);
    declare("weight", {units, features}, node.attributes.initializer("initializer", {}));
    const Initializer biasInitializer =
        node.attributes.initializer("biasInitializer", Initializer::of("zeros"));
    if (bias) declare("bias", {units}, biasInitializer);
    multiplyAdds_ = units * features;
    infer({units});
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode&) override {
    return at::linear(inputs[0], tensor(0), slots().size() > 1 ? std::optional(tensor(1)) : std::nullopt);
  }

  int64_t multiplyAdds() const override { return multiplyAdds_; }

 private:
  int64_t multiplyAdds_ = 0;
};

class Embedding : public Operator {
 public:
  explicit Embedding(NodeContext& node) {
    Initializer normal = Initializer::of("normal");
    normal.std = 1;  // as torch.nn.Embedding
    const int64_t units = node.attributes.integer("units", 1);
    declare("weight", {node.label().classes, units}, node.attributes.initializer("initializer", normal));
    infer({units});
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode&) override {
    return at::embedding(tensor(0), inputs[0]);
  }
};

class OneHot : public Operator {
 public:
  explicit OneHot(NodeContext& node) : classes_(node.label().classes) { infer({classes_}); }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    const auto options = inputs[0].options().dtype(mode.dtype);
    return at::zeros({inputs[0].size(0), classes_}, options).scatter(1, inputs[0].unsqueeze(1), 1);
  }

 private:
  int64_t classes_;
};

}  // namespace

void registerDense(Registry& registry) {
  registry["dense"] = [](NodeContext& node) { return std::make_unique<Dense>(node); };
  registry["embedding"] = [](NodeContext& node) { return std::make_unique<Embedding>(node); };
  registry["oneHot"] = [](NodeContext& node) { return std::make_unique<OneHot>(node); };
}

}  // namespace ganode
