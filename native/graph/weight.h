// Weights that an operator does not use as they are stored: one mechanism for all operators with weights.
//
//   spectralNorm   the weight divided by its largest singular value (Miyato et al. 2018)
//   equalized      a weight drawn with standard deviation 1 and scaled when used (Karras et al. 2018)
#pragma once

#include <string>
#include <vector>

#include "graph/operator.h"

namespace ganode {

// Where a weight stands among the values of an operator.
struct WeightForm {
  std::string name;
  Dims shape;
  int64_t fanIn = 1;                        // inputs that one output adds up; for `equalized`
  int64_t outAxis = 0;                      // the dimension of the outputs: 1 for transposed convolutions
  std::string initializer = "initializer";  // the attribute
};

// Base of the operators with such weights. Reads `spectralNorm` and `spectralIterations` and, where they make
// sense, `equalized`, `equalizedGain` and `learningRateMultiplier`.
class WeightedOperator : public Operator {
 public:
  // Brings the spectral vectors near the singular ones: 15 iterations, as PyTorch.
  void materialized() override;

 protected:
  enum class Options { kAll, kSpectral, kNone };
  explicit WeightedOperator(NodeContext& node, Options options = Options::kAll);

  // Declares the slot and, with spectralNorm, the buffers `spectralU` [out] and `spectralV` [rest] (for a
  // weight of another name than "weight": `<name>SpectralU`, …). The attribute `initializer` wins over
  // `otherwise`. Returns what `weight` takes.
  size_t declareWeight(NodeContext& node, WeightForm form, const Initializer& otherwise);
  // Declares `bias` when the attribute of that name says so (by default).
  void declareBias(NodeContext& node, int64_t size);

  // The weight as the operator computes with it. In training, first moves the spectral vectors.
  at::Tensor weight(size_t index, const Mode& mode);
  // The same for the bias; absent where there is none.
  std::optional<at::Tensor> bias() const;

 private:
  struct Weight {
    size_t slot;
    double scale;  // of `equalized`
    int64_t outAxis;
    size_t u;  // slots of the spectral vectors
    size_t v;
  };
  // [out, rest].
  at::Tensor matrix(const Weight& weight) const;
  // `iterations` steps of the power method, in place.
  void iterate(const Weight& weight, int64_t iterations) const;

  bool spectral_ = false;
  int64_t iterations_ = 1;
  bool equalized_ = false;
  double gain_ = 1;
  double multiplier_ = 1;
  std::vector<Weight> weights_;
  std::optional<size_t> bias_;
};

}  // namespace ganode
