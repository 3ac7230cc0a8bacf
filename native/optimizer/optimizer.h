// Optimizers over a fixed list of parameters. Formulas and defaults are PyTorch's. Learning rates and betas
// may be schedules.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "optimizer/schedule.h"

namespace ganode {

class Optimizer {
 public:
  using Named = std::vector<std::pair<std::string, at::Tensor>>;

  explicit Optimizer(Named parameters);
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer() = default;

  // One update, when `images` real images were shown. `gradients` stand in the order of the parameters; an
  // undefined one leaves its parameter as it is.
  void step(const std::vector<at::Tensor>& gradients, double images);

  // As before the first update: all state zero.
  void restart();
  // What the learning rate is multiplied by; 1 at first. Not part of the state.
  void setLearningRateFactor(double factor) { learningRateFactor_ = factor; }

  const std::vector<at::Tensor>& parameters() const { return parameters_; }

  // The state, by name ("<parameter>.expAvg", "step"), as live tensors: reading them saves, copying into them
  // loads.
  Named state() const;
  uint64_t bytes() const;

 protected:
  // Parameters and their gradients that take part in an update, with the state in the same order.
  struct Update {
    std::vector<at::Tensor> parameters;
    std::vector<at::Tensor> gradients;
    std::vector<std::vector<at::Tensor>> state;  // by kind of state
  };

  // Adds a tensor like each parameter, zeroed.
  void addState(const std::string& name);
  virtual void apply(Update& update, double images) = 0;

  double learningRateFactor() const { return learningRateFactor_; }
  const at::Tensor& count() const { return count_; }

 private:
  std::vector<std::string> names_;
  std::vector<at::Tensor> parameters_;
  std::vector<std::pair<std::string, std::vector<at::Tensor>>> state_;
  double learningRateFactor_ = 1;
  at::Tensor count_;  // updates made, a float tensor as the fused kernels want it
};

// From a recipe's `optimizers.generator` or `optimizers.discriminator` (lib/recipes/schema.ts).
// `lazyRatio` is what share of the updates are those of the loss, where penalties of an interval have updates
// of their own: k/(k + 1) for one every k. The learning rate is multiplied by it, betas are raised to it, so
// that the time scale stays (Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN",
// appendix B). `where` begins the message of the Error("INVALID_OPTION").
std::unique_ptr<Optimizer> makeOptimizer(const nlohmann::json& options, Optimizer::Named parameters,
                                         double lazyRatio, const std::string& where);

}  // namespace ganode
