#include "step/network.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "device/device.h"
#include "error.h"
#include "step/latent.h"
#include "step/trained.h"

namespace ganode {

Network::Network(const GraphSpec& spec, const NetworkOptions& options)
    : options_(options),
      device_(prepareThread(options.threads, options.device)),
      bfloat16_(chooseBfloat16(options.precision, device_)),
      random_(makeGenerator(options.seed)),
      graph_(spec) {
  graph_.materialize(device_, options.dtype, random_);
}

Network Network::open(const std::string& path, const NetworkOptions& options) {
  const Trained checkpoint(path);
  NetworkOptions own = options;
  own.uniformLatents = checkpoint.uniformLatents();
  own.images = checkpoint.imagesShown();
  const GraphSpec spec = parseGraph(checkpoint.recipe()["models"]["generator"]);
  checkpoint.require("generator", options.ema, Graph(spec));
  Network network(spec, own);
  checkpoint.read("generator", options.ema, network.graph_);
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
  return ganode::sample(graph_, options, sampling_);
}

at::Tensor Network::drawLatents(SampleOptions options) const {
  options.uniformLatents = options_.uniformLatents;
  return latentsFor(graph_, options);
}

}  // namespace ganode
