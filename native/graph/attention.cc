// Self-attention over the pixels of an image.
#include <ATen/ATen.h>

#include "graph/weight.h"

namespace ganode {
namespace {

// Zhang et al. 2019 (SAGAN), in the form of Brock et al. 2019 (BigGAN): 1×1 convolutions without bias make
// queries θ and keys φ of C/8 channels and values g of C/2; keys and values are max-pooled by 2; a 1×1
// convolution o brings the attended values back to C channels; gamma, which starts at 0, lets them in.
class SelfAttention : public WeightedOperator {
 public:
  explicit SelfAttention(NodeContext& node)
      : WeightedOperator(node, Options::kSpectral), pool_(node.attributes.boolean("pool", true)) {
    const Dims& dims = node.input(3);
    infer(dims);
    const int64_t channels = dims[0];
    if (channels % 8 != 0) node.attributes.fail("expected channels to divide by 8, got " + describe(dims));
    if (pool_ && (dims[1] % 2 != 0 || dims[2] % 2 != 0)) {
      node.attributes.fail("expected height and width to be even, or pool false, got " + describe(dims));
    }
    narrow_ = channels / 8;
    wide_ = channels / 2;
    const auto pointwise = [&](const char* name, int64_t out, int64_t in) {
      return declareWeight(node, {name, {out, in, 1, 1}}, {});
    };
    theta_ = pointwise("theta", narrow_, channels);
    phi_ = pointwise("phi", narrow_, channels);
    g_ = pointwise("g", wide_, channels);
    o_ = pointwise("o", channels, wide_);
    gamma_ = declare("gamma", {1}, Initializer::of("zeros"));
  }

  at::Tensor forward(const std::vector<at::Tensor>& inputs, const Mode& mode) override {
    const at::Tensor& x = inputs[0];
    const auto pooled = [&](const at::Tensor& values) {
      return (pool_ ? at::max_pool2d(values, {2, 2}) : values).flatten(2);
    };
    const at::Tensor queries = at::conv2d(x, weight(theta_, mode)).flatten(2);
    const at::Tensor keys = pooled(at::conv2d(x, weight(phi_, mode)));
    const at::Tensor values = pooled(at::conv2d(x, weight(g_, mode)));
    // [n, pixels, attended pixels].
    const at::Tensor attention = at::softmax(at::bmm(queries.transpose(1, 2), keys), -1);
    const at::Tensor attended = at::bmm(values, attention.transpose(1, 2)).unflatten(2, x.sizes().slice(2));
    return x + tensor(gamma_) * at::conv2d(attended, weight(o_, mode));
  }

  double multiplyAdds() const override {
    const int64_t channels = output()[0];
    const int64_t pixels = output()[1] * output()[2];
    const int64_t attended = pool_ ? pixels / 4 : pixels;
    return static_cast<double>(product({pixels, narrow_ + wide_, 2 * channels + attended}));
  }

 private:
  bool pool_;
  int64_t narrow_ = 0;
  int64_t wide_ = 0;
  size_t theta_ = 0;
  size_t phi_ = 0;
  size_t g_ = 0;
  size_t o_ = 0;
  size_t gamma_ = 0;
};

}  // namespace

void registerAttention(Registry& registry) {
  registry["selfAttention"] = [](NodeContext& node) { return std::make_unique<SelfAttention>(node); };
}

}  // namespace ganode
