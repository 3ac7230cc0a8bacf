// Weights of another training, as a start.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/safetensors.h"
#include "graph/spec.h"

namespace ganode {

// What became of the tensors of the networks (and of the average).
struct TransferReport {
  struct Unfit {
    std::string name;
    Dims expected;
    Dims got;
  };
  int64_t copied = 0;
  std::vector<Unfit> unfit;          // kept their first values: their shapes differ
  std::vector<std::string> missing;  // kept their first values: the file has no such tensor
};

// Copies what fits by name and shape from a checkpoint of ganode's into live tensors named as in a
// checkpoint. Optimizers, random state and all else start anew. An average takes the file's, or without one
// its generator's. Throws Error("CHECKPOINT_…"), among them CHECKPOINT_MISMATCH where nothing fits.
TransferReport transfer(const std::string& path, const NamedTensors& tensors);

}  // namespace ganode
