// Recurrent layers over the steps of a sequence.
#include <ATen/ATen.h>

#include <cmath>

#include "graph/operator.h"

namespace ganode {
namespace {

// PyTorch's LSTM and GRU with batch_first: sequences are [steps, features], states start as zeros. Between
// layers there may be dropout, whose masks come from the caller's generator; so ATen is given one layer at a
// time.
class Recurrent : public Operator {
 protected:
  Recurrent(NodeContext& node, int64_t gates) {
    Attributes& attributes = node.attributes;
    const Dims& dims = node.input(2);
    units_ = attributes.integer("units", 1);
    layers_ = attributes.integer("layers", 1, 1);
    bidirectional_ = attributes.boolean("bidirectional", false);
    returnSequences_ = attributes.boolean("returnSequences", true);
    bias_ = attributes.boolean("bias", true);
    dropout_ = attributes.number("dropout", 0, 1, 0);
    if (dropout_ >= 1) attributes.fail("expected dropout to be under 1");
    if (dropout_ > 0 && layers_ == 1)
      attributes.fail("expected dropout to be 0 with one layer: it stands between layers");

    Initializer uniform = Initializer::of("uniform");
    uniform.high = 1 / std::sqrt(static_cast<double>(units_));
    uniform.low = -uniform.high;
    const Initializer weights = attributes.initializer("initializer", uniform);
    const Initializer biases = attributes.initializer("biasInitializer", uniform);
    int64_t features = dims[1];
    for (int64_t layer = 0; layer < layers_; ++layer) {
      for (int64_t direction = 0; direction < directions(); ++direction) {
        const std::string end = std::to_string(layer) + (direction > 0 ? "Reverse" : "");
        declare("inputWeight" + end, {gates * units_, features}, weights);
        declare("hiddenWeight" + end, {gates * units_, units_}, weights);
        if (bias_) {
          declare("inputBias" + end, {gates * units_}, biases);
          declare("hiddenBias" + end, {gates * units_}, biases);
        }
        multiplyAdds_ += static_cast<double>(product({dims[0], gates * units_, features + units_}));
      }
      features = directions() * units_;
    }
    infer(returnSequences_ ? Dims{dims[0], features} : Dims{features});
  }

  struct Layer {
    at::Tensor sequence;  // [n, steps, directions × units]
    at::Tensor last;      // [directions, n, units]
  };
  // One layer over [n, steps, features], from states of zeros [directions, n, units].
  virtual Layer run(const at::Tensor& input, const at::Tensor& zeros, at::TensorList weights) const = 0;

  bool hasBias() const { return bias_; }
  bool bidirectional() const { return bidirectional_; }

 public:
  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    // Under autocast the products inside would be of another type than the states.
    const c10::impl::ExcludeDispatchKeyGuard full(c10::autocast_dispatch_keyset);
    Layer layer{inputs[0].to(tensor(0).scalar_type()), {}};
    const at::Tensor zeros =
        at::zeros({directions(), inputs[0].size(0), units_}, layer.sequence.options().requires_grad(false));
    const int64_t weightsOfLayer = directions() * (bias_ ? 4 : 2);
    std::vector<at::Tensor> weights;
    for (int64_t i = 0; i < layers_; ++i) {
      if (i > 0 && mode.training && dropout_ > 0) layer.sequence = dropped(layer.sequence, *mode.generator);
      weights.clear();
      for (int64_t k = 0; k < weightsOfLayer; ++k)
        weights.push_back(tensor(static_cast<size_t>(i * weightsOfLayer + k)));
      layer = run(layer.sequence, zeros, weights);
    }
    return returnSequences_ ? layer.sequence : layer.last.transpose(0, 1).flatten(1);
  }

  double multiplyAdds() const override { return multiplyAdds_; }

 private:
  int64_t directions() const { return bidirectional_ ? 2 : 1; }

  at::Tensor dropped(const at::Tensor& x, at::Generator& random) const {
    at::Tensor mask = at::empty(x.sizes(), at::TensorOptions().dtype(x.scalar_type()));
    mask.bernoulli_(1 - dropout_, random).div_(1 - dropout_);
    return x * mask.to(x.device());
  }

  int64_t units_ = 0;
  int64_t layers_ = 0;
  bool bidirectional_ = false;
  bool returnSequences_ = true;
  bool bias_ = true;
  double dropout_ = 0;
  double multiplyAdds_ = 0;
};

// Hochreiter & Schmidhuber 1997, with a forget gate.
class Lstm : public Recurrent {
 public:
  explicit Lstm(NodeContext& node) : Recurrent(node, 4) {}

 protected:
  Layer run(const at::Tensor& input, const at::Tensor& zeros, at::TensorList weights) const override {
    const auto [sequence, last, cell] =
        at::lstm(input, {zeros, zeros}, weights, hasBias(), /*num_layers=*/1, /*dropout=*/0,
                 /*train=*/at::GradMode::is_enabled(), bidirectional(), /*batch_first=*/true);
    return {sequence, last};
  }
};

// Cho et al. 2014, with PyTorch's reset gate, behind the product.
class Gru : public Recurrent {
 public:
  explicit Gru(NodeContext& node) : Recurrent(node, 3) {}

 protected:
  Layer run(const at::Tensor& input, const at::Tensor& zeros, at::TensorList weights) const override {
    const auto [sequence, last] =
        at::gru(input, zeros, weights, hasBias(), /*num_layers=*/1, /*dropout=*/0,
                /*train=*/at::GradMode::is_enabled(), bidirectional(), /*batch_first=*/true);
    return {sequence, last};
  }
};

}  // namespace

void registerRecurrent(Registry& registry) {
  registry["lstm"] = [](NodeContext& node) { return std::make_unique<Lstm>(node); };
  registry["gru"] = [](NodeContext& node) { return std::make_unique<Gru>(node); };
}

}  // namespace ganode
