// Path length regularization (Karras et al. 2020, StyleGAN2).
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "error.h"
#include "objective/penalty.h"

namespace ganode {
namespace {

// E(‖Jᵀy‖ - a)², as the official PyTorch code has it: J the derivative of an image by its styles, y normal
// noise over its pixels; the norm is the root of the mean over the styles of the squared lengths, and a its
// moving average. Of a batch, `batchShrink` leaves a part.
class PathLength : public Penalty {
 public:
  explicit PathLength(const nlohmann::json& options)
      : decay_(penaltyNumber(options, "decay", 0.01)),
        shrink_(static_cast<int64_t>(penaltyNumber(options, "batchShrink", 2))) {
    if (shrink_ < 1) throw Error("INVALID_OPTION", "penalties: expected batchShrink to be 1 or more");
  }

  at::Tensor value(const PenaltyContext& context) override {
    const Values made = context.generate(std::max<int64_t>(context.batch / shrink_, 1));
    const at::Tensor& image = made.at("image");
    const at::Tensor& styles = made.at("styles");
    if (!styles.requires_grad()) {
      throw Error(
          "INVALID_OPTION",
          "penalties.pathLength: expected styles by which images can be differentiated, but they follow "
          "from nothing that is trained (freeze.generator)");
    }
    at::Tensor noise = at::empty(image.sizes());
    noise.normal_(0, 1 / std::sqrt(static_cast<double>(image.size(2) * image.size(3))), context.random);
    const at::Tensor sum = (image * noise.to(image.options().requires_grad(std::nullopt))).sum();
    const at::Tensor gradient =
        torch::autograd::grad({sum}, {styles}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
    const at::Tensor lengths = gradient.square().sum(2).mean(1).sqrt();
    const at::Tensor mean =
        average_.to(lengths.options().requires_grad(std::nullopt)).lerp(lengths.mean(), decay_);
    average_.copy_(mean.detach());
    return (lengths - mean).square().mean();
  }

  std::vector<std::pair<std::string, at::Tensor>> state() const override { return {{"average", average_}}; }
  void moveTo(const at::Device& device) override { average_ = average_.to(device); }

  void check(const Graph& network) const override {
    const auto& outputs = network.spec().outputs;
    if (outputs.contains("styles") && network.outputShape("styles").size() == 2) return;
    throw Error(
        "INVALID_OPTION",
        "penalties.pathLength: expected a generator with an output styles of shape [styles, features]");
  }

 private:
  double decay_;
  int64_t shrink_;
  at::Tensor average_ = at::zeros({1});
};

}  // namespace

std::unique_ptr<Penalty> makePathLengthPenalty(const std::string& kind, const nlohmann::json& options) {
  return kind == "pathLength" ? std::make_unique<PathLength>(options) : nullptr;
}

}  // namespace ganode
