#include "step/transfer.h"

#include <ATen/ATen.h>

#include <utility>

#include "error.h"

namespace ganode {

TransferReport transfer(const std::string& path, const NamedTensors& tensors) {
  const Checkpoint file = readSafetensors(path);
  const at::NoGradGuard noGrad;
  const std::string average = "ema.";
  TransferReport report;
  for (const auto& [name, tensor] : tensors) {
    const bool averaged = name.starts_with(average);
    if (!averaged && !name.starts_with("generator.") && !name.starts_with("discriminator.") &&
        !name.starts_with("encoder."))
      continue;
    auto found = file.tensors.find(name);
    if (averaged && found == file.tensors.end()) {
      const std::string own = name.substr(average.size());
      found = file.tensors.find(own.starts_with("encoder.") ? own : "generator." + own);
    }
    if (found == file.tensors.end()) {
      report.missing.push_back(name);
    } else if (found->second.sizes() != tensor.sizes()) {
      report.unfit.push_back({name, tensor.sizes().vec(), found->second.sizes().vec()});
    } else {
      tensor.detach().copy_(found->second);
      ++report.copied;
    }
  }
  if (report.copied == 0) {
    throw Error("CHECKPOINT_MISMATCH",
                path + ": expected weights that fit one of the networks, and none does by name and shape");
  }
  return report;
}

}  // namespace ganode
