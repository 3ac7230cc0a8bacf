// Whether a checkpoint has the weights that networks want. Its header says so: nothing is allocated for a
// network that a file has no weights for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "checkpoint/safetensors.h"
#include "graph/graph.h"

namespace ganode {

// Throws Error("CHECKPOINT_MISMATCH") with what was expected of a file.
[[noreturn]] void mismatch(const std::string& path, const std::string& message);

// Throws it unless the file at `path` has a tensor of this name and shape.
void requireTensor(const Checkpoint& file, const std::string& path, const std::string& name,
                   const Dims& shape);

// Calls `requireTensor` for each weight and buffer of a network. A tensor is called `prefix` followed by its
// name in the graph.
void requireTensors(const Checkpoint& file, const std::string& path, const std::string& prefix,
                    const Graph& graph);

// The steps that a checkpoint was trained for, which its metadata says in digits; empty where it does not
// say. Throws Error("CHECKPOINT_MISMATCH") for any other text.
std::optional<int64_t> stepsOf(const Checkpoint& file, const std::string& path);

}  // namespace ganode
