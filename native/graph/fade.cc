// What networks that grow are joined by.
#include <ATen/ATen.h>

#include <algorithm>

#include "graph/operator.h"

namespace ganode {
namespace {

// Karras et al. 2018, "Progressive Growing of GANs": from the first input over to the second, as training
// grows past its level. At either end the other input is not computed at all.
class Fade : public Operator {
 public:
  explicit Fade(NodeContext& node) : level_(node.attributes.integer("level", 1)) {
    node.expectInputs(2, "two inputs, what is there and what fades in");
    for (const ValueShape& input : node.inputs) {
      if (input.isLabel()) node.attributes.fail("expected real values, got " + describe(input));
    }
    if (node.inputs[0].dims != node.inputs[1].dims) {
      node.attributes.fail("expected two inputs of one shape, got " + describe(node.inputs[0]) + " and " +
                           describe(node.inputs[1]));
    }
    declare("share", {1}, Initializer::of("ones"), /*buffer=*/true);
    infer(node.inputs[0].dims);
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode&) override {
    const double share = this->share();
    if (share <= 0) return inputs[0];
    if (share >= 1) return inputs[1];
    return at::lerp(inputs[0], inputs[1].to(inputs[0].scalar_type()), share);
  }

  bool reads(size_t input) const override {
    const double share = this->share();
    return input == 0 ? share < 1 : share > 0;
  }

  int64_t level() const override { return level_; }

  void grow(double levels) override {
    // In the precision in which it is kept, so that a checkpoint gives the same.
    const float share = static_cast<float>(std::clamp(levels - static_cast<double>(level_ - 1), 0.0, 1.0));
    if (this->share() == share) return;
    tensor(0).fill_(share);
    share_ = share;
    version_ = tensor(0)._version();
  }

 private:
  // Of the second input, 0 to 1. Read from the tensor only where somebody wrote into it: on a GPU each
  // reading waits for all that was queued.
  double share() const {
    if (version_ != tensor(0)._version()) {
      version_ = tensor(0)._version();
      share_ = tensor(0).item<double>();
    }
    return share_;
  }

  int64_t level_;
  mutable double share_ = 1;
  mutable int64_t version_ = -1;
};

}  // namespace

void registerFade(Registry& registry) {
  registry["fade"] = [](NodeContext& node) { return std::make_unique<Fade>(node); };
}

}  // namespace ganode
