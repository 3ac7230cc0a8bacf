#include "graph/initializer.h"

#include <ATen/ATen.h>

#include <cmath>
#include <set>

#include "error.h"
#include "json.h"

namespace ganode {
namespace {

// Any bound of a draw: beyond it float32 overflows, and sums of squares long before.
constexpr double kMost = 1e30;

const std::set<std::string> kKinds = {"zeros",         "ones",         "constant",  "normal",   "uniform",
                                      "glorotUniform", "glorotNormal", "heUniform", "heNormal", "orthogonal"};

struct Fans {
  double in;
  double out;
};

Fans fansOf(const at::Tensor& tensor) {
  if (tensor.dim() < 2) return {static_cast<double>(tensor.numel()), static_cast<double>(tensor.numel())};
  const double field =
      static_cast<double>(tensor.numel()) / static_cast<double>(tensor.size(0) * tensor.size(1));
  return {static_cast<double>(tensor.size(1)) * field, static_cast<double>(tensor.size(0)) * field};
}

void fillUniform(at::Tensor& tensor, double bound, at::Generator& generator) {
  tensor.uniform_(-bound, bound, generator);
}

// Saxe et al. 2013, as torch.nn.init.orthogonal_: QR of a normal matrix, signs fixed by R's diagonal.
void fillOrthogonal(at::Tensor& tensor, double gain, at::Generator& generator) {
  const int64_t rows = tensor.size(0);
  const int64_t columns = tensor.numel() / rows;
  const at::Tensor normal = at::empty({std::max(rows, columns), std::min(rows, columns)}, tensor.options());
  normal.normal_(0, 1, generator);
  auto [q, r] = at::linalg_qr(normal);
  q = q * at::diagonal(r).sign();
  if (rows < columns) q = q.t();
  tensor.copy_((q * gain).reshape(tensor.sizes()));
}

}  // namespace

Initializer parseInitializer(const nlohmann::json& value, const std::string& where) {
  const auto fail = [&](const std::string& message) { throw Error("INVALID_GRAPH", where + ": " + message); };
  Initializer result;
  if (value.is_string()) {
    result.kind = value.get<std::string>();
  } else if (value.is_object() && value.contains("kind") && value["kind"].is_string()) {
    result.kind = value["kind"].get<std::string>();
  } else {
    fail("expected an initializer (a name, or an object with kind), got " + shown(value));
  }
  if (!kKinds.contains(result.kind)) {
    std::string known;
    for (const std::string& kind : kKinds) known += (known.empty() ? "" : ", ") + kind;
    fail("expected an initializer of " + known + ", got " + shown(result.kind));
  }
  if (!value.is_object()) return result;
  const std::map<std::string, double*> numbers = {{"mean", &result.mean},   {"std", &result.std},
                                                  {"low", &result.low},     {"high", &result.high},
                                                  {"value", &result.value}, {"gain", &result.gain}};
  for (const auto& [key, number] : value.items()) {
    if (key == "kind") continue;
    const auto target = numbers.find(key);
    if (target == numbers.end()) fail("an initializer has no " + shown(key));
    if (!number.is_number()) fail("expected " + key + " to be a number, got " + shown(number));
    *target->second = number.get<double>();
  }
  for (const double bound : {result.mean, result.std, result.low, result.high, result.value}) {
    if (!(std::abs(result.gain) <= kMost && std::abs(bound) <= kMost &&
          std::abs(result.gain * bound) <= kMost))
      fail("expected numbers, times gain, from -1e30 to 1e30, got " + shown(value));
  }
  if (result.std < 0) fail("expected std to be 0 or more");
  if (result.low > result.high) fail("expected low to be at most high");
  return result;
}

void initialize(at::Tensor& tensor, const Initializer& init, at::Generator& generator) {
  const at::NoGradGuard noGrad;
  const std::string& kind = init.kind;
  const Fans fans = fansOf(tensor);
  if (kind == "zeros") {
    tensor.zero_();
  } else if (kind == "ones") {
    tensor.fill_(init.gain);
  } else if (kind == "constant") {
    tensor.fill_(init.value);
  } else if (kind == "normal") {
    tensor.normal_(init.mean, init.gain * init.std, generator);
  } else if (kind == "uniform") {
    tensor.uniform_(init.gain * init.low, init.gain * init.high, generator);
  } else if (kind == "glorotUniform") {
    fillUniform(tensor, init.gain * std::sqrt(6.0 / (fans.in + fans.out)), generator);
  } else if (kind == "glorotNormal") {
    tensor.normal_(0, init.gain * std::sqrt(2.0 / (fans.in + fans.out)), generator);
  } else if (kind == "heUniform") {
    fillUniform(tensor, init.gain * std::sqrt(6.0 / fans.in), generator);
  } else if (kind == "heNormal") {
    tensor.normal_(0, init.gain * std::sqrt(2.0 / fans.in), generator);
  } else {
    fillOrthogonal(tensor, init.gain, generator);
  }
}

}  // namespace ganode
