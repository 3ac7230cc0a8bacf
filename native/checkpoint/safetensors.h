// Reads and writes safetensors files: a header of JSON and raw little-endian tensors, so that loading a file
// can never run code. https://huggingface.co/docs/safetensors (format), with two additions in `__metadata__`
// that keep the file a valid safetensors file: `ganode.format` (version of what we put in) and
// `ganode.checksum` (over the whole file).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ganode {

using Metadata = std::map<std::string, std::string>;
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// Version of the contents that this build writes, and the newest that it reads.
inline constexpr int kCheckpointVersion = 1;

struct TensorInfo {
  std::string dtype;  // "F32", "F64", "I64", "I32", "U8", "BF16", ...
  std::vector<int64_t> shape;
  uint64_t bytes = 0;
};

struct Checkpoint {
  uint64_t bytes = 0;  // size of the file
  Metadata metadata;
  std::map<std::string, TensorInfo> infos;
  std::map<std::string, at::Tensor> tensors;  // empty when only the header was asked for
};

// Writes atomically: a temporary file beside `path`, fsync, rename, fsync of the folder. On failure the
// temporary file is removed, whatever was at `path` is untouched, and Error("IO") names the path and the
// system's reason. Tensors are written contiguous (row-major). Returns the size of the file.
uint64_t writeSafetensors(const std::string& path, const NamedTensors& tensors, const Metadata& metadata);

// Reads and verifies a whole file: its checksum, when it has one, and that every number is finite; with
// `headerOnly` tensors are read and looked at, but not kept. Throws Error("IO") where the file
// cannot be read, Error("CHECKPOINT_VERSION") where it is newer than this build, Error("CHECKPOINT_CORRUPT")
// for everything else: one line that names the path and what is wrong. Safe on hostile input: no size is
// trusted before it is checked.
Checkpoint readSafetensors(const std::string& path, bool headerOnly = false);

}  // namespace ganode
