// Mixtures of experts: what chooses among them, and what joins them.
#include <ATen/ATen.h>

#include "graph/operator.h"
#include "optimizer/schedule.h"

namespace ganode {
namespace {

constexpr double kWarmest = 1e6;

// Weights of K experts, of each item's scores: softmax(scores / temperature), or (straight through) a one at
// the greatest score, with the softmax's gradient (Jang et al. 2017, section 2.2). With a second input,
// standard normal noise, the scores have Gumbel noise added, -log(-log Φ(noise)): a sample of the categorical
// distribution. That noise is part of the latents: so a latent alone says what is made of it.
class Gate : public Operator {
 public:
  explicit Gate(NodeContext& node) {
    Attributes& attributes = node.attributes;
    if (node.inputs.size() > 2) node.expectInputs(2, "one input, the scores, or two, scores and noise");
    const Dims& scores = node.inputAt(0, 1);
    experts_ = scores[0];
    if (node.inputs.size() == 2 && node.inputAt(1, 1) != scores) {
      attributes.fail("expected noise for each of " + std::to_string(experts_) + " scores, got " +
                      describe(node.inputs[1]));
    }
    straight_ = attributes.choice("kind", {"straightThrough", "soft"}, "straightThrough") != "soft";
    temperature_ = attributes.schedule("temperature", 1 / kWarmest, kWarmest, 1);
    infer(scores);
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    at::Tensor scores = precise(inputs[0]);
    if (mode.expert) {
      const at::Tensor chosen =
          at::full({scores.size(0), 1}, *mode.expert, scores.options().dtype(at::kLong));
      return oneHot(scores, chosen);
    }
    // log Φ itself: Φ is 1 from 5.5 on in single precision.
    if (inputs.size() == 2) scores = scores - at::special_log_ndtr(precise(inputs[1])).neg().log();
    if (straight_ && !scores.requires_grad()) return oneHot(scores, scores.argmax(1, /*keepdim=*/true));
    at::Tensor soft = at::softmax(scores / temperature_.at(mode.images), 1);
    if (!straight_) return soft;
    // What is added is 0, so that the values are ones and zeros and nothing else.
    return oneHot(scores, scores.detach().argmax(1, /*keepdim=*/true)) + (soft - soft.detach());
  }

  int64_t experts() const override { return experts_; }

 private:
  static at::Tensor oneHot(const at::Tensor& like, const at::Tensor& index) {
    return at::zeros(like.sizes(), like.options().requires_grad(std::nullopt)).scatter_(1, index, 1);
  }

  int64_t experts_ = 0;
  bool straight_ = true;
  Schedule temperature_;
};

// Σ_k gate_k · x_k, x being the values of K experts one behind the other, as grouped layers make them.
std::unique_ptr<Operator> mixture(NodeContext& node) {
  node.expectInputs(2, "two inputs, the values of the experts and a gate");
  Dims output = node.inputAt(0, 1, 3);
  const int64_t experts = node.inputAt(1, 1)[0];
  if (output[0] % experts != 0) {
    node.attributes.fail("expected values of " + std::to_string(experts) +
                         " experts, a multiple of so many features or channels, got " + describe(output));
  }
  output[0] /= experts;
  return makeFunction(output, [experts](const std::vector<at::Tensor>& inputs) {
    const at::Tensor values = inputs[0].unflatten(1, {experts, inputs[0].size(1) / experts});
    Dims sizes(static_cast<size_t>(values.dim()), 1);
    sizes[0] = values.size(0);
    sizes[1] = experts;
    return (values * inputs[1].to(values.scalar_type()).view(sizes)).sum(1);
  });
}

}  // namespace

void registerExperts(Registry& registry) {
  registry["gate"] = [](NodeContext& node) { return std::make_unique<Gate>(node); };
  registry["mixture"] = mixture;
}

}  // namespace ganode
