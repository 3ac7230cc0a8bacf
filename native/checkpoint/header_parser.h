// The JSON of a safetensors header, before its numbers mean anything.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checkpoint/safetensors.h"

namespace ganode {

// More dimensions than any tensor of ours or PyTorch's layers has.
inline constexpr size_t kMostDims = 16;
// Each takes a few hundred bytes once it is read, whatever its text takes.
inline constexpr size_t kMostTensors = 100'000;
inline constexpr size_t kMostMetadata = 10'000;

struct ParsedEntry {
  std::string dtype;
  std::vector<uint64_t> shape;    // at most kMostDims
  std::vector<uint64_t> offsets;  // two
};

struct ParsedHeader {
  Metadata metadata;
  std::map<std::string, ParsedEntry> entries;
};

// Takes {"__metadata__": {string: string}, name: {"dtype": string, "shape": [...], "data_offsets": [begin,
// end]}} and stops at the first token that does not fit, so that hostile text can neither nest nor fill the
// memory; and more than kMostTensors or kMostMetadata. Refuses repeated keys (readers differ in which of two
// they keep). Throws Error("CHECKPOINT_CORRUPT"), whose message begins with `path`.
ParsedHeader parseHeaderText(const std::string& text, const std::string& path);

// Why a tensor may not have this name: empty, longer than 1,024 bytes, control characters, or reserved; ""
// where it may.
std::string nameFault(const std::string& name);

// A name from a file, fit for a one-line message: quoted, escaped, and cut to 100 bytes.
std::string quoteName(const std::string& name);

// Throws Error("CHECKPOINT_CORRUPT") "path: message".
[[noreturn]] void refuse(const std::string& path, const std::string& message);

}  // namespace ganode
