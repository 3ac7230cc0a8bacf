#include "objective/variational.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

#include "error.h"
#include "json.h"

namespace ganode {

Likelihood Likelihood::parse(const nlohmann::json& value) {
  const std::string where = "autoencoding.likelihood";
  if (!value.is_object()) throw Error("INVALID_OPTION", where + ": expected {kind}, got " + shown(value));
  Likelihood result;
  const std::string kind = value.value("kind", "");
  if (kind == "bernoulli") return result;
  if (kind != "gaussian")
    throw Error("INVALID_OPTION", where + ".kind: expected 'bernoulli' or 'gaussian', got '" + kind + "'");
  result.gaussian_ = true;
  const auto deviation = value.find("deviation");
  if (deviation == value.end()) return result;
  if (!deviation->is_number() || !(deviation->get<double>() > 0)) {
    throw Error("INVALID_OPTION", where + ".deviation: expected a number above 0, got " + shown(*deviation));
  }
  result.deviation_ = deviation->get<double>();
  return result;
}

at::Tensor Likelihood::negativeLog(const at::Tensor& output, const at::Tensor& images) const {
  if (gaussian_) return gaussianNegativeLog(output, images, deviation_);
  const at::Tensor target = (images + 1) / 2;
  // -t log σ(a) - (1 - t) log(1 - σ(a)) = (1 - t) a - log σ(a)
  return ((1 - target) * output - at::log_sigmoid(output)).flatten(1).sum(1);
}

at::Tensor gaussianNegativeLog(const at::Tensor& mean, const at::Tensor& x, double deviation) {
  const at::Tensor squares = (x - mean).square().flatten(1);
  const double constant = std::log(deviation * std::sqrt(2 * std::numbers::pi));
  return squares.sum(1) / (2 * deviation * deviation) + constant * static_cast<double>(squares.size(1));
}

at::Tensor gaussianKl(const at::Tensor& mean, const at::Tensor& logVariance) {
  return (mean.square() + logVariance.exp() - 1 - logVariance).flatten(1).sum(1) / 2;
}

}  // namespace ganode
