#include "augment/linear.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ganode {
namespace {

constexpr int64_t kBilinear = 0;
constexpr int64_t kZeros = 0;

// Interpolation, or its transpose, which takes a cotangent back to images of height × width.
class Interpolation : public torch::autograd::Function<Interpolation> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& grid, int64_t height, int64_t width, bool transposed) {
    context->save_for_backward({grid});
    context->saved_data["height"] = height;
    context->saved_data["width"] = width;
    context->saved_data["transposed"] = transposed;
    if (!transposed) return at::grid_sampler_2d(x, grid, kBilinear, kZeros, /*align_corners=*/false);
    // Values of the images are for the grid's gradient, which is not asked for.
    const at::Tensor images = at::zeros({}, x.options()).expand({x.size(0), x.size(1), height, width});
    return std::get<0>(at::grid_sampler_2d_backward(x, images, grid, kBilinear, kZeros,
                                                    /*align_corners=*/false, {true, false}));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list cotangents) {
    const int64_t height = context->saved_data["height"].toInt();
    const int64_t width = context->saved_data["width"].toInt();
    const bool transposed = context->saved_data["transposed"].toBool();
    const at::Tensor grid = context->get_saved_variables()[0];
    return {Interpolation::apply(cotangents[0], grid, height, width, !transposed), {}, {}, {}, {}};
  }
};

// One axis of `pick`. `indices` has the axis' new size in its place, n first, and 1 elsewhere.
at::Tensor pickAlong(const at::Tensor& images, int64_t axis, const at::Tensor& indices) {
  at::Tensor index = indices.clamp_min(0).to(images.device());
  std::vector<int64_t> shape = images.sizes().vec();
  shape[static_cast<size_t>(axis)] = indices.size(axis);
  const at::Tensor picked = images.gather(axis, index.expand(shape));
  const at::Tensor absent = indices.lt(0);
  return absent.any().item<bool>() ? picked.masked_fill(absent.to(images.device()), 0) : picked;
}

}  // namespace

int64_t reflected(int64_t index, int64_t size) {
  if (size == 1) return 0;
  const int64_t period = 2 * (size - 1);
  const int64_t place = ((index % period) + period) % period;
  return place < size ? place : period - place;
}

at::Tensor separable(const at::Tensor& images, const at::Tensor& rows, const at::Tensor& columns) {
  const at::Tensor left = rows.to(images.options());
  const at::Tensor right = columns.to(images.options());
  return at::matmul(left, at::matmul(images, right.transpose(-1, -2)));
}

at::Tensor pick(const at::Tensor& images, const at::Tensor& rows, const at::Tensor& columns) {
  return pickAlong(pickAlong(images, 2, rows.view({-1, 1, rows.size(1), 1})), 3,
                   columns.view({-1, 1, 1, columns.size(1)}));
}

at::Tensor interpolate(const at::Tensor& images, const at::Tensor& grid) {
  return Interpolation::apply(images, grid, images.size(2), images.size(3), /*transposed=*/false);
}

at::Tensor transformSome(const at::Tensor& images, const std::vector<int64_t>& indices,
                         const std::function<at::Tensor(const at::Tensor&)>& transform) {
  if (indices.empty()) return images;
  if (static_cast<int64_t>(indices.size()) == images.size(0)) return transform(images);
  const at::Tensor index = at::tensor(indices, at::kLong).to(images.device());
  return images.index_copy(0, index, transform(images.index_select(0, index)));
}

at::Tensor inFullPrecision(const at::Tensor& images,
                           const std::function<at::Tensor(const at::Tensor&)>& transform) {
  const at::ScalarType type = images.scalar_type();
  if (type == at::kFloat || type == at::kDouble) return transform(images);
  return transform(images.to(at::kFloat)).to(type);
}

}  // namespace ganode
