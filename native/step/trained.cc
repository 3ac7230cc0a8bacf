#include "step/trained.h"

#include <ATen/ATen.h>

#include <limits>
#include <string>

#include "error.h"
#include "json.h"
#include "step/fit.h"
#include "step/options.h"

namespace ganode {

Trained::Trained(const std::string& path) : path_(path), file_(readSafetensors(path)) {
  const auto found = file_.metadata.find("ganode.recipe");
  if (found == file_.metadata.end()) mismatch("expected a checkpoint of ganode, and it carries no recipe");
  recipe_ = parseJson(found->second, path + ": ganode.recipe", "CHECKPOINT_MISMATCH");
  if (!recipe_.is_object() || !recipe_.contains("models") || !recipe_["models"].is_object() ||
      !recipe_["models"].contains("generator")) {
    mismatch("expected a recipe with models.generator");
  }
}

bool Trained::uniformLatents() const {
  const auto found = recipe_.find("latentDistribution");
  return found != recipe_.end() && *found == "uniform";
}

double Trained::imagesShown() const {
  const std::optional<int64_t> steps = stepsOf(file_, path_);
  if (!steps) return std::numeric_limits<double>::infinity();
  return parseTimeline(recipe_.dump()).images(*steps);
}

std::string Trained::nameOf(const std::string& network, const std::string& weight, bool ema) const {
  const std::string own = network + "." + weight;
  const std::string average = "ema." + (network == "generator" ? weight : own);
  return ema && file_.infos.contains(average) ? average : own;
}

void Trained::require(const std::string& network, bool ema, const Graph& graph) const {
  for (const auto& [name, shape] : graph.shapes())
    requireTensor(file_, path_, nameOf(network, name, ema), shape);
}

void Trained::read(const std::string& network, bool ema, const Graph& graph) const {
  require(network, ema, graph);
  const at::NoGradGuard noGrad;
  for (const auto& [name, tensor] : graph.tensors())
    tensor.detach().copy_(file_.tensors.at(nameOf(network, name, ema)));
}

void Trained::mismatch(const std::string& message) const { ganode::mismatch(path_, message); }

}  // namespace ganode
