// Operators that let a discriminator see the items of a batch together.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "graph/operator.h"

namespace ganode {
namespace {

using Inputs = const std::vector<at::Tensor>&;

// The largest divisor of n up to `most`.
int64_t groupOf(int64_t n, int64_t most) {
  int64_t size = std::min(n, most);
  while (size > 1 && n % size != 0) --size;
  return std::max<int64_t>(size, 1);
}

// Karras et al. 2018, as StyleGAN2 computes it: the standard deviation of each value over a group of items,
// averaged over each of `features` runs of channels and over pixels, and joined as new channels. Group i
// takes every (n / size)th item from i.
std::unique_ptr<Operator> minibatchStdDev(NodeContext& node) {
  constexpr double kEpsilon = 1e-8;
  Dims dims = node.input(1, 3);
  const int64_t most = node.attributes.integer("groupSize", 1, 4);
  const int64_t features = node.attributes.integer("features", 1, 1);
  if (dims[0] % features != 0) {
    node.attributes.fail("expected features to divide " + std::to_string(dims[0]) + " channels, got " +
                         std::to_string(features));
  }
  dims[0] += features;
  const auto function = [most, features, dims](Inputs inputs) {
    const at::Tensor& x = inputs[0];
    const int64_t n = x.size(0);
    const int64_t size = groupOf(n, most);
    const at::Tensor groups = precise(x).reshape({size, n / size, features, -1});
    const at::Tensor centred = groups - groups.mean(0, /*keepdim=*/true);
    at::Tensor deviation = (centred.square().mean(0) + kEpsilon).sqrt().mean(2).repeat({size, 1});
    if (dims.size() == 3) deviation = deviation.view({n, features, 1, 1}).expand({-1, -1, dims[1], dims[2]});
    return at::cat({x, deviation.to(x.scalar_type())}, 1);
  };
  return makeFunction(dims, function, /*mixesSamples=*/true);
}

// Salimans et al. 2016: a matrix of `kernels` rows for each item, M = x·T; then, for each row, how close the
// other items are: the sum of exp(-L1 distance). As in the authors' code an item is not compared with itself.
class MinibatchDiscrimination : public Operator {
 public:
  explicit MinibatchDiscrimination(NodeContext& node)
      : features_(node.input(1)[0]),
        kernels_(node.attributes.integer("kernels", 1)),
        size_(node.attributes.integer("kernelSize", 1)) {
    // Columns of length about 1, to which the authors' weight normalization brings them.
    Initializer normal = Initializer::of("normal");
    normal.std = 1 / std::sqrt(static_cast<double>(features_));
    declare("T", {features_, kernels_, size_}, node.attributes.initializer("initializer", normal));
    infer({features_ + kernels_});
  }

  at::Tensor forward(Inputs inputs, const Mode&) override {
    const at::Tensor& x = inputs[0];
    const at::Tensor matrices = precise(at::mm(x, tensor(0).flatten(1)).view({-1, kernels_, size_}));
    const at::Tensor distances = (matrices.unsqueeze(0) - matrices.unsqueeze(1)).abs().sum(3);
    const at::Tensor closeness = distances.neg().exp().sum(0) - 1;  // 1: with itself
    return at::cat({x, closeness.to(x.scalar_type())}, 1);
  }

  double multiplyAdds() const override { return static_cast<double>(features_ * kernels_ * size_); }
  bool mixesSamples() const override { return true; }

 private:
  int64_t features_;
  int64_t kernels_;
  int64_t size_;
};

}  // namespace

void registerMinibatch(Registry& registry) {
  registry["minibatchStdDev"] = minibatchStdDev;
  registry["minibatchDiscrimination"] = [](NodeContext& node) {
    return std::make_unique<MinibatchDiscrimination>(node);
  };
}

}  // namespace ganode
