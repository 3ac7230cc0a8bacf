#include "step/network.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdlib>

#include "device/device.h"
#include "error.h"
#include "step/latent.h"

namespace ganode {
namespace {

at::Device prepareThread(const NetworkOptions& options) {
  useThreads(options.threads);
  return chooseDevice(options.device);
}

// Where the training of a checkpoint stood, by its steps and the recipe; the end, where they do not say.
double imagesShown(const Metadata& metadata, const nlohmann::json& recipe) {
  const auto steps = metadata.find("ganode.steps");
  if (steps == metadata.end()) return std::numeric_limits<double>::infinity();
  double images = std::strtod(steps->second.c_str(), nullptr);
  for (const char* factor : {"batch", "discriminatorSteps", "accumulation"}) {
    const auto found = recipe.find(factor);
    if (found != recipe.end() && found->is_number()) images *= found->get<double>();
  }
  return images;
}

}  // namespace

Network::Network(const GraphSpec& spec, const NetworkOptions& options)
    : options_(options),
      device_(prepareThread(options)),
      bfloat16_(chooseBfloat16(options.precision, device_)),
      random_(makeGenerator(options.seed)),
      graph_(spec) {
  graph_.materialize(device_, options.dtype, random_);
}

Network Network::open(const std::string& path, const NetworkOptions& options) {
  const Checkpoint file = readSafetensors(path);
  const auto mismatch = [&](const std::string& message) {
    throw Error("CHECKPOINT_MISMATCH", path + ": " + message);
  };
  const auto found = file.metadata.find("ganode.recipe");
  if (found == file.metadata.end()) mismatch("expected a checkpoint of ganode, and it carries no recipe");
  const nlohmann::json recipe = nlohmann::json::parse(found->second, nullptr, /*allow_exceptions=*/false);
  if (!recipe.is_object() || !recipe.contains("models") || !recipe["models"].is_object() ||
      !recipe["models"].contains("generator")) {
    mismatch("expected a recipe with models.generator");
  }
  NetworkOptions own = options;
  own.uniformLatents = recipe.contains("latentDistribution") && recipe["latentDistribution"] == "uniform";
  own.images = imagesShown(file.metadata, recipe);
  Network network(parseGraph(recipe["models"]["generator"]), own);

  const at::NoGradGuard noGrad;
  for (const auto& [name, tensor] : network.tensors()) {
    auto stored = file.tensors.find("ema." + name);
    if (!options.ema || stored == file.tensors.end()) stored = file.tensors.find("generator." + name);
    if (stored == file.tensors.end()) mismatch("expected a tensor generator." + name + ", and it is absent");
    if (stored->second.sizes() != tensor.sizes()) {
      mismatch(stored->first + ": expected shape " + describe(tensor.sizes().vec()) + ", got " +
               describe(stored->second.sizes().vec()));
    }
    tensor.detach().copy_(stored->second);
  }
  SampleOptions statistics;
  statistics.uniformLatents = own.uniformLatents;
  statistics.bfloat16 = network.bfloat16_;
  statistics.images = own.images;
  estimateStatistics(network.graph_, own.standingStatistics, statistics);
  return network;
}

Network::Result Network::forward(const Values& inputs, bool training, const Values& cotangents) {
  const at::AutoGradMode gradients(!cotangents.empty());
  Values own = inputs;
  std::vector<std::string> names;
  std::vector<at::Tensor> leaves;
  for (auto& [name, value] : own) {
    if (!value.is_floating_point()) continue;
    value = value.to(graph_.dtype()).detach().clone();
    if (cotangents.empty()) continue;
    value.set_requires_grad(true);
    names.push_back(name);
    leaves.push_back(value);
  }
  Result result;
  {
    const PrecisionScope precision(bfloat16_, device_);
    result.outputs = graph_.forward(own, Mode{training, &random_});
  }
  if (cotangents.empty()) return result;

  for (const auto& [name, tensor] : graph_.trainable()) {
    names.push_back(name);
    leaves.push_back(tensor);
  }
  std::vector<at::Tensor> outputs;
  std::vector<at::Tensor> weights;
  for (const auto& [name, cotangent] : cotangents) {
    const auto output = result.outputs.find(name);
    if (output == result.outputs.end())
      throw Error("INVALID_DATA", "cotangents: the graph has no output \"" + name + "\"");
    if (output->second.sizes() != cotangent.sizes()) {
      throw Error("INVALID_DATA", "cotangents: expected " + name + " to be " +
                                      describe(output->second.sizes().vec()) + ", got " +
                                      describe(cotangent.sizes().vec()));
    }
    if (!output->second.requires_grad()) continue;
    outputs.push_back(output->second);
    weights.push_back(cotangent.to(output->second.options().requires_grad(std::nullopt)));
  }
  if (outputs.empty()) return result;
  const auto found = torch::autograd::grad(outputs, leaves, weights, false, false, /*allow_unused=*/true);
  for (size_t i = 0; i < names.size(); ++i) {
    if (found[i].defined()) result.gradients[names[i]] = found[i];
  }
  return result;
}

at::Tensor Network::sample(SampleOptions options) const {
  options.uniformLatents = options_.uniformLatents;
  options.bfloat16 = bfloat16_;
  options.images = options_.images;
  return ganode::sample(graph_, options);
}

at::Tensor Network::drawLatents(SampleOptions options) const {
  options.uniformLatents = options_.uniformLatents;
  return latentsFor(graph_, options);
}

}  // namespace ganode
