// Balanced consistency regularization.
#include <ATen/ATen.h>

#include "augment/augment.h"
#include "objective/penalty.h"

namespace ganode {
namespace {

// Zhao et al. 2021, "Improved Consistency Regularization for GANs" (bCR), algorithm 1: E‖D(x) - D(T(x))‖² and
// the same for fakes, each with its weight; T flips and shifts.
class Consistency : public Penalty {
 public:
  explicit Consistency(const nlohmann::json& options)
      : realWeight_(penaltyNumber(options, "realWeight", 10)),
        fakeWeight_(penaltyNumber(options, "fakeWeight", 10)),
        shift_(static_cast<int64_t>(penaltyNumber(options, "shift", 4))),
        flip_(options.value("flip", true)) {}

  at::Tensor value(const PenaltyContext& context) override {
    // One after the other: each draws.
    const at::Tensor real = distance(context, context.realLogits(), context.real);
    const at::Tensor fake = distance(context, context.fakeLogits(), context.fake);
    return real * realWeight_ + fake * fakeWeight_;
  }

 private:
  at::Tensor distance(const PenaltyContext& context, const at::Tensor& logits,
                      const at::Tensor& packed) const {
    const auto sizes = packed.sizes();
    const at::Tensor images =
        packed.detach().reshape({sizes[0] * context.packing, sizes[1] / context.packing, sizes[2], sizes[3]});
    const at::Tensor moved = flipAndShift(images, shift_, flip_, context.random);
    return (logits - context.judge(moved.reshape(sizes))).square().mean();
  }

  double realWeight_;
  double fakeWeight_;
  int64_t shift_;
  bool flip_;
};

}  // namespace

std::unique_ptr<Penalty> makeConsistencyPenalty(const std::string& kind, const nlohmann::json& options) {
  return kind == "consistency" ? std::make_unique<Consistency>(options) : nullptr;
}

}  // namespace ganode
