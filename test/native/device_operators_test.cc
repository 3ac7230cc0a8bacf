// Every operator, and its first and second derivatives, on another device than the CPU: the numbers are the
// CPU's.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "device/arithmetic.h"
#include "device/device.h"
#include "graph/graph.h"
#include "operator_cases.h"
#include "step/latent.h"
#include "test_device.h"

namespace {

using ganode::Graph;
using ganode::test::OperatorCase;
using Named = std::vector<std::pair<std::string, at::Tensor>>;

// The output y of a graph of one node, the derivatives of ⟨c, y⟩, and those of half the squared length of its
// derivative by the inputs. Whatever is random is drawn on the CPU, so that it is the same on every device.
class Results {
 public:
  Results(const OperatorCase& one, const at::Device& device, at::ScalarType dtype)
      : graph_(ganode::test::graphOf(one)), device_(device), dtype_(dtype) {
    graph_.materialize(device, dtype, random_);
    for (const auto& [name, tensor] : graph_.trainable()) {
      tensor.detach().copy_(drawn(tensor.sizes().vec(), 0.3, 0.7));
      leaves_.emplace_back(name, tensor);
    }
    for (const auto& [name, shape] : graph_.spec().inputs) {
      if (shape.isLabel()) {
        inputs_[name] = at::arange(one.batch, at::kLong).mul(3).remainder(shape.classes).to(device);
        continue;
      }
      ganode::Dims sizes = {one.batch};
      sizes.insert(sizes.end(), shape.dims.begin(), shape.dims.end());
      inputs_[name] = drawn(sizes, 0, 1).set_requires_grad(true);
      leaves_.emplace_back(name, inputs_[name]);
      sources_.push_back(inputs_[name]);
    }
    pass(one);
    differentiate(one);
  }

  const Named& all() const { return all_; }

 private:
  at::Tensor drawn(const ganode::Dims& sizes, double mean, double deviation) {
    return at::empty(sizes, dtype_).normal_(mean, deviation, random_).to(device_);
  }

  // A few training passes, which move buffers.
  void pass(const OperatorCase& one) {
    const at::NoGradGuard noGrad;
    for (int64_t i = 0; i < std::min<int64_t>(one.passes, 3); ++i)
      graph_.forward(inputs_, ganode::Mode{true, &random_});
  }

  void differentiate(const OperatorCase& one) {
    std::vector<at::Tensor> leaves;
    for (const auto& [name, tensor] : leaves_) leaves.push_back(tensor);
    const at::Tensor output = graph_.forward(inputs_, ganode::Mode{one.training, &random_}).at("y");
    all_.emplace_back("y", output);
    for (const auto& [name, tensor] : graph_.buffers()) all_.emplace_back(name, tensor.clone());
    if (!output.requires_grad()) return;
    // cuDNN has no second derivatives of recurrent layers.
    const bool hasSecond = !sources_.empty() && !(device_.is_cuda() && (one.op == "lstm" || one.op == "gru"));
    const at::Tensor sum = (output * drawn(output.sizes().vec(), 0, 1)).sum();
    const auto first = torch::autograd::grad({sum}, leaves, {}, std::nullopt, /*create_graph=*/hasSecond,
                                             /*allow_unused=*/true);
    note("first derivative by ", first);
    if (!hasSecond) return;
    at::Tensor energy = at::zeros({}, at::TensorOptions().dtype(dtype_).device(device_));
    for (size_t i = leaves.size() - sources_.size(); i < leaves.size(); ++i) {
      if (first[i].defined()) energy = energy + first[i].square().sum() / 2;
    }
    if (!energy.requires_grad()) return;
    note("second derivative by ",
         torch::autograd::grad({energy}, leaves, {}, false, false, /*allow_unused=*/true));
  }

  void note(const std::string& what, const std::vector<at::Tensor>& derivatives) {
    for (size_t i = 0; i < derivatives.size(); ++i) {
      if (derivatives[i].defined()) all_.emplace_back(what + leaves_[i].first, derivatives[i]);
    }
  }

  Graph graph_;
  at::Device device_;
  at::ScalarType dtype_;
  at::Generator random_ = ganode::makeGenerator(11);
  ganode::Values inputs_;
  std::vector<at::Tensor> sources_;  // real inputs
  Named leaves_;                     // parameters, then real inputs
  Named all_;
};

void compare(const OperatorCase& one, const at::Device& device, at::ScalarType dtype, double tolerance) {
  CAPTURE(one.op);
  CAPTURE(one.attributes);
  CAPTURE(one.training);
  CAPTURE(dtype);
  const Named expected = Results(one, at::kCPU, dtype).all();
  const Named got = Results(one, device, dtype).all();
  CHECK((got.size() == expected.size() || device.is_cuda()));
  for (const auto& [name, tensor] : got) {
    CAPTURE(name);
    const auto same = std::find_if(expected.begin(), expected.end(),
                                   [&name = name](const auto& entry) { return entry.first == name; });
    REQUIRE(same != expected.end());
    const auto values = [](const at::Tensor& any) { return any.detach().cpu().to(at::kDouble); };
    const at::Tensor wanted = values(same->second);
    const double scale = std::max(1.0, wanted.abs().max().item<double>());
    CHECK((values(tensor) - wanted).abs().max().item<double>() / scale < tolerance);
  }
}

}  // namespace

TEST_CASE("on another device every operator and its derivatives are the CPU's") {
  const at::Device device = ganode::chooseDevice(ganode::test::deviceName());
  ganode::useArithmetic({ganode::Arithmetic::Tf32::None, /*deterministic=*/false}, device);
  for (const OperatorCase& one : ganode::test::operatorCases()) {
    // libtorch computes their cells with kernels for GPUs, which the pretended device has not.
    if (device.type() == at::kPrivateUse1 && (one.op == "lstm" || one.op == "gru")) continue;
    compare(one, device, at::kDouble, 1e-9);
    if (device.is_cuda()) compare(one, device, at::kFloat, 1e-4);
  }
}
