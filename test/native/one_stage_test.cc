// Both players' gradients from one backward pass: its starting points by hand, and where it is refused.
// Whole steps are compared with two passes in test/reference/objectives.test.ts.
#include "step/one_stage.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>

#include "error.h"
#include "objective/adversarial.h"

namespace {

using ganode::LossKind;

ganode::OneStage startOf(LossKind kind, const at::Tensor& real, const at::Tensor& fake) {
  const ganode::LossOptions loss{kind, 0};
  return {[loss](const at::Tensor& r, const at::Tensor& f) { return discriminatorLoss(loss, r, f); },
          [loss](const at::Tensor& r, const at::Tensor& f) { return generatorLoss(loss, f, r); }, real, fake};
}

at::Tensor column(const std::vector<double>& values) { return at::tensor(values, at::kDouble).unsqueeze(1); }

void expectClose(const at::Tensor& got, const at::Tensor& wanted) {
  CHECK(got.sizes() == wanted.sizes());
  CHECK(at::allclose(got, wanted, 1e-12, 1e-15));
}

ganode::Graph discriminator(const char* op, const char* more = "") {
  const std::string text =
      std::string(R"({"version": 1, "inputs": {"image": {"shape": [1, 2, 2]}}, "outputs": {"logits": "l"},
    "nodes": [{"name": "f", "op": "flatten", "inputs": ["image"]}, {"name": "n", "inputs": ["f"], "op": ")") +
      op + "\"" + more + R"(}, {"name": "l", "op": "dense", "inputs": ["n"], "units": 1}]})";
  return ganode::Graph(ganode::parseGraph(nlohmann::json::parse(text)));
}

}  // namespace

TEST_CASE("hinge: where D's loss is flat at a fake, G's gradient still gets through") {
  const ganode::OneStage start = startOf(LossKind::Hinge, column({0.5, 3}), column({-2, 0.5}));
  expectClose(start.real, column({-0.5, 0}));
  const double least = std::ldexp(1.0, -64);
  expectClose(start.fake, column({least, 0.5}));
  CHECK(start.fake[0].item<double>() == least);
  expectClose(start.scale * start.fake, column({-0.5, -0.5}));
}

TEST_CASE("non-saturating: the scale is -(1 - s)/s, s = sigmoid of a fake's logit") {
  const ganode::OneStage start =
      startOf(LossKind::NonSaturating, column({1, -1}), column({0, std::log(3.0)}));
  expectClose(start.fake, column({0.25, 0.375}));
  expectClose(start.scale, column({-1, -1.0 / 3}));
}

TEST_CASE("relativistic pairing: a fake is judged beside its real image") {
  const ganode::OneStage start =
      startOf(LossKind::RelativisticPairing, column({0, std::log(3.0)}), column({0, 0}));
  expectClose(start.real, column({-0.25, -0.125}));
  expectClose(start.fake, column({0.25, 0.125}));
  expectClose(start.scale, column({-1, -3}));
}

TEST_CASE("refused where one pass does not serve both players") {
  CHECK_NOTHROW(ganode::requireOneStage(discriminator("layerNorm"), 1));
  CHECK_THROWS_WITH_AS(ganode::requireOneStage(discriminator("batchNorm"), 1),
                       "update: 'simultaneous' expects a discriminator that does not mix the samples of a "
                       "batch, and its node \"n\" (batchNorm) does",
                       ganode::Error);
  CHECK_THROWS_AS(ganode::requireOneStage(discriminator("virtualBatchNorm"), 1), ganode::Error);
  CHECK_THROWS_AS(ganode::requireOneStage(discriminator("minibatchStdDev"), 1), ganode::Error);
  CHECK_THROWS_AS(ganode::requireOneStage(
                      discriminator("minibatchDiscrimination", R"(, "kernels": 2, "kernelSize": 2)"), 1),
                  ganode::Error);
  CHECK_THROWS_WITH_AS(ganode::requireOneStage(discriminator("layerNorm"), 2),
                       "update: 'simultaneous' expects generatorSteps 1, got 2", ganode::Error);
}
