// Terms that are added to a player's loss: on the gradient of D at an image, on its logits, on weights.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "optimizer/schedule.h"

namespace ganode {

// What a penalty may look at. Images are as D takes them (packed), before augmentation; logits keep their
// graph.
class PenaltyContext {
 public:
  using Judge = std::function<at::Tensor(const at::Tensor& images)>;

  PenaltyContext(const Graph& network, at::Generator& random) : network(network), random(random) {}

  const Graph& network;  // whose loss the penalty is added to
  at::Generator& random;

  // For G: its outputs for so many new latents, up to `batch`, with their graph.
  std::function<Values(int64_t n)> generate;
  int64_t batch = 0;
  // Its output `gate` for the fakes of this update, with its graph; undefined where the update is the
  // penalty's own, or there is no such output.
  at::Tensor gate;

  // The rest is there for D only.
  at::Tensor real;
  at::Tensor fake;  // detached from G
  Judge judge;      // augments, and gives logits
  // Images of one input of D: the factor by which packing makes channels.
  int64_t packing = 1;

  // Judged when first asked for, unless the loss did it before.
  const at::Tensor& realLogits() const;
  const at::Tensor& fakeLogits() const;
  // Whether a penalty asked for the fakes' logits.
  bool usedFakeLogits() const { return usedFakeLogits_; }
  void setLogits(at::Tensor realLogits, at::Tensor fakeLogits);

 private:
  mutable at::Tensor realLogits_;
  mutable at::Tensor fakeLogits_;
  mutable bool usedFakeLogits_ = false;
};

enum class Side { Generator, Discriminator };

class Penalty {
 public:
  virtual ~Penalty() = default;
  Penalty() = default;
  Penalty(const Penalty&) = delete;
  Penalty& operator=(const Penalty&) = delete;

  // A scalar with its graph, without the weight.
  virtual at::Tensor value(const PenaltyContext& context) = 0;
  // Whether real or fake images must require a gradient before they are judged.
  virtual bool wantsRealGradient() const { return false; }
  virtual bool wantsFakeGradient() const { return false; }
  // Live tensors that belong in a checkpoint.
  virtual std::vector<std::pair<std::string, at::Tensor>> state() const { return {}; }
  // Brings the state to the device on which the values are to be computed; before the first of them.
  virtual void moveTo(const at::Device& /*device*/) {}
  // Throws Error("INVALID_OPTION") for a network that it cannot be computed of.
  virtual void check(const Graph& /*network*/) const {}
};

// A penalty as a recipe has it.
struct WeightedPenalty {
  std::string kind;
  Schedule weight;
  int64_t interval = 1;  // updates of its player from one to the next; above 1 it has updates of its own
  Side side = Side::Discriminator;
  std::unique_ptr<Penalty> penalty;
};

// From a recipe's `penalties` (lib/recipes/penalty.ts). Throws Error("INVALID_OPTION").
std::vector<WeightedPenalty> parsePenalties(const nlohmann::json& penalties);

// One a family, each in the file of its name; nullptr for a kind of another family.
std::unique_ptr<Penalty> makeGradientPenalty(const std::string& kind, const nlohmann::json& options);
std::unique_ptr<Penalty> makeLogitPenalty(const std::string& kind, const nlohmann::json& options);
std::unique_ptr<Penalty> makeConsistencyPenalty(const std::string& kind, const nlohmann::json& options);
std::unique_ptr<Penalty> makeOrthogonalPenalty(const std::string& kind, const nlohmann::json& options);
std::unique_ptr<Penalty> makeLoadBalancePenalty(const std::string& kind, const nlohmann::json& options);
std::unique_ptr<Penalty> makePathLengthPenalty(const std::string& kind, const nlohmann::json& options);

// A number of a penalty's options.
double penaltyNumber(const nlohmann::json& options, const char* key, double otherwise);

}  // namespace ganode
