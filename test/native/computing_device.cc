#include "computing_device.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/ops/_local_scalar_dense_native.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/resize_native.h>
#include <ATen/ops/set_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/DeviceType.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace {

using Stack = torch::jit::Stack;

bool isOfDevice(const at::Tensor& tensor) {
  return tensor.defined() && tensor.device().type() == at::kPrivateUse1;
}

// A tensor of the device as one of the host, in the memory that it has.
at::Tensor onHost(const at::Tensor& tensor) {
  return at::from_blob(
      tensor.mutable_data_ptr(), tensor.sizes(), tensor.strides(), [tensor](void*) {},
      at::TensorOptions().dtype(tensor.dtype()).device(at::kCPU), at::kCPU);
}

at::Tensor onDevice(const at::Tensor& host) {
  return at::from_blob(
      host.mutable_data_ptr(), host.sizes(), host.strides(), [host](void*) {},
      at::TensorOptions().dtype(host.dtype()).device(kPretended), kPretended);
}

// To be called before something is done with the tensor.
void rememberWhileRecording(const at::Tensor& host) {
  if (!Pretended::recording || !host.is_non_overlapping_and_dense()) return;
  Pretended::undo.push_back([host, before = host.clone()] { host.copy_(before); });
}

// The tensors that an operator is given.
class Operands {
 public:
  at::Tensor lower(const at::Tensor& tensor) {
    if (!isOfDevice(tensor)) {
      mixed_ = mixed_ || (tensor.defined() && tensor.dim() > 0);
      return tensor;
    }
    // An output that is to be given its size has memory that can grow.
    const at::Tensor host =
        tensor.numel() == 0 ? at::empty_like(tensor, tensor.options().device(at::kCPU)) : onHost(tensor);
    rememberWhileRecording(host);
    pairs_.emplace_back(host, tensor);
    return host;
  }

  at::Tensor lift(const at::Tensor& host) const {
    for (const auto& [of, tensor] : pairs_) {
      if (host.is_same(of)) return tensor;
    }
    if (!host.defined()) return host;
    // Zeros of libtorch's that have no memory.
    return onDevice(host._is_zerotensor() ? at::zeros(host.sizes(), host.options()) : host);
  }

  // Outputs that were given a size.
  void grow() const {
    for (const auto& [host, tensor] : pairs_) {
      if (host.numel() == tensor.numel()) continue;
      const at::Tensor larger = onDevice(host);
      tensor.set_(larger.storage(), 0, larger.sizes(), larger.strides());
    }
  }

  // Refuses an operator whose tensors lie on different devices, as a GPU does.
  void requireOneDevice(const c10::OperatorHandle& op) const {
    TORCH_CHECK(pairs_.empty() || !mixed_, toString(op.operator_name()),
                ": Expected all tensors to be on the same device");
  }

 private:
  std::vector<std::pair<at::Tensor, at::Tensor>> pairs_;
  bool mixed_ = false;
};

void leave(std::function<void()> work) {
  if (Pretended::recording) Pretended::tape.push_back(std::move(work));
}

// The tensors among what an operator gave back.
std::vector<at::Tensor> tensorsIn(c10::ArrayRef<c10::IValue> values) {
  std::vector<at::Tensor> all;
  for (const c10::IValue& value : values) {
    if (value.isTensor()) all.push_back(value.toTensor());
    if (value.isTensorList()) {
      for (const at::Tensor& one : value.toTensorVector()) all.push_back(one);
    }
  }
  return all;
}

// Leaves an operator on the tape: done again, it writes where it wrote first.
void leave(const c10::OperatorHandle& op, Stack arguments, std::vector<at::Tensor> results) {
  leave([op, arguments = std::move(arguments), results = std::move(results)] {
    Stack stack = arguments;
    op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), &stack);
    const std::vector<at::Tensor> again = tensorsIn(stack);
    for (size_t i = 0; i < again.size(); ++i) {
      if (again[i].defined() && again[i].data_ptr() != results[i].data_ptr()) results[i].copy_(again[i]);
    }
  });
}

// `change` of every tensor among the last `count` values.
template <typename Change>
void changeTensors(Stack& stack, size_t count, const Change& change) {
  for (auto value = stack.end() - static_cast<std::ptrdiff_t>(count); value != stack.end(); ++value) {
    if (value->isTensor()) {
      *value = change(value->toTensor());
    } else if (value->isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& one : value->toTensorVector()) list.push_back(change(one));
      *value = list;
    } else if (value->isOptionalTensorList()) {
      c10::List<std::optional<at::Tensor>> list;
      for (const std::optional<at::Tensor>& one : value->toOptionalTensorVector())
        list.push_back(one ? std::optional(change(*one)) : std::nullopt);
      *value = list;
    } else if (value->isDevice()) {
      *value = c10::Device(at::kCPU);
    }
  }
}

void compute(const c10::OperatorHandle& op, Stack* stack) {
  Operands operands;
  const size_t count = op.schema().arguments().size();
  changeTensors(*stack, count, [&](const at::Tensor& tensor) { return operands.lower(tensor); });
  operands.requireOneDevice(op);
  Stack arguments(stack->end() - static_cast<std::ptrdiff_t>(count), stack->end());
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  operands.grow();
  const size_t returns = op.schema().returns().size();
  leave(op, std::move(arguments), tensorsIn(torch::jit::last(*stack, returns)));
  changeTensors(*stack, returns, [&](const at::Tensor& tensor) { return operands.lift(tensor); });
}

at::Tensor copyFrom(const at::Tensor& from, const at::Tensor& to, bool asynchronous) {
  if (!isOfDevice(to) && !asynchronous) ++Pretended::reads;
  if (!isOfDevice(from)) ++Pretended::sent;
  TORCH_CHECK(!Pretended::recording || (isOfDevice(to) && isOfDevice(from)),
              "a copy between host and device cannot be recorded");
  const auto copy = [from = isOfDevice(from) ? onHost(from) : from, to = isOfDevice(to) ? onHost(to) : to] {
    to.copy_(from);
  };
  if (isOfDevice(to)) rememberWhileRecording(onHost(to));
  copy();
  leave(copy);
  return to;
}

at::Tensor copyFromAndResize(const at::Tensor& from, const at::Tensor& to) {
  to.resize_(from.sizes());
  return copyFrom(from, to, false);
}

at::Scalar item(const at::Tensor& tensor) {
  ++Pretended::reads;
  TORCH_CHECK(!Pretended::recording, "reading a value cannot be recorded");
  return at::native::_local_scalar_dense_cpu(tensor);
}

at::Tensor empty(at::IntArrayRef sizes, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return onDevice(at::empty(sizes, at::TensorOptions().dtype(dtype), format));
}

at::Tensor emptyStrided(at::IntArrayRef sizes, at::IntArrayRef strides, std::optional<at::ScalarType> dtype,
                        std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return onDevice(at::empty_strided(sizes, strides, at::TensorOptions().dtype(dtype)));
}

const at::Tensor& resize(const at::Tensor& tensor, at::IntArrayRef sizes,
                         std::optional<at::MemoryFormat> format) {
  if (tensor.sizes() == sizes) return tensor;
  const at::Tensor larger = onDevice(at::empty(sizes, at::TensorOptions().dtype(tensor.dtype()), format));
  tensor.set_(larger.storage(), 0, larger.sizes(), larger.strides());
  return tensor;
}

at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight,
                       const std::optional<at::Tensor>& bias, at::IntArrayRef stride, at::IntArrayRef padding,
                       at::IntArrayRef dilation, bool transposed, at::IntArrayRef outputPadding,
                       int64_t groups) {
  std::optional<at::Tensor> own;
  if (bias && bias->defined()) own = onHost(*bias);
  const auto convolve = [=, input = onHost(input), weight = onHost(weight), stride = stride.vec(),
                         padding = padding.vec(), dilation = dilation.vec(),
                         outputPadding = outputPadding.vec()] {
    return at::convolution(input, weight, own, stride, padding, dilation, transposed, outputPadding, groups);
  };
  const at::Tensor result = convolve();
  leave([=] { result.copy_(convolve()); });
  return onDevice(result);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolutionBackward(
    const at::Tensor& gradient, const at::Tensor& input, const at::Tensor& weight, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed, at::IntArrayRef outputPadding,
    int64_t groups, std::array<bool, 3> wanted) {
  const auto differentiate = [=, gradient = onHost(gradient), input = onHost(input), weight = onHost(weight),
                              stride = stride.vec(), padding = padding.vec(), dilation = dilation.vec(),
                              outputPadding = outputPadding.vec()] {
    const auto [ofInput, ofWeight, ofBias] =
        at::convolution_backward(gradient, input, weight, std::array<int64_t, 1>{gradient.size(1)}, stride,
                                 padding, dilation, transposed, outputPadding, groups, wanted);
    return std::array<at::Tensor, 3>{ofInput, ofWeight, ofBias};
  };
  const auto results = differentiate();
  leave([=] {
    const auto again = differentiate();
    for (size_t i = 0; i < 3; ++i) {
      if (results[i].defined()) results[i].copy_(again[i]);
    }
  });
  const auto lifted = [](const at::Tensor& host) { return host.defined() ? onDevice(host) : host; };
  return {lifted(results[0]), lifted(results[1]), lifted(results[2])};
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&compute>()); }

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", &empty);
  m.impl("empty_strided", &emptyStrided);
  m.impl("resize_", &resize);
  m.impl("as_strided", &at::native::as_strided_tensorimpl);
  m.impl("view", static_cast<at::Tensor (*)(const at::Tensor&, at::IntArrayRef)>(&at::native::view));
  m.impl("_reshape_alias", &at::native::_reshape_alias);
  m.impl("set_.source_Storage_storage_offset", &at::native::set_storage_cpu_);
  m.impl("_copy_from", &copyFrom);
  m.impl("_copy_from_and_resize", &copyFromAndResize);
  m.impl("_local_scalar_dense", &item);
  m.impl("convolution_overrideable", &convolution);
  m.impl("convolution_backward_overrideable", &convolutionBackward);
}

// One device, whose only stream has always done what it was given.
struct Guard final : c10::impl::NoOpDeviceGuardImpl<at::kPrivateUse1> {
  c10::Device exchangeDevice(c10::Device) const override { return kPretended; }
  c10::Device getDevice() const override { return kPretended; }
  c10::Stream getStream(c10::Device) const noexcept override { return stream(); }
  c10::Stream getDefaultStream(c10::Device) const override { return stream(); }
  c10::Stream exchangeStream(c10::Stream) const noexcept override { return stream(); }
  void record(void** event, const c10::Stream&, c10::DeviceIndex, c10::EventFlag) const override {
    *event = this->event();
  }
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void synchronizeEvent(void*) const override {}

 private:
  static c10::Stream stream() { return c10::Stream(c10::Stream::DEFAULT, kPretended); }
  static void* event() {
    static int one;
    return &one;
  }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard)

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex) const override { return 0; }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex) const override { return 0; }
  void setCurrentDevice(c10::DeviceIndex) const override {}
};

// Passes backward ask for the accelerator, of which libtorch knows one.
const bool isAccelerator = [] {
  if (std::getenv("GANODE_TEST_DEVICE") != nullptr) return false;
  c10::register_privateuse1_backend("pretended");
  static Hooks hooks;
  at::RegisterPrivateUse1HooksInterface(&hooks);
  return true;
}();

}  // namespace
