#include "convolution/fast.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <tuple>

#include "convolution/tiling.h"

namespace ganode::convolution {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What lies between two passes over it should stay in the processor's cache.
constexpr int64_t kCached = int64_t{4} << 20;
// The weights' points beyond this are computed and used in parts.
constexpr int64_t kCachedWeights = int64_t{16} << 20;

template <typename Tiling, typename T>
const Kernels<T>& kernels() {
#if defined(GANODE_AVX2_KERNELS)
  static const Kernels<T> best = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                                     ? avx2Kernels<Tiling, T>()
                                     : plainKernels<Tiling, T>();
#else
  static const Kernels<T> best = plainKernels<Tiling, T>();
#endif
  return best;
}

// Runs a kernel over the range on all threads. `pointers`: what the kernel takes.
template <typename Kernel, typename... Pointers>
void spread(const char* name, Kernel kernel, const Extent& extent, int64_t count, Pointers... pointers) {
  RECORD_FUNCTION(name, {});
  at::parallel_for(0, count, 1,
                   [&](int64_t first, int64_t last) { kernel(extent, pointers..., first, last); });
}

at::Tensor dense(const std::optional<at::Tensor>& bias) { return bias ? bias->contiguous() : at::Tensor(); }

at::Tensor channelsLast(const at::Tensor& value) { return value.contiguous(at::MemoryFormat::ChannelsLast); }

at::Tensor empty(at::IntArrayRef sizes, const at::Tensor& like) {
  return at::empty(sizes, like.options().requires_grad(false).memory_format(at::MemoryFormat::ChannelsLast));
}

// For values between two passes. In blocks of few sizes, so that each serves every layer in turn
// (device/memory.h); of a block's end that nobody touches there is no memory.
at::Tensor scratch(at::IntArrayRef sizes, const at::TensorOptions& options) {
  const int64_t count = c10::multiply_integers(sizes);
  const auto whole = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(count)));
  return at::empty({whole}, options).narrow(0, 0, count).view(sizes);
}

at::Tensor product(const at::Tensor& left, const at::Tensor& right) {
  at::Tensor result = scratch({left.size(0), left.size(1), right.size(2)}, left.options());
  at::bmm_out(result, left, right);
  return result;
}

// One convolution at work. The images are gone through in chunks and so, where there are many, are the
// filters: what is spread is used while it is in the cache.
template <typename Tiling, typename T>
class Convolver {
 public:
  static constexpr int64_t kSquare = Tiling::kPoints * Tiling::kPoints;

  Convolver(int64_t images, int64_t channels, int64_t height, int64_t width, int64_t filters,
            const at::TensorOptions& options)
      : options_(options.requires_grad(false)) {
    const auto tilesOf = [](int64_t outputs) { return (outputs + Tiling::kTile - 1) / Tiling::kTile; };
    all_ = {images, channels, height, width, filters, height / Tiling::kStride, width / Tiling::kStride,
            0,      0};
    all_.tileRows = tilesOf(all_.rows);
    all_.tileColumns = tilesOf(all_.columns);
    const auto bytes = static_cast<int64_t>(sizeof(T));
    const int64_t perFilter = kSquare * depth() * bytes;
    filters_ = std::clamp(kCachedWeights / perFilter / kLine * kLine, int64_t{kLine}, filters);
    // All images at once where the weights come in parts: each part is made once.
    const int64_t perImage = kSquare * all_.tileRows * all_.tileColumns * (depth() + filters_) * bytes;
    images_ = filters_ < filters ? images : std::clamp(kCached / perImage, int64_t{1}, images);
    // Evenly.
    const int64_t parts = (images + images_ - 1) / images_;
    images_ = (images + parts - 1) / parts;
  }

  at::Tensor forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias) const {
    RECORD_FUNCTION("ganode::fast_convolution", std::vector<c10::IValue>({input, weight}));
    const at::Tensor output = empty({all_.images, all_.filters, all_.rows, all_.columns}, input);
    at::Tensor weights;
    overImages([&](int64_t image, const Extent& e) {
      const at::Tensor v = inputPoints(e, input, image);
      overFilters(weights, weight, [&](int64_t filter, const at::Tensor& u) {
        Extent part = e;
        part.filters = u.size(1);
        const at::Tensor m = product(v, u.transpose(1, 2));
        const bool whole = part.filters == all_.filters;
        const at::Tensor some = whole ? output.narrow(0, image, e.images)
                                      : empty({e.images, part.filters, e.rows, e.columns}, input);
        spread("ganode::collect_output", kernels_.collectOutput, part, e.tiles(), values(m),
               values(bias, filter), some.data_ptr<T>());
        if (!whole) output.narrow(0, image, e.images).narrow(1, filter, part.filters).copy_(some);
      });
    });
    return output;
  }

  at::Tensor byInput(const at::Tensor& gradient, const at::Tensor& weight, const at::Tensor& bias) const {
    RECORD_FUNCTION("ganode::fast_convolution_by_input", std::vector<c10::IValue>({gradient, weight}));
    const at::Tensor result = empty({all_.images, all_.channels, all_.height, all_.width}, gradient);
    at::Tensor weights;
    overImages([&](int64_t image, const Extent& e) {
      const at::Tensor m = outputPoints(e, gradient, image);
      at::Tensor v;
      overFilters(weights, weight, [&](int64_t filter, const at::Tensor& u) {
        const at::Tensor some = m.narrow(2, filter, u.size(1));
        if (v.defined())
          v.baddbmm_(some, u);
        else
          v = product(some, u);
      });
      spread("ganode::collect_input", kernels_.collectInput, e, e.images, values(v), values(bias),
             pointer(result, image));
    });
    return result;
  }

  at::Tensor byWeights(const at::Tensor& input, const at::Tensor& gradient) const {
    RECORD_FUNCTION("ganode::fast_convolution_by_weights", std::vector<c10::IValue>({input, gradient}));
    const at::Tensor result = empty({all_.filters, all_.channels, Tiling::kKernel, Tiling::kKernel}, input);
    // Filters outside: their points' sums are never all there at once.
    std::vector<at::Tensor> sums((all_.filters + filters_ - 1) / filters_);
    overImages([&](int64_t image, const Extent& e) {
      const at::Tensor v = inputPoints(e, input, image);
      const at::Tensor m = outputPoints(e, gradient, image).transpose(1, 2);
      for (size_t part = 0; part < sums.size(); ++part) {
        const auto first = static_cast<int64_t>(part) * filters_;
        const int64_t count = std::min(filters_, all_.filters - first);
        const at::Tensor some = m.narrow(1, first, count);
        at::Tensor& sum = sums[part];
        if (sum.defined())
          sum.baddbmm_(some, v);
        else
          sum = product(some, v);
        if (image + e.images < all_.images) continue;
        Extent filters = e;
        filters.filters = count;
        spread("ganode::collect_weights", kernels_.collectWeights, filters, count, values(sum),
               pointer(result, first));
        sum.reset();
      }
    });
    return result;
  }

 private:
  int64_t depth() const { return Tiling::kPhases * all_.channels; }

  // The values from one image (or filter) on.
  static T* pointer(const at::Tensor& value, int64_t first) {
    return value.data_ptr<T>() + first * value.stride(0);
  }

  // To be read, from one of the first dimension on; null for no tensor.
  static const T* values(const at::Tensor& value, int64_t first = 0) {
    return value.defined() ? pointer(value, first) : nullptr;
  }

  template <typename Visit>
  void overImages(const Visit& visit) const {
    for (int64_t image = 0; image < all_.images; image += images_) {
      Extent chunk = all_;
      chunk.images = std::min(images_, all_.images - image);
      visit(image, chunk);
    }
  }

  // `kept`: the points of all filters, once they are made and if they are made at once.
  template <typename Visit>
  void overFilters(at::Tensor& kept, const at::Tensor& weight, const Visit& visit) const {
    for (int64_t filter = 0; filter < all_.filters; filter += filters_) {
      Extent part = all_;
      part.filters = std::min(filters_, all_.filters - filter);
      at::Tensor u = kept;
      if (!u.defined()) {
        u = scratch({kSquare, part.filters, depth()}, options_);
        spread("ganode::spread_weights", kernels_.spreadWeights, part, part.filters, values(weight, filter),
               u.data_ptr<T>());
        if (part.filters == all_.filters) kept = u;
      }
      visit(filter, u);
    }
  }

  at::Tensor inputPoints(const Extent& e, const at::Tensor& input, int64_t image) const {
    at::Tensor v = scratch({kSquare, e.tiles(), depth()}, options_);
    spread("ganode::spread_input", kernels_.spreadInput, e, e.tiles(), values(input, image), v.data_ptr<T>());
    return v;
  }

  at::Tensor outputPoints(const Extent& e, const at::Tensor& gradient, int64_t image) const {
    at::Tensor m = scratch({kSquare, e.tiles(), e.filters}, options_);
    spread("ganode::spread_output", kernels_.spreadOutput, e, e.tiles(), values(gradient, image),
           m.data_ptr<T>());
    return m;
  }

  const Kernels<T>& kernels_ = kernels<Tiling, T>();
  at::TensorOptions options_;
  Extent all_{};
  int64_t images_ = 1;   // of a chunk
  int64_t filters_ = 1;  // of a part
};

// With the convolver of a method and a type. `input`: the shape of what is convolved.
template <typename Work>
at::Tensor convolve(Method method, at::IntArrayRef input, int64_t filters, const at::TensorOptions& options,
                    const Work& work) {
  at::Tensor result;
  AT_DISPATCH_FLOATING_TYPES(at::typeMetaToScalarType(options.dtype()), "fastConvolution", [&] {
    if (method == Method::Halving)
      result = work(Convolver<Halving, scalar_t>(input[0], input[1], input[2], input[3], filters, options));
    else
      result = work(Convolver<Keeping, scalar_t>(input[0], input[1], input[2], input[3], filters, options));
  });
  return result;
}

// Three functions of two tensors each, linear in both: the derivatives of each are the other two. A bias is
// added on the way out where there is one.
using Size = std::array<int64_t, 2>;

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

at::Tensor Forward::forward(AutogradContext* context, int64_t method, const at::Tensor& input,
                            const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  remember(context, method, input, weight);
  context->saved_data["biased"] = bias.has_value();
  return convolve(static_cast<Method>(method), input.sizes(), weight.size(0), input.options(),
                  [&](const auto& convolver) {
                    return convolver.forward(channelsLast(input), channelsLast(weight), dense(bias));
                  });
}

variable_list Forward::backward(AutogradContext* context, const variable_list& gradients) {
  const auto [method, input, weight] = recall(context);
  variable_list found(4);
  if (context->needs_input_grad(0))
    found[1] = ByInput::apply(method, gradients[0], weight, input.size(2), input.size(3), std::nullopt);
  if (context->needs_input_grad(1)) found[2] = ByWeights::apply(method, input, gradients[0]);
  if (wantsBias(context)) found[3] = gradients[0].sum({0, 2, 3});
  return found;
}

at::Tensor ByInput::forward(AutogradContext* context, int64_t method, const at::Tensor& gradient,
                            const at::Tensor& weight, int64_t height, int64_t width,
                            const std::optional<at::Tensor>& bias) {
  remember(context, method, gradient, weight);
  context->saved_data["biased"] = bias.has_value();
  const Size size = {height, width};
  return convolve(static_cast<Method>(method), {gradient.size(0), weight.size(1), size[0], size[1]},
                  weight.size(0), gradient.options(), [&](const auto& convolver) {
                    return convolver.byInput(channelsLast(gradient), channelsLast(weight), dense(bias));
                  });
}

variable_list ByInput::backward(AutogradContext* context, const variable_list& gradients) {
  const auto [method, gradient, weight] = recall(context);
  variable_list found(6);
  if (context->needs_input_grad(0)) found[1] = Forward::apply(method, gradients[0], weight, std::nullopt);
  if (context->needs_input_grad(1)) found[2] = ByWeights::apply(method, gradients[0], gradient);
  if (wantsBias(context)) found[5] = gradients[0].sum({0, 2, 3});
  return found;
}

at::Tensor ByWeights::forward(AutogradContext* context, int64_t method, const at::Tensor& input,
                              const at::Tensor& gradient) {
  remember(context, method, input, gradient);
  return convolve(static_cast<Method>(method), input.sizes(), gradient.size(1), input.options(),
                  [&](const auto& convolver) {
                    return convolver.byWeights(channelsLast(input), channelsLast(gradient));
                  });
}

variable_list ByWeights::backward(AutogradContext* context, const variable_list& gradients) {
  const auto [method, input, gradient] = recall(context);
  variable_list found(3);
  if (context->needs_input_grad(0))
    found[1] = ByInput::apply(method, gradient, gradients[0], input.size(2), input.size(3), std::nullopt);
  if (context->needs_input_grad(1)) found[2] = Forward::apply(method, input, gradients[0], std::nullopt);
  return found;
}

template <typename Tiling>
bool suits(const Shape& shape) {
  for (size_t axis = 0; axis < 2; ++axis) {
    if (shape.kernel[axis] != Tiling::kKernel || shape.stride[axis] != Tiling::kStride ||
        shape.padding[axis] != Tiling::kPadding || shape.input[axis] != shape.output[axis] * Tiling::kStride)
      return false;
  }
  return true;
}

// Multiplications as a share of the sliding kernel's, with those at the last tiles that nobody needs.
template <typename Tiling>
double shareOf(const Shape& shape) {
  double share = Tiling::kPoints * Tiling::kPoints;
  for (const int64_t outputs : shape.output) {
    const int64_t tiles = (outputs + Tiling::kTile - 1) / Tiling::kTile;
    share *= static_cast<double>(tiles) / static_cast<double>(outputs * Tiling::kTaps);
  }
  return share;
}

}  // namespace

Method methodFor(const Shape& shape) {
  constexpr int64_t kFewest = 32;
  constexpr double kWorthwhile = 0.6;
  const auto fits = [](int64_t count) {
    return count >= kFewest && count <= kMostChannels && count % kLine == 0;
  };
  if (!fits(shape.channels) || !fits(shape.filters)) return Method::Sliding;
  if (suits<Halving>(shape) && shareOf<Halving>(shape) <= kWorthwhile) return Method::Halving;
  if (suits<Keeping>(shape) && shareOf<Keeping>(shape) <= kWorthwhile) return Method::Keeping;
  return Method::Sliding;
}

bool takesFast(const at::Tensor& input) {
  const bool real = input.scalar_type() == at::kFloat || input.scalar_type() == at::kDouble;
  return real && input.is_cpu() && input.numel() > 0 && !at::autocast::is_autocast_enabled(at::kCPU);
}

at::Tensor fastConvolution(Method method, const at::Tensor& input, const at::Tensor& weight,
                           const std::optional<at::Tensor>& bias) {
  return Forward::apply(static_cast<int64_t>(method), input, weight, bias);
}

at::Tensor fastTransposed(Method method, const at::Tensor& output, const at::Tensor& weight,
                          const std::array<int64_t, 2>& size, const std::optional<at::Tensor>& bias) {
  return ByInput::apply(static_cast<int64_t>(method), output, weight, size[0], size[1], bias);
}

}  // namespace ganode::convolution
