// readTensors and writeTensors, for whatever has named tensors.
#pragma once

#include <ATen/ATen.h>

#include "binding/convert.h"
#include "error.h"

namespace ganode::binding {

inline at::Tensor findTensor(const NamedTensors& all, const std::string& name) {
  for (const auto& [known, tensor] : all) {
    if (known == name) return tensor;
  }
  throw Error("INVALID_OPTION", "no tensor is named \"" + name + "\"");
}

// Copies, contiguous on the CPU, that JavaScript may then read while training goes on.
inline Values copyTensors(const NamedTensors& all, const std::optional<std::vector<std::string>>& names) {
  Values copies;
  const auto copy = [](const at::Tensor& tensor) { return tensor.detach().cpu().contiguous().clone(); };
  if (!names) {
    for (const auto& [name, tensor] : all) copies[name] = copy(tensor);
  } else {
    for (const std::string& name : *names) copies[name] = copy(findTensor(all, name));
  }
  return copies;
}

// All or nothing.
inline void overwriteTensors(const NamedTensors& all, const Values& values) {
  for (const auto& [name, value] : values) {
    const at::Tensor tensor = findTensor(all, name);
    if (tensor.sizes() != value.sizes()) {
      throw Error("INVALID_OPTION", name + ": expected shape " + describe(tensor.sizes().vec()) + ", got " +
                                        describe(value.sizes().vec()));
    }
  }
  for (const auto& [name, value] : values) findTensor(all, name).detach().copy_(value);
}

}  // namespace ganode::binding
