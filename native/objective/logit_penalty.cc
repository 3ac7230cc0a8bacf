// Penalties on D's logits.
#include <ATen/ATen.h>

#include "objective/penalty.h"

namespace ganode {
namespace {

// Karras et al. 2018 (Progressive GAN), appendix A.1: E D(x)², which keeps the critic from drifting.
class Drift : public Penalty {
 public:
  at::Tensor value(const PenaltyContext& context) override { return context.realLogits().square().mean(); }
};

// Tseng et al. 2021 (LeCam), equation 8, with the official code's rectifiers: E relu(D(x) - α_F)² +
// E relu(α_R - D(G(z)))², where α_R and α_F are moving averages of the logits of real images and of fakes.
class LeCam : public Penalty {
 public:
  explicit LeCam(const nlohmann::json& options)
      : decay_(penaltyNumber(options, "decay", 0.99)), averages_(at::zeros({3})) {}

  at::Tensor value(const PenaltyContext& context) override {
    const at::Tensor& real = context.realLogits();
    const at::Tensor& fake = context.fakeLogits();
    {
      const at::NoGradGuard noGrad;
      const at::Tensor now =
          at::stack({real.mean(), fake.mean(), at::ones_like(real.mean())}).to(averages_.options());
      // The first logits are the averages' start; whether they are is not read, for on a GPU that waits.
      const at::Tensor later = averages_.mul(decay_).add_(now, 1 - decay_);
      averages_.copy_(at::where(averages_[2].eq(0), now, later));
    }
    const at::Tensor averages = averages_.clone().to(real.options().requires_grad(std::nullopt));
    return (real - averages[1]).relu().square().mean() + (averages[0] - fake).relu().square().mean();
  }

  std::vector<std::pair<std::string, at::Tensor>> state() const override { return {{"averages", averages_}}; }
  void moveTo(const at::Device& device) override { averages_ = averages_.to(device); }

 private:
  double decay_;
  at::Tensor averages_;  // of real, of fake, and whether they began
};

}  // namespace

std::unique_ptr<Penalty> makeLogitPenalty(const std::string& kind, const nlohmann::json& options) {
  if (kind == "drift") return std::make_unique<Drift>();
  if (kind == "leCam") return std::make_unique<LeCam>(options);
  return nullptr;
}

}  // namespace ganode
