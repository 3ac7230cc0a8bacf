// One side of the game: a network and what moves it.
#pragma once

#include <memory>

#include "graph/graph.h"
#include "optimizer/optimizer.h"

namespace ganode {

class Player {
 public:
  // `lazyRatio`: see makeOptimizer.
  Player(GraphSpec spec, const nlohmann::json& optimizer, const std::string& name, const at::Device& device,
         at::Generator& generator, double lazyRatio = 1);

  const Graph& graph() const { return graph_; }

  // Adds the gradients of a loss to those gathered for the next update.
  void gather(const at::Tensor& loss);
  // The same for a loss of which the gradients at some tensors, `roots`, are given. `input`, if defined,
  // takes part in the roots: its gradient is returned. `retainGraph`: the graph is wanted again.
  at::Tensor gather(const std::vector<at::Tensor>& roots, const std::vector<at::Tensor>& gradients,
                    const at::Tensor& input = {}, bool retainGraph = false);
  // The gradients of one loss by the weights of several players, by one pass backward.
  static void gather(const std::vector<Player*>& players, const at::Tensor& loss, bool retainGraph);
  // One update with what was gathered, when `images` real images were shown. Returns the norm of the gradient
  // of all weights together; undefined where nothing is trained.
  at::Tensor update(double images);
  // The optimizer forgets what it has gathered of earlier updates.
  void restartOptimizer() { optimizer_->restart(); }
  // From now on learning rates are multiplied by this.
  void setLearningRateFactor(double factor) { optimizer_->setLearningRateFactor(factor); }
  // Weight clipping (Arjovsky et al. 2017): every trained weight into [-limit, limit].
  void clip(double limit);

  // While it lives, the weights take no part in gradients: no memory or work goes into theirs.
  class Frozen {
   public:
    explicit Frozen(const Player& player);
    Frozen(const Frozen&) = delete;
    Frozen& operator=(const Frozen&) = delete;
    ~Frozen();

   private:
    const std::vector<at::Tensor>& parameters_;
  };

  // "<name>.<node>.<slot>", and "optimizer.<name>.<state>": live tensors.
  std::vector<std::pair<std::string, at::Tensor>> state() const;
  uint64_t bytes() const;

 private:
  // Adds a gradient for each trained weight; an undefined one is none.
  void add(at::ArrayRef<at::Tensor> gradients);

  std::string name_;
  Graph graph_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<at::Tensor> gathered_;
};

}  // namespace ganode
