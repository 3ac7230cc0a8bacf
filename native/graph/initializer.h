// First weights. Formulas and fans are those of torch.nn.init (and Keras): fan in is the second dimension
// times the receptive field, fan out the first.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>
#include <string>

namespace ganode {

struct Initializer {
  std::string kind = "glorotUniform";
  double mean = 0;
  double std = 0.02;
  double low = -0.05;
  double high = 0.05;
  double value = 0;
  double gain = 1;

  static Initializer of(const std::string& kind) {
    Initializer result;
    result.kind = kind;
    return result;
  }
};

// A name, or an object with `kind` and that kind's numbers. `where` begins the message of the
// Error("INVALID_GRAPH").
Initializer parseInitializer(const nlohmann::json& value, const std::string& where);

// Fills a tensor on the CPU in place, with numbers drawn from `generator` where the kind is random.
void initialize(at::Tensor& tensor, const Initializer& initializer, at::Generator& generator);

}  // namespace ganode
