#include "step/fit.h"

#include "error.h"

namespace ganode {

void mismatch(const std::string& path, const std::string& message) {
  throw Error("CHECKPOINT_MISMATCH", path + ": " + message, {{"path", path}});
}

void requireTensor(const Checkpoint& file, const std::string& path, const std::string& name,
                   const Dims& shape) {
  const auto found = file.infos.find(name);
  if (found == file.infos.end()) mismatch(path, "expected a tensor " + name + ", and it is absent");
  if (found->second.shape == shape) return;
  mismatch(path, name + ": expected shape " + describe(shape) + ", got " + describe(found->second.shape));
}

void requireTensors(const Checkpoint& file, const std::string& path, const std::string& prefix,
                    const Graph& graph) {
  for (const auto& [name, shape] : graph.shapes()) requireTensor(file, path, prefix + name, shape);
}

}  // namespace ganode
