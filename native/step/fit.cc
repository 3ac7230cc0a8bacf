#include "step/fit.h"

#include "error.h"
#include "json.h"

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

std::optional<int64_t> stepsOf(const Checkpoint& file, const std::string& path) {
  const auto found = file.metadata.find("ganode.steps");
  if (found == file.metadata.end()) return std::nullopt;
  const std::string& digits = found->second;
  // Any number of so many digits is exact as 64 bits and as a double.
  constexpr size_t kMostDigits = 15;
  if (digits.empty() || digits.size() > kMostDigits ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    mismatch(path, "expected ganode.steps to be a whole number, got " + shown(digits));
  }
  return std::stoll(digits);
}

}  // namespace ganode
