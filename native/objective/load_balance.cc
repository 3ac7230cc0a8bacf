// Load balancing of a mixture of experts.
#include <ATen/ATen.h>

#include "error.h"
#include "objective/penalty.h"

namespace ganode {
namespace {

// Σ_k (p_k - 1/K)², p_k being the mean over the batch of the weight of expert k, so the share of items that
// it makes where the gate chooses one (MEGAN, Park et al. 2018). It is the squared coefficient of variation
// of the experts' loads (Shazeer et al. 2017), divided by K: from 0 to 1 - 1/K, where one makes all.
class LoadBalance : public Penalty {
 public:
  at::Tensor value(const PenaltyContext& context) override {
    const at::Tensor gate =
        context.gate.defined() ? context.gate : context.generate(context.batch).at("gate");
    const at::Tensor loads = gate.mean(0);
    return (loads - 1 / static_cast<double>(loads.size(0))).square().sum();
  }

  void check(const Graph& network) const override {
    const auto& outputs = network.spec().outputs;
    if (outputs.contains("gate") && network.outputShape("gate").size() == 1) return;
    throw Error("INVALID_OPTION",
                "penalties.loadBalance: expected a generator with an output gate of shape [experts]");
  }
};

}  // namespace

std::unique_ptr<Penalty> makeLoadBalancePenalty(const std::string& kind, const nlohmann::json&) {
  return kind == "loadBalance" ? std::make_unique<LoadBalance>() : nullptr;
}

}  // namespace ganode
