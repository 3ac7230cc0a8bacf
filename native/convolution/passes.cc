#include "convolution/passes.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <bit>

#include "convolution/tiling.h"
#include "device/device.h"
#include "parallel/loop.h"

namespace ganode::convolution {
namespace {

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
  parallel::forRanges(count, at::get_num_threads(),
                      [&](int64_t first, int64_t last) { kernel(extent, pointers..., first, last); });
}

at::Tensor dense(const std::optional<at::Tensor>& bias) { return bias ? bias->contiguous() : at::Tensor(); }

at::Tensor channelsLast(const at::Tensor& value) { return value.contiguous(at::MemoryFormat::ChannelsLast); }

at::Tensor empty(at::IntArrayRef sizes, const at::TensorOptions& options) {
  return at::empty(sizes, options.requires_grad(false).memory_format(at::MemoryFormat::ChannelsLast));
}

// For values between two passes. In blocks of few sizes, so that each serves every layer in turn
// (device/memory.h); of a block's end that nobody touches there is no memory.
at::Tensor scratch(at::IntArrayRef sizes, const at::TensorOptions& options) {
  const int64_t count = c10::multiply_integers(sizes);
  const auto whole = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(count)));
  return at::empty({whole}, options).narrow(0, 0, count).view(sizes);
}

// Products of matrices for each point. Where the processor has no bfloat16 arithmetic, libtorch's product of
// such matrices is many times slower than that of floats, which is the same but for the order of its sums.
at::Tensor product(const at::Tensor& left, const at::Tensor& right) {
  at::Tensor result = scratch({left.size(0), left.size(1), right.size(2)}, left.options());
  if (left.scalar_type() == at::kBFloat16 && !cpuHasBfloat16())
    result.copy_(at::bmm(left.to(at::kFloat), right.to(at::kFloat)));
  else
    at::bmm_out(result, left, right);
  return result;
}

// Adds one to `sum`, which starts with no tensor.
void addProduct(at::Tensor& sum, const at::Tensor& left, const at::Tensor& right, at::ScalarType type) {
  if (!sum.defined())
    sum = product(left, right).to(type);
  else if (left.scalar_type() == at::kBFloat16)
    sum.add_(product(left, right));
  else
    sum.baddbmm_(left, right);
}

// One convolution at work. The images are gone through in chunks and so, where there are many, are the
// filters: what is spread is used while it is in the cache. In bfloat16 (`T`) what is added up, and the
// weights, are float (`W`).
template <typename Tiling, typename T>
class Convolver {
  using W = typename Exact<T>::Type;

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
    const at::Tensor output = empty({all_.images, all_.filters, all_.rows, all_.columns}, options_);
    at::Tensor weights;
    overImages([&](int64_t image, const Extent& e) {
      const at::Tensor v = inputPoints(e, input, image);
      overFilters(weights, weight, [&](int64_t filter, const at::Tensor& u) {
        Extent part = e;
        part.filters = u.size(1);
        const at::Tensor m = product(v, u.transpose(1, 2));
        const bool whole = part.filters == all_.filters;
        const at::Tensor some = whole ? output.narrow(0, image, e.images)
                                      : empty({e.images, part.filters, e.rows, e.columns}, options_);
        spread("ganode::collect_output", kernels_.collectOutput, part, e.tiles(), values<T>(m),
               values<W>(bias, filter), pointer<T>(some));
        if (!whole) output.narrow(0, image, e.images).narrow(1, filter, part.filters).copy_(some);
      });
    });
    return output;
  }

  at::Tensor byInput(const at::Tensor& gradient, const at::Tensor& weight, const at::Tensor& bias) const {
    RECORD_FUNCTION("ganode::fast_convolution_by_input", std::vector<c10::IValue>({gradient, weight}));
    const at::Tensor result = empty({all_.images, all_.channels, all_.height, all_.width}, options_);
    at::Tensor weights;
    overImages([&](int64_t image, const Extent& e) {
      const at::Tensor m = outputPoints(e, gradient, image);
      at::Tensor v;
      overFilters(weights, weight, [&](int64_t filter, const at::Tensor& u) {
        const at::Tensor some = m.narrow(2, filter, u.size(1));
        addProduct(v, some, u, type_);
      });
      spread("ganode::collect_input", kernels_.collectInput, e, e.images, values<T>(v), values<W>(bias),
             pointer<T>(result, image));
    });
    return result;
  }

  at::Tensor byWeights(const at::Tensor& input, const at::Tensor& gradient) const {
    RECORD_FUNCTION("ganode::fast_convolution_by_weights", std::vector<c10::IValue>({input, gradient}));
    const at::Tensor result =
        empty({all_.filters, all_.channels, Tiling::kKernel, Tiling::kKernel}, options_.dtype(exact_));
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
        addProduct(sum, some, v, exact_);
        if (image + e.images < all_.images) continue;
        Extent filters = e;
        filters.filters = count;
        spread("ganode::collect_weights", kernels_.collectWeights, filters, count, values<W>(sum),
               pointer<W>(result, first));
        sum.reset();
      }
    });
    return result;
  }

 private:
  int64_t depth() const { return Tiling::kPhases * all_.channels; }

  // The values of type V from one image (or filter) on.
  template <typename V>
  static V* pointer(const at::Tensor& value, int64_t first = 0) {
    TORCH_CHECK(value.element_size() == sizeof(V), "a fast convolution of ", value.dtype());
    return static_cast<V*>(value.data_ptr()) + first * value.stride(0);
  }

  // To be read; null for no tensor.
  template <typename V>
  static const V* values(const at::Tensor& value, int64_t first = 0) {
    return value.defined() ? pointer<V>(value, first) : nullptr;
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
        spread("ganode::spread_weights", kernels_.spreadWeights, part, part.filters,
               values<W>(weight, filter), pointer<T>(u));
        if (part.filters == all_.filters) kept = u;
      }
      visit(filter, u);
    }
  }

  at::Tensor inputPoints(const Extent& e, const at::Tensor& input, int64_t image) const {
    at::Tensor v = scratch({kSquare, e.tiles(), depth()}, options_);
    spread("ganode::spread_input", kernels_.spreadInput, e, e.tiles(), values<T>(input, image),
           pointer<T>(v));
    return v;
  }

  at::Tensor outputPoints(const Extent& e, const at::Tensor& gradient, int64_t image) const {
    at::Tensor m = scratch({kSquare, e.tiles(), e.filters}, options_);
    spread("ganode::spread_output", kernels_.spreadOutput, e, e.tiles(), values<T>(gradient, image),
           pointer<T>(m));
    return m;
  }

  const Kernels<T>& kernels_ = kernels<Tiling, T>();
  at::TensorOptions options_;
  at::ScalarType type_ = at::typeMetaToScalarType(options_.dtype());
  at::ScalarType exact_ = c10::CppTypeToScalarType<W>::value;
  Extent all_{};
  int64_t images_ = 1;   // of a chunk
  int64_t filters_ = 1;  // of a part
};

// With the convolver of a method and a type. `input`: the shape of what is convolved.
template <typename Work>
at::Tensor convolve(Method method, at::IntArrayRef input, int64_t filters, const at::TensorOptions& options,
                    const Work& work) {
  // Types are chosen here.
  const c10::impl::ExcludeDispatchKeyGuard noAutocast(c10::autocast_dispatch_keyset);
  at::Tensor result;
  const auto with = [&]<typename Tiling, typename T>() {
    result = work(Convolver<Tiling, T>(input[0], input[1], input[2], input[3], filters, options));
  };
  const at::ScalarType type = at::typeMetaToScalarType(options.dtype());
  if (type == at::kBFloat16) {
    TORCH_CHECK(method == Method::Halving, "of the fast convolutions, only Halving is there in bfloat16");
    with.template operator()<Halving, BFloat16Bits>();
    return result;
  }
  AT_DISPATCH_FLOATING_TYPES(type, "fastConvolution", [&] {
    switch (method) {
      case Method::Halving:
        return with.template operator()<Halving, scalar_t>();
      case Method::WideHalving:
        return with.template operator()<WideHalving, scalar_t>();
      case Method::Keeping:
        return with.template operator()<Keeping, scalar_t>();
      case Method::WideKeeping:
        return with.template operator()<WideKeeping, scalar_t>();
      case Method::Sliding:
        break;
    }
  });
  return result;
}

}  // namespace

at::Tensor forward(Method method, const at::Tensor& input, const at::Tensor& weight,
                   const std::optional<at::Tensor>& bias) {
  return convolve(method, input.sizes(), weight.size(0), input.options(), [&](const auto& convolver) {
    return convolver.forward(channelsLast(input), channelsLast(weight), dense(bias));
  });
}

at::Tensor byInput(Method method, const at::Tensor& gradient, const at::Tensor& weight,
                   const std::array<int64_t, 2>& size, const std::optional<at::Tensor>& bias) {
  return convolve(method, {gradient.size(0), weight.size(1), size[0], size[1]}, weight.size(0),
                  gradient.options(), [&](const auto& convolver) {
                    return convolver.byInput(channelsLast(gradient), channelsLast(weight), dense(bias));
                  });
}

at::Tensor byWeights(Method method, const at::Tensor& input, const at::Tensor& gradient) {
  return convolve(method, input.sizes(), gradient.size(1), input.options(), [&](const auto& convolver) {
    return convolver.byWeights(channelsLast(input), channelsLast(gradient));
  });
}

}  // namespace ganode::convolution
