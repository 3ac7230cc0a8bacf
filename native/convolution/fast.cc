#include "convolution/fast.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <tuple>

#include "convolution/passes.h"

namespace ganode::convolution {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Three functions of two tensors each, linear in both: the derivatives of each are the other two. A bias is
// added on the way out where there is one. Where images are bfloat16, weights and biases are float.
struct Forward : torch::autograd::Function<Forward> {
  static at::Tensor forward(AutogradContext* context, int64_t method, const at::Tensor& input,
                            const at::Tensor& weight, const std::optional<at::Tensor>& bias);
  static variable_list backward(AutogradContext* context, const variable_list& gradients);
};

struct ByInput : torch::autograd::Function<ByInput> {
  static at::Tensor forward(AutogradContext* context, int64_t method, const at::Tensor& gradient,
                            const at::Tensor& weight, int64_t height, int64_t width,
                            const std::optional<at::Tensor>& bias);
  static variable_list backward(AutogradContext* context, const variable_list& gradients);
};

struct ByWeights : torch::autograd::Function<ByWeights> {
  static at::Tensor forward(AutogradContext* context, int64_t method, const at::Tensor& input,
                            const at::Tensor& gradient);
  static variable_list backward(AutogradContext* context, const variable_list& gradients);
};

// The two tensors that a function was given, and the method.
std::tuple<int64_t, at::Tensor, at::Tensor> recall(AutogradContext* context) {
  const variable_list saved = context->get_saved_variables();
  return {context->saved_data["method"].toInt(), saved[0], saved[1]};
}

void remember(AutogradContext* context, int64_t method, const at::Tensor& first, const at::Tensor& second) {
  context->saved_data["method"] = method;
  context->save_for_backward({first, second});
}

// Whether a gradient by the bias, the third tensor, is wanted.
bool wantsBias(AutogradContext* context) {
  return context->saved_data["biased"].toBool() && context->needs_input_grad(2);
}

at::Tensor biasGradient(const at::Tensor& gradient, const at::Tensor& weight) {
  return gradient.sum({0, 2, 3}, /*keepdim=*/false, weight.scalar_type());
}

at::Tensor Forward::forward(AutogradContext* context, int64_t method, const at::Tensor& input,
                            const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  remember(context, method, input, weight);
  context->saved_data["biased"] = bias.has_value();
  return convolution::forward(static_cast<Method>(method), input, weight, bias);
}

variable_list Forward::backward(AutogradContext* context, const variable_list& gradients) {
  const auto [method, input, weight] = recall(context);
  variable_list found(4);
  if (context->needs_input_grad(0))
    found[1] = ByInput::apply(method, gradients[0], weight, input.size(2), input.size(3), std::nullopt);
  if (context->needs_input_grad(1)) found[2] = ByWeights::apply(method, input, gradients[0]);
  if (wantsBias(context)) found[3] = biasGradient(gradients[0], weight);
  return found;
}

at::Tensor ByInput::forward(AutogradContext* context, int64_t method, const at::Tensor& gradient,
                            const at::Tensor& weight, int64_t height, int64_t width,
                            const std::optional<at::Tensor>& bias) {
  remember(context, method, gradient, weight);
  context->saved_data["biased"] = bias.has_value();
  return byInput(static_cast<Method>(method), gradient, weight, {height, width}, bias);
}

variable_list ByInput::backward(AutogradContext* context, const variable_list& gradients) {
  const auto [method, gradient, weight] = recall(context);
  variable_list found(6);
  if (context->needs_input_grad(0)) found[1] = Forward::apply(method, gradients[0], weight, std::nullopt);
  if (context->needs_input_grad(1)) found[2] = ByWeights::apply(method, gradients[0], gradient);
  if (wantsBias(context)) found[5] = biasGradient(gradients[0], weight);
  return found;
}

at::Tensor ByWeights::forward(AutogradContext* context, int64_t method, const at::Tensor& input,
                              const at::Tensor& gradient) {
  remember(context, method, input, gradient);
  return byWeights(static_cast<Method>(method), input, gradient);
}

variable_list ByWeights::backward(AutogradContext* context, const variable_list& gradients) {
  const auto [method, input, gradient] = recall(context);
  variable_list found(3);
  if (context->needs_input_grad(0))
    found[1] = ByInput::apply(method, gradient, gradients[0], input.size(2), input.size(3), std::nullopt);
  if (context->needs_input_grad(1)) found[2] = Forward::apply(method, input, gradients[0], std::nullopt);
  return found;
}

bool inBfloat16() {
  return at::autocast::is_autocast_enabled(at::kCPU) &&
         at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
}

at::Tensor cast(const at::Tensor& images) { return inBfloat16() ? images.to(at::kBFloat16) : images; }

at::Tensor filled(const at::Tensor& weight, const Plan& plan) {
  const auto& [rows, columns] = plan.fill;
  if (rows.before + rows.after + columns.before + columns.after == 0) return weight;
  return at::constant_pad_nd(weight, {columns.before, columns.after, rows.before, rows.after});
}

}  // namespace

bool takesFast(Method method, const at::Tensor& input) {
  if (method == Method::Sliding || !input.is_cpu() || input.numel() == 0) return false;
  const at::ScalarType type = input.scalar_type();
  if (!inBfloat16()) return type == at::kFloat || type == at::kDouble;
  return method == Method::Halving && (type == at::kFloat || type == at::kBFloat16);
}

at::Tensor fastConvolution(const Plan& plan, const at::Tensor& input, const at::Tensor& weight,
                           const std::optional<at::Tensor>& bias) {
  return Forward::apply(static_cast<int64_t>(plan.method), cast(input), filled(weight, plan), bias);
}

at::Tensor fastTransposed(const Plan& plan, const at::Tensor& output, const at::Tensor& weight,
                          const std::array<int64_t, 2>& size, const std::optional<at::Tensor>& bias) {
  return ByInput::apply(static_cast<int64_t>(plan.method), cast(output), filled(weight, plan), size[0],
                        size[1], bias);
}

}  // namespace ganode::convolution
