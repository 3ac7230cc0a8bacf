#include "procedure/runner.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <optional>

#include "device/device.h"
#include "error.h"
#include "objective/orthogonality.h"
#include "procedure/refuse.h"
#include "profile/recorder.h"

namespace ganode {
namespace {

class Runner {
 public:
  Runner(const Plan& plan, const Procedure& procedure, const RunnerContext& context)
      : plan_(plan),
        procedure_(procedure),
        context_(context),
        tensors_(plan.instances.size()),
        passes_(plan.instances.size()) {}

  void run() {
    std::optional<profile::Span> update;
    const std::string* phase = nullptr;
    for (const Instruction& one : plan_.instructions) {
      if (phase == nullptr || one.phase != *phase) {
        phase = &one.phase;
        // The old one ends before the new one begins.
        update.reset();
        if (!phase->empty()) update.emplace(profile::Kind::Phase, *phase);
      }
      switch (one.kind) {
        case Instruction::Kind::Compute:
          compute(one);
          break;
        case Instruction::Kind::Gather:
          gather(one);
          break;
        case Instruction::Kind::Move:
          move(one);
          break;
        case Instruction::Kind::Clip:
          for (const size_t network : one.networks) context_.players[network]->clip(one.limit);
          break;
        case Instruction::Kind::Report: {
          const profile::Span span(profile::Kind::Phase, "statistics");
          const at::NoGradGuard noGrad;
          context_.report(one.column, scalar(one.instances[0]));
          break;
        }
        case Instruction::Kind::Watch:
          if (context_.augment) context_.augment->observe(tensors_[one.instances[0]].detach());
          break;
      }
      for (const size_t instance : one.drops) {
        tensors_[instance].reset();
        passes_[instance].clear();
      }
    }
  }

 private:
  const ProcedureValue& valueOf(size_t instance) const {
    return procedure_.values()[plan_.instances[instance].value];
  }

  void compute(const Instruction& one) {
    const at::AutoGradMode gradients(plan_.instances[one.instances[0]].graph);
    if (valueOf(one.instances[0]).source == Source::Apply) {
      pass(one.instances);
      return;
    }
    const size_t instance = one.instances[0];
    std::optional<profile::Span> span;
    if (plan_.instances[instance].isReport) span.emplace(profile::Kind::Phase, "statistics");
    at::Tensor value = make(instance);
    if (plan_.instances[instance].leaf) value = value.detach().set_requires_grad(true);
    tensors_[instance] = std::move(value);
  }

  at::Tensor make(size_t index) {
    const Instance& instance = plan_.instances[index];
    const ProcedureValue& value = valueOf(index);
    const auto input = [&](size_t i) -> const at::Tensor& { return tensors_[instance.inputs[i]]; };
    switch (value.source) {
      case Source::Field:
        return value.word == "label" ? context_.data.labels[instance.batch]
                                     : context_.data.images[instance.batch];
      case Source::Latent:
        return context_.draws.latents(value.type.count(context_.position.batch)).to(device());
      case Source::Noise:
        return noise(value);
      case Source::Output:
        return passes_[instance.inputs[0]].at(value.word);
      case Source::Detach:
        return input(0).detach();
      case Source::Augment:
        return context_.augment ? context_.augment->apply(input(0), context_.draws.random) : input(0);
      case Source::Gradient: {
        const profile::Span span(profile::Kind::Phase, value.name);
        if (!input(1).requires_grad()) {
          refuseProcedure("value \"" + value.name + "\" (gradient): nothing is differentiated by \"" +
                          valueOf(instance.inputs[1]).name +
                          "\", which follows from nothing that is trained");
        }
        const at::Tensor found =
            torch::autograd::grad({input(0).sum()}, {input(1)}, {}, /*retain_graph=*/true,
                                  /*create_graph=*/instance.graph, /*allow_unused=*/true)[0];
        return found.defined() ? found : at::zeros_like(input(1));
      }
      case Source::Weights:
        return orthogonality(context_.players[value.network]->graph());
      case Source::Operator: {
        ValueOperator::Tensors inputs;
        for (const size_t one : instance.inputs) inputs.push_back(tensors_[one]);
        return value.function->compute(inputs, {context_.position.images, &context_.draws.random});
      }
      case Source::Apply:
        break;
    }
    throw Error("INTERNAL", "a pass is no value");
  }

  at::Device device() const { return context_.data.images.device(); }

  at::Tensor noise(const ProcedureValue& value) const {
    const int64_t n = value.type.count(context_.position.batch);
    const Dims& dims = value.type.shape.dims;
    // A vector of normal noise can be given in the place of latents.
    if (value.word == "normal" && dims.size() == 1) return context_.draws.noise(n, dims[0]).to(device());
    Dims sizes = {n};
    sizes.insert(sizes.end(), dims.begin(), dims.end());
    const at::NoGradGuard noGrad;
    at::Tensor drawn = at::empty(sizes);
    if (value.word == "normal") {
      drawn.normal_(0, 1, context_.draws.random);
    } else {
      drawn.uniform_(0, 1, context_.draws.random);
    }
    return drawn.to(device());
  }

  void pass(const std::vector<size_t>& instances) {
    const ProcedureValue& first = valueOf(instances[0]);
    Player& player = *context_.players[first.network];
    const Graph& graph = player.graph();
    const std::string& name = procedure_.networks()[first.network].name;
    const profile::Span phase(profile::Kind::Phase, name + " forward", namesOf(instances));
    const profile::Span span(profile::Kind::Network, name);
    Values inputs;
    for (size_t i = 0; i < first.arguments.size(); ++i)
      inputs[first.arguments[i]] = joined(instances, first.arguments[i]);
    std::optional<Player::Frozen> frozen;
    if (plan_.instances[instances[0]].weights.empty()) frozen.emplace(player);
    const PrecisionScope precision(context_.bfloat16, graph.device());
    Mode mode{true, &context_.draws.random};
    mode.images = context_.position.images;
    Values outputs = graph.forward(inputs, mode);
    if (instances.size() == 1) {
      passes_[instances[0]] = std::move(outputs);
      return;
    }
    int64_t start = 0;
    for (const size_t instance : instances) {
      const int64_t n = valueOf(instance).type.count(context_.position.batch);
      for (const auto& [output, values] : outputs) passes_[instance][output] = values.narrow(0, start, n);
      start += n;
    }
  }

  // " onReal, onFake": passes that have names of their own.
  std::string namesOf(const std::vector<size_t>& instances) const {
    std::string names;
    for (const size_t instance : instances) {
      const ProcedureValue& value = valueOf(instance);
      if (value.name.starts_with(procedure_.networks()[value.network].name + "Pass")) continue;
      names += (names.empty() ? " " : ", ") + value.name;
    }
    return names;
  }

  // An argument of one pass, or of several that are one, one batch after the other.
  at::Tensor joined(const std::vector<size_t>& instances, const std::string& argument) const {
    std::vector<at::Tensor> parts;
    for (const size_t instance : instances) {
      const ProcedureValue& value = valueOf(instance);
      const auto at = std::find(value.arguments.begin(), value.arguments.end(), argument);
      const auto index = static_cast<size_t>(at - value.arguments.begin());
      parts.push_back(tensors_[plan_.instances[instance].inputs[index]]);
      // A generator may work in bfloat16.
      parts.back() = parts.back().to(parts.front().scalar_type());
    }
    return parts.size() == 1 ? parts[0] : at::cat(parts);
  }

  at::Tensor scalar(size_t instance) const {
    const at::Tensor& value = tensors_[instance];
    return value.dim() == 0 ? value : precise(value).mean();
  }

  void gather(const Instruction& one) {
    std::vector<Player*> players;
    for (const size_t network : one.networks) players.push_back(context_.players[network]);
    const at::Tensor objective = scalar(one.instances[0]);
    Player::gather(players, one.weight == 1 ? objective : objective * one.weight, one.retain);
  }

  void move(const Instruction& one) {
    for (const size_t network : one.networks) {
      const at::Tensor norm = context_.players[network]->update(context_.position.images);
      if (!one.lazy) context_.report(procedure_.networks()[network].name + "GradientNorm", norm);
    }
  }

  const Plan& plan_;
  const Procedure& procedure_;
  const RunnerContext& context_;
  std::vector<at::Tensor> tensors_;
  std::vector<Values> passes_;
};

}  // namespace

void runPlan(const Plan& plan, const Procedure& procedure, const RunnerContext& context) {
  Runner(plan, procedure, context).run();
}

}  // namespace ganode
