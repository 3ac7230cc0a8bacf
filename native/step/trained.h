// A training checkpoint, from which networks are taken for use.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "checkpoint/safetensors.h"
#include "graph/graph.h"

namespace ganode {

class Trained {
 public:
  // Throws Error("CHECKPOINT_…"), among them CHECKPOINT_MISMATCH where it carries no recipe with a generator.
  explicit Trained(const std::string& path);

  const nlohmann::json& recipe() const { return recipe_; }
  // Whether its latents are uniform.
  bool uniformLatents() const;
  // Real images that it was shown; infinity, the end, where it does not say.
  double imagesShown() const;
  // Throws Error("CHECKPOINT_MISMATCH") unless the file has the weights of a graph, which needs none yet:
  // with `ema` their average, where there is one. `network`: its name in `models`.
  void require(const std::string& network, bool ema, const Graph& graph) const;
  // Copies the weights into the graph. Throws what `require` throws.
  void read(const std::string& network, bool ema, const Graph& graph) const;

  [[noreturn]] void mismatch(const std::string& message) const;

 private:
  // The tensor of a weight or buffer in the file.
  std::string nameOf(const std::string& network, const std::string& weight, bool ema) const;

  std::string path_;
  Checkpoint file_;
  nlohmann::json recipe_;
};

}  // namespace ganode
