#include "optimizer/optimizer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "error.h"
#include "json.h"

namespace ganode {
namespace {

using nlohmann::json;

double number(const json& options, const char* key, double otherwise, const std::string& where) {
  const auto found = options.find(key);
  if (found == options.end()) return otherwise;
  if (!found->is_number())
    throw Error("INVALID_OPTION", where + "." + key + ": expected a number, got " + shown(*found));
  return found->get<double>();
}

// What every optimizer has: a learning rate, scaled by the lazy ratio.
class LearningRate {
 public:
  LearningRate(const json& options, double otherwise, double lazyRatio, const std::string& where)
      : ratio_(lazyRatio) {
    const auto found = options.find("learningRate");
    schedule_ =
        found == options.end() ? Schedule(otherwise) : Schedule::parse(*found, where + ".learningRate");
  }
  double at(double images) const { return ratio_ * schedule_.at(images); }

 private:
  Schedule schedule_;
  double ratio_;
};

// Kingma & Ba 2015; decoupled decay: Loshchilov & Hutter 2019.
class Adam : public Optimizer {
 public:
  Adam(const json& options, Named parameters, double lazyRatio, const std::string& where, bool decoupled)
      : Optimizer(std::move(parameters)),
        decoupled_(decoupled),
        lazyRatio_(lazyRatio),
        learningRate_(options, 1e-3, lazyRatio, where),
        epsilon_(number(options, "epsilon", 1e-8, where)),
        weightDecay_(number(options, "weightDecay", 0, where)) {
    if (const auto betas = options.find("betas"); betas != options.end()) {
      if (!betas->is_array() || betas->size() != 2) {
        throw Error("INVALID_OPTION", where + ".betas: expected two numbers, got " + shown(*betas));
      }
      beta1_ = Schedule::parse((*betas)[0], where + ".betas.0");
      beta2_ = Schedule::parse((*betas)[1], where + ".betas.1");
    }
    addState("expAvg");
    addState("expAvgSq");
  }

 protected:
  void apply(Update& u, double images) override {
    const double rate = learningRateFactor() * learningRate_.at(images);
    const double beta1 = std::pow(beta1_.at(images), lazyRatio_);
    const double beta2 = std::pow(beta2_.at(images), lazyRatio_);
    const std::vector<at::Tensor> steps(u.parameters.size(), count());
    const auto fused = [&](auto function) {
      function(u.parameters, u.gradients, u.state[0], u.state[1],
               /*max_exp_avg_sqs=*/std::vector<at::Tensor>{}, steps);
    };
    fused([&](const auto&... lists) {
      if (decoupled_) {
        at::_fused_adamw_(lists..., rate, beta1, beta2, weightDecay_, epsilon_, /*amsgrad=*/false,
                          /*maximize=*/false);
      } else {
        at::_fused_adam_(lists..., rate, beta1, beta2, weightDecay_, epsilon_, /*amsgrad=*/false,
                         /*maximize=*/false);
      }
    });
  }

 private:
  bool decoupled_;
  double lazyRatio_;
  LearningRate learningRate_;
  double epsilon_;
  double weightDecay_;
  Schedule beta1_ = 0.9;
  Schedule beta2_ = 0.999;
};

// Tieleman & Hinton 2012, not centred.
class Rmsprop : public Optimizer {
 public:
  Rmsprop(const json& options, Named parameters, double lazyRatio, const std::string& where)
      : Optimizer(std::move(parameters)),
        learningRate_(options, 1e-2, lazyRatio, where),
        alpha_(number(options, "alpha", 0.99, where)),
        epsilon_(number(options, "epsilon", 1e-8, where)),
        momentum_(number(options, "momentum", 0, where)),
        weightDecay_(number(options, "weightDecay", 0, where)) {
    addState("squareAvg");
    if (momentum_ > 0) addState("momentumBuffer");
  }

 protected:
  void apply(Update& u, double images) override {
    const double rate = learningRateFactor() * learningRate_.at(images);
    if (weightDecay_ != 0) u.gradients = at::_foreach_add(u.gradients, u.parameters, weightDecay_);
    std::vector<at::Tensor>& squareAvg = u.state[0];
    at::_foreach_mul_(squareAvg, alpha_);
    at::_foreach_addcmul_(squareAvg, u.gradients, u.gradients, 1 - alpha_);
    std::vector<at::Tensor> divisor = at::_foreach_sqrt(squareAvg);
    at::_foreach_add_(divisor, epsilon_);
    if (momentum_ > 0) {
      std::vector<at::Tensor>& buffer = u.state[1];
      at::_foreach_mul_(buffer, momentum_);
      at::_foreach_addcdiv_(buffer, u.gradients, divisor);
      at::_foreach_add_(u.parameters, buffer, -rate);
    } else {
      at::_foreach_addcdiv_(u.parameters, u.gradients, divisor, -rate);
    }
  }

 private:
  LearningRate learningRate_;
  double alpha_;
  double epsilon_;
  double momentum_;
  double weightDecay_;
};

// Duchi et al. 2011, without a decay of the rate.
class Adagrad : public Optimizer {
 public:
  Adagrad(const json& options, Named parameters, double lazyRatio, const std::string& where)
      : Optimizer(std::move(parameters)),
        learningRate_(options, 1e-2, lazyRatio, where),
        epsilon_(number(options, "epsilon", 1e-10, where)),
        weightDecay_(number(options, "weightDecay", 0, where)) {
    addState("sum");
  }

 protected:
  void apply(Update& u, double images) override {
    if (weightDecay_ != 0) u.gradients = at::_foreach_add(u.gradients, u.parameters, weightDecay_);
    at::_foreach_addcmul_(u.state[0], u.gradients, u.gradients, 1);
    std::vector<at::Tensor> divisor = at::_foreach_sqrt(u.state[0]);
    at::_foreach_add_(divisor, epsilon_);
    at::_foreach_addcdiv_(u.parameters, u.gradients, divisor, -learningRate_.at(images));
  }

 private:
  LearningRate learningRate_;
  double epsilon_;
  double weightDecay_;
};

// Momentum as Sutskever et al. 2013 in PyTorch's form: buffer = momentum·buffer + gradient.
class Sgd : public Optimizer {
 public:
  Sgd(const json& options, Named parameters, double lazyRatio, const std::string& where)
      : Optimizer(std::move(parameters)),
        learningRate_(options, 1e-2, lazyRatio, where),
        momentum_(number(options, "momentum", 0, where)),
        weightDecay_(number(options, "weightDecay", 0, where)),
        nesterov_(options.value("nesterov", false)) {
    if (nesterov_ && momentum_ == 0)
      throw Error("INVALID_OPTION", where + ".nesterov: expected a momentum above 0");
    if (momentum_ > 0) addState("momentumBuffer");
  }

 protected:
  void apply(Update& u, double images) override {
    const std::vector<at::Tensor> buffers = momentum_ > 0 ? u.state[0] : std::vector<at::Tensor>{};
    // In the first update the buffers would become the gradients; as they are zero, they do anyway, and
    // whether an update is the first need not be read from the device.
    at::_fused_sgd_(u.parameters, u.gradients, buffers, weightDecay_, momentum_,
                    learningRateFactor() * learningRate_.at(images),
                    /*dampening=*/0, nesterov_,
                    /*maximize=*/false, /*is_first_step=*/false);
  }

 private:
  LearningRate learningRate_;
  double momentum_;
  double weightDecay_;
  bool nesterov_;
};

}  // namespace

Optimizer::Optimizer(Named parameters) {
  for (auto& [name, tensor] : parameters) {
    names_.push_back(name);
    parameters_.push_back(tensor);
  }
  count_ = at::zeros({}, at::TensorOptions().dtype(at::kFloat));
  if (!parameters_.empty()) count_ = count_.to(parameters_[0].device());
}

void Optimizer::addState(const std::string& name) {
  std::vector<at::Tensor> tensors;
  for (const at::Tensor& parameter : parameters_) tensors.push_back(at::zeros_like(parameter.detach()));
  state_.emplace_back(name, std::move(tensors));
}

void Optimizer::step(const std::vector<at::Tensor>& gradients, double images) {
  const at::NoGradGuard noGrad;
  Update update;
  update.state.resize(state_.size());
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (!gradients[i].defined()) continue;
    const at::Tensor& parameter = parameters_[i];
    // The fused kernels walk raw memory, so a gradient must lie as its parameter does.
    const bool aligned = gradients[i].strides() == parameter.strides() &&
                         gradients[i].scalar_type() == parameter.scalar_type();
    update.parameters.push_back(parameter);
    update.gradients.push_back(aligned ? gradients[i] : at::empty_like(parameter).copy_(gradients[i]));
    for (size_t kind = 0; kind < state_.size(); ++kind) update.state[kind].push_back(state_[kind].second[i]);
  }
  count_.add_(1);
  if (!update.parameters.empty()) apply(update, images);
}

void Optimizer::restart() {
  const at::NoGradGuard noGrad;
  for (const auto& [name, tensor] : state()) tensor.detach().zero_();
}

Optimizer::Named Optimizer::state() const {
  Named all = {{"step", count_}};
  for (const auto& [kind, tensors] : state_) {
    for (size_t i = 0; i < tensors.size(); ++i) all.emplace_back(names_[i] + "." + kind, tensors[i]);
  }
  return all;
}

uint64_t Optimizer::bytes() const {
  uint64_t sum = 0;
  for (const auto& [name, tensor] : state()) sum += tensor.nbytes();
  return sum;
}

std::unique_ptr<Optimizer> makeOptimizer(const json& options, Optimizer::Named parameters, double lazyRatio,
                                         const std::string& where) {
  const std::string kind = options.value("kind", "");
  if (kind == "adam" || kind == "adamW")
    return std::make_unique<Adam>(options, std::move(parameters), lazyRatio, where, kind == "adamW");
  if (kind == "rmsprop") return std::make_unique<Rmsprop>(options, std::move(parameters), lazyRatio, where);
  if (kind == "sgd") return std::make_unique<Sgd>(options, std::move(parameters), lazyRatio, where);
  if (kind == "adagrad") return std::make_unique<Adagrad>(options, std::move(parameters), lazyRatio, where);
  throw Error("INVALID_OPTION",
              where + ".kind: expected 'adam', 'adamW', 'rmsprop', 'adagrad' or 'sgd', got '" + kind + "'");
}

}  // namespace ganode
