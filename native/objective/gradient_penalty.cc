// Penalties on the gradient of D's logit with respect to an image. All values of an image are one vector:
// they are flattened before the norm.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "error.h"
#include "objective/penalty.h"

namespace ganode {
namespace {

// d(sum of logits)/d(images), one row an image, itself differentiable. D must not mix images (batch norm) for
// a row to be the gradient of one logit; where it does, this is what the official implementations compute
// too.
at::Tensor gradientRows(const at::Tensor& logits, const at::Tensor& images) {
  const auto gradients = torch::autograd::grad({logits.sum()}, {images}, {}, /*retain_graph=*/true,
                                               /*create_graph=*/true, /*allow_unused=*/true);
  if (!gradients[0].defined()) return at::zeros_like(images).flatten(1);
  return gradients[0].flatten(1);
}

at::Tensor halfSquaredNorm(const at::Tensor& rows) { return rows.square().sum(1).mean() / 2; }

// Mescheder et al. 2018, equation 9: ½·E‖∇D(x)‖² at real images; the weight is γ.
class RealGradient : public Penalty {
 public:
  at::Tensor value(const PenaltyContext& context) override {
    return halfSquaredNorm(gradientRows(context.realLogits(), context.real));
  }
  bool wantsRealGradient() const override { return true; }
};

// The same at fakes: R2.
class FakeGradient : public Penalty {
 public:
  at::Tensor value(const PenaltyContext& context) override {
    return halfSquaredNorm(gradientRows(context.fakeLogits(), context.fake));
  }
  bool wantsFakeGradient() const override { return true; }
};

// One uniform number an image, in the shape of a factor.
at::Tensor uniformFor(const at::Tensor& images, at::Generator& random) {
  std::vector<int64_t> shape(static_cast<size_t>(images.dim()), 1);
  shape[0] = images.size(0);
  at::Tensor u = at::empty(shape);
  u.uniform_(0, 1, random);
  return u.to(images.options().requires_grad(std::nullopt));
}

// E(‖∇D(x̂)‖ - target)², or with one side E max(0, ‖∇D(x̂)‖ - target)².
class NormPenalty : public Penalty {
 public:
  explicit NormPenalty(const nlohmann::json& options)
      : target_(penaltyNumber(options, "target", 1)),
        oneSided_(options.contains("sided") && options["sided"] == "one") {}

  at::Tensor value(const PenaltyContext& context) override {
    const at::Tensor points = pointsOf(context).detach().set_requires_grad(true);
    const at::Tensor norms = at::linalg_vector_norm(gradientRows(context.judge(points), points), 2, {1});
    const at::Tensor excess = norms - target_;
    return (oneSided_ ? excess.relu() : excess).square().mean();
  }

 protected:
  virtual at::Tensor pointsOf(const PenaltyContext& context) const = 0;

 private:
  double target_;
  bool oneSided_;
};

// Gulrajani et al. 2017, equation 3: x̂ between a real image and a fake, x̂ = εx + (1 - ε)x̃.
class Interpolated : public NormPenalty {
 public:
  using NormPenalty::NormPenalty;

 protected:
  at::Tensor pointsOf(const PenaltyContext& context) const override {
    // Of a generator that works in bfloat16 the fakes are coarser than the real images.
    const at::Tensor fake = context.fake.to(context.real.scalar_type());
    return at::lerp(fake, context.real, uniformFor(context.real, context.random));
  }
};

// Kodali et al. 2017 (DRAGAN), as in the official code: x̂ = x + α·(c·std·u), std of the whole batch, u
// uniform on [0, 1] a value, α an image; c = 0.5.
class Perturbed : public NormPenalty {
 public:
  explicit Perturbed(const nlohmann::json& options)
      : NormPenalty(options), scale_(penaltyNumber(options, "scale", 0.5)) {}

 protected:
  at::Tensor pointsOf(const PenaltyContext& context) const override {
    const at::Tensor& real = context.real;
    at::Tensor u = at::empty(real.sizes());
    u.uniform_(0, 1, context.random);
    const at::Tensor noise =
        u.to(real.options().requires_grad(std::nullopt)) * (scale_ * real.detach().std());
    return real + uniformFor(real, context.random) * noise;
  }

 private:
  double scale_;
};

}  // namespace

std::unique_ptr<Penalty> makeGradientPenalty(const std::string& kind, const nlohmann::json& options) {
  if (kind == "r1") return std::make_unique<RealGradient>();
  if (kind == "r2") return std::make_unique<FakeGradient>();
  if (kind == "gradientPenalty") return std::make_unique<Interpolated>(options);
  if (kind == "dragan") return std::make_unique<Perturbed>(options);
  return nullptr;
}

}  // namespace ganode
