#include "step/posterior.h"

#include <ATen/ATen.h>

#include "device/device.h"
#include "profile/recorder.h"

namespace ganode {

bool isGaussian(const Graph& encoder) { return encoder.spec().outputs.contains("mean"); }

Posterior encode(const Graph& encoder, const at::Tensor& images, const NoiseSource& noise, const Mode& mode,
                 bool bfloat16) {
  const profile::Span phase(profile::Kind::Phase, "encoder forward");
  const profile::Span span(profile::Kind::Network, "encoder");
  const int64_t n = images.size(0);
  Values inputs = {{"image", images}};
  if (encoder.hasInput("noise")) {
    const int64_t size = encoder.shapeOf("noise").dims[0];
    inputs["noise"] = (noise ? noise(n, size) : at::zeros({n, size})).to(encoder.dtype());
  }
  const PrecisionScope precision(bfloat16, encoder.device());
  const Values outputs = encoder.forward(inputs, mode);
  const auto output = [&](const char* name) {
    const at::Tensor& value = outputs.at(name);
    return value.scalar_type() == at::kDouble ? value : value.to(at::kFloat);
  };
  Posterior posterior;
  if (!isGaussian(encoder)) {
    posterior.mean = posterior.code = output("code");
    return posterior;
  }
  posterior.mean = output("mean");
  posterior.logVariance = output("logVariance");
  posterior.code = posterior.mean;
  if (noise) {
    const at::Tensor drawn = noise(n, posterior.mean.size(1)).to(posterior.mean.options());
    posterior.code = posterior.mean + (posterior.logVariance / 2).exp() * drawn;
  }
  return posterior;
}

}  // namespace ganode
