// Dense layers, and what turns a label into numbers.
#include <ATen/ATen.h>

#include "graph/weight.h"

namespace ganode {
namespace {

class Dense : public WeightedOperator {
 public:
  explicit Dense(NodeContext& node) : WeightedOperator(node) {
    // Of a sequence, each step by itself.
    Dims dims = node.input(1, 2);
    const int64_t features = dims.back();
    const int64_t units = node.attributes.integer("units", 1);
    groups_ = node.attributes.integer("groups", 1, 1);
    if (features % groups_ != 0 || units % groups_ != 0) {
      node.attributes.fail("expected groups to divide " + std::to_string(features) + " features and " +
                           std::to_string(units) + " units, got " + std::to_string(groups_));
    }
    weight_ = declareWeight(node, {"weight", {units, features / groups_}, features / groups_}, {});
    declareBias(node, units);
    sequence_ = dims.size() == 2;
    multiplyAdds_ = static_cast<double>(product({units, features / groups_, sequence_ ? dims[0] : 1}));
    dims.back() = units;
    infer(std::move(dims));
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    if (groups_ == 1) return at::linear(inputs[0], weight(weight_, mode), bias());
    return grouped(inputs[0], weight(weight_, mode));
  }

  double multiplyAdds() const override { return multiplyAdds_; }
  bool givesAway() const override { return !sequence_ && groups_ == 1; }

 private:
  // One product for all groups: the groups are the matrices of a batch.
  at::Tensor grouped(const at::Tensor& x, const at::Tensor& weight) const {
    const at::Tensor rows = x.reshape({-1, groups_, x.size(-1) / groups_}).transpose(0, 1);
    const at::Tensor matrices = weight.unflatten(0, {groups_, weight.size(0) / groups_}).transpose(1, 2);
    Dims sizes = x.sizes().vec();
    sizes.back() = weight.size(0);
    const at::Tensor product = at::bmm(rows, matrices).transpose(0, 1).reshape(sizes);
    const auto shift = bias();
    return shift ? product + *shift : product;
  }

  size_t weight_ = 0;
  bool sequence_ = false;
  int64_t groups_ = 1;
  double multiplyAdds_ = 0;
};

class Embedding : public WeightedOperator {
 public:
  explicit Embedding(NodeContext& node) : WeightedOperator(node) {
    Initializer normal = Initializer::of("normal");
    normal.std = 1;  // as torch.nn.Embedding
    const int64_t units = node.attributes.integer("units", 1);
    const int64_t classes = node.label().classes;
    // The fan in of the dense layer, of a one-hot vector, that it stands for.
    weight_ = declareWeight(node, {"weight", {classes, units}, classes}, normal);
    infer({units});
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    return at::embedding(weight(weight_, mode), inputs[0]);
  }

 private:
  size_t weight_ = 0;
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
