#include "step/trained.h"

#include <ATen/ATen.h>

#include <limits>
#include <string>

#include "error.h"
#include "step/options.h"

namespace ganode {

Trained::Trained(const std::string& path) : path_(path), file_(readSafetensors(path)) {
  const auto found = file_.metadata.find("ganode.recipe");
  if (found == file_.metadata.end()) mismatch("expected a checkpoint of ganode, and it carries no recipe");
  recipe_ = nlohmann::json::parse(found->second, nullptr, /*allow_exceptions=*/false);
  if (!recipe_.is_object() || !recipe_.contains("models") || !recipe_["models"].is_object() ||
      !recipe_["models"].contains("generator")) {
    mismatch("expected a recipe with models.generator");
  }
}

bool Trained::uniformLatents() const { return recipe_.value("latentDistribution", "") == "uniform"; }

double Trained::imagesShown() const {
  const auto steps = file_.metadata.find("ganode.steps");
  if (steps == file_.metadata.end()) return std::numeric_limits<double>::infinity();
  const std::string& text = steps->second;
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos)
    mismatch("expected ganode.steps to be a whole number, got " + text.substr(0, 40));
  return parseTimeline(recipe_.dump()).images(std::stoll(text));
}

void Trained::read(const std::string& network, bool ema, const Graph& graph) const {
  const std::string weights = network + ".";
  const std::string averages = network == "generator" ? "ema." : "ema." + weights;
  const at::NoGradGuard noGrad;
  for (const auto& [name, tensor] : graph.tensors()) {
    auto stored = file_.tensors.find(averages + name);
    if (!ema || stored == file_.tensors.end()) stored = file_.tensors.find(weights + name);
    if (stored == file_.tensors.end()) mismatch("expected a tensor " + weights + name + ", and it is absent");
    if (stored->second.sizes() != tensor.sizes()) {
      mismatch(stored->first + ": expected shape " + describe(tensor.sizes().vec()) + ", got " +
               describe(stored->second.sizes().vec()));
    }
    tensor.detach().copy_(stored->second);
  }
}

void Trained::mismatch(const std::string& message) const {
  throw Error("CHECKPOINT_MISMATCH", path_ + ": " + message);
}

}  // namespace ganode
