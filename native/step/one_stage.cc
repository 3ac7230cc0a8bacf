#include "step/one_stage.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "error.h"

namespace ganode {

OneStage::OneStage(const Loss& discriminatorLoss, const Loss& generatorLoss, const at::Tensor& realLogits,
                   const at::Tensor& fakeLogits) {
  const at::Tensor realValues = realLogits.detach().set_requires_grad(true);
  const at::Tensor fakeValues = fakeLogits.detach().set_requires_grad(true);
  const auto ofDiscriminator =
      torch::autograd::grad({discriminatorLoss(realValues, fakeValues)}, {realValues, fakeValues});
  const auto ofGenerator =
      torch::autograd::grad({generatorLoss(realValues.detach(), fakeValues)}, {fakeValues});
  // A power of two: scaling by it rounds nothing.
  const double least = std::ldexp(1.0, -64);
  real = ofDiscriminator[0];
  fake = at::where(ofDiscriminator[1].abs() < least, least, ofDiscriminator[1]);
  scale = ofGenerator[0] / fake;
}

void requireOneStage(const Graph& discriminator, int64_t generatorSteps) {
  const auto refuse = [](const std::string& what) {
    throw Error("INVALID_OPTION", "update: 'simultaneous' expects " + what);
  };
  if (const NodeSpec* node = discriminator.mixingNode()) {
    refuse("a discriminator that does not mix the samples of a batch, and its node \"" + node->name + "\" (" +
           node->op + ") does");
  }
  for (const char* output : {"classLogits", "expertLogits"}) {
    if (discriminator.spec().outputs.contains(output))
      refuse(std::string("a discriminator with logits only, and it has ") + output);
  }
  if (discriminator.outputShape("logits") != Dims{1})
    refuse("one logit an image, and the discriminator has " + describe(discriminator.outputShape("logits")));
  if (generatorSteps != 1) refuse("generatorSteps 1, got " + std::to_string(generatorSteps));
}

}  // namespace ganode
