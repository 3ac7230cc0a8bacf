// Derivatives of derivatives, which gradient penalties need: for every operator and weight option
// s = ½‖∂⟨c, y⟩/∂x‖² is differentiated by autograd and, in double precision, by central differences.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>
#include <set>

#include "graph/graph.h"
#include "operator_cases.h"
#include "step/latent.h"

namespace {

using ganode::Graph;
using ganode::test::OperatorCase;

constexpr double kStep = 1e-5;
constexpr double kTolerance = 1e-6;  // relative to the tensor's largest derivative, or to 1

const std::map<std::string, std::string> kSkipped = {
    {"embedding", "its only input is a label, which has no derivative"},
    {"oneHot", "its only input is a label, which has no derivative"},
};

// A graph of one node with random weights, inputs and cotangent, all far from any kink at this seed.
class Probe {
 public:
  explicit Probe(const OperatorCase& one) : case_(one), graph_(ganode::test::graphOf(one)) {
    at::Generator random = ganode::makeGenerator(11);
    graph_.materialize(at::kCPU, at::kDouble, random);
    for (const auto& [name, tensor] : graph_.trainable()) {
      tensor.detach().normal_(0.3, 0.7, random);
      leaves_.emplace_back(name, tensor);
    }
    for (const auto& [name, shape] : graph_.spec().inputs) {
      if (shape.isLabel()) {
        inputs_[name] = at::arange(one.batch, at::kLong).mul(3).remainder(shape.classes);
        continue;
      }
      ganode::Dims sizes = {one.batch};
      sizes.insert(sizes.end(), shape.dims.begin(), shape.dims.end());
      const at::Tensor value = at::empty(sizes, at::kDouble).normal_(0, 1, random).set_requires_grad(true);
      inputs_[name] = value;
      leaves_.emplace_back(name, value);
      sources_.push_back(value);
    }
    prepare(random);
    cotangent_ = at::empty_like(forward().detach()).normal_(0, 1, random);
  }

  // s, with its graph.
  at::Tensor energy() {
    const at::Tensor output = (forward() * cotangent_).sum();
    at::Tensor sum = at::zeros({}, at::kDouble);
    for (const at::Tensor& gradient : torch::autograd::grad({output}, sources_, {}, std::nullopt,
                                                            /*create_graph=*/true, /*allow_unused=*/true)) {
      if (gradient.defined()) sum = sum + gradient.square().sum() / 2;
    }
    return sum;
  }

  // Of s, one derivative for each element of a leaf.
  at::Tensor differences(const at::Tensor& leaf) {
    const at::Tensor start = leaf.detach().clone(at::MemoryFormat::Contiguous);
    const at::Tensor result = at::empty_like(start);
    for (int64_t i = 0; i < start.numel(); ++i) {
      const auto moved = [&](double step) {
        const at::Tensor values = start.clone();
        values.view(-1)[i].add_(step);
        leaf.detach().copy_(values);
        return energy().item<double>();
      };
      result.view(-1)[i] = (moved(kStep) - moved(-kStep)) / (2 * kStep);
    }
    leaf.detach().copy_(start);
    return result;
  }

  std::vector<at::Tensor> derivatives() {
    std::vector<at::Tensor> tensors;
    for (const auto& [name, tensor] : leaves_) tensors.push_back(tensor);
    const at::Tensor s = energy();
    if (!s.requires_grad()) return std::vector<at::Tensor>(tensors.size());  // linear in its inputs
    return torch::autograd::grad({s}, tensors, {}, false, false, /*allow_unused=*/true);
  }

  const std::vector<std::pair<std::string, at::Tensor>>& leaves() const { return leaves_; }

 private:
  // Training passes on other data, after which the buffers are kept.
  void prepare(at::Generator& random) {
    const at::NoGradGuard noGrad;
    for (int64_t i = 0; i < case_.passes; ++i) {
      ganode::Values others = inputs_;
      for (auto& [name, value] : others) {
        if (value.is_floating_point()) value = at::empty_like(value.detach()).normal_(0.5, 2, random);
      }
      graph_.forward(others, ganode::Mode{true, &random});
    }
    for (const auto& [name, tensor] : graph_.buffers()) buffers_.push_back(tensor.clone());
  }

  // With the same buffers and random numbers every time.
  at::Tensor forward() {
    const auto buffers = graph_.buffers();
    for (size_t i = 0; i < buffers.size(); ++i) buffers[i].second.copy_(buffers_[i]);
    at::Generator random = ganode::makeGenerator(5);
    return graph_.forward(inputs_, ganode::Mode{case_.training, &random}).at("y");
  }

  OperatorCase case_;
  Graph graph_;
  ganode::Values inputs_;
  std::vector<at::Tensor> sources_;                         // real inputs
  std::vector<std::pair<std::string, at::Tensor>> leaves_;  // parameters and real inputs
  std::vector<at::Tensor> buffers_;
  at::Tensor cotangent_;
};

}  // namespace

TEST_CASE("second derivatives equal differences, for every operator and weight option") {
  std::set<std::string> covered;
  for (const OperatorCase& one : ganode::test::operatorCases()) {
    covered.insert(one.op);
    CAPTURE(one.op);
    CAPTURE(one.attributes);
    CAPTURE(one.training);
    Probe probe(one);
    const std::vector<at::Tensor> derivatives = probe.derivatives();
    for (size_t i = 0; i < derivatives.size(); ++i) {
      const auto& [name, leaf] = probe.leaves()[i];
      CAPTURE(name);
      const at::Tensor expected = probe.differences(leaf);
      const at::Tensor got = derivatives[i].defined() ? derivatives[i].detach() : at::zeros_like(expected);
      const double scale = std::max(1.0, expected.abs().max().item<double>());
      CHECK((got - expected).abs().max().item<double>() / scale < kTolerance);
    }
  }
  for (const auto& [op, unused] : ganode::registry()) {
    CAPTURE(op);
    CHECK(covered.contains(op) != kSkipped.contains(op));
  }
}
