// The header of a safetensors file: what it may say, and what it must not.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "checkpoint/safetensors.h"

namespace ganode {

inline constexpr const char* kFormatKey = "ganode.format";
inline constexpr const char* kChecksumKey = "ganode.checksum";
inline constexpr const char* kMetadataKey = "__metadata__";
// As the reference implementation: more than any model needs, and little enough to read.
inline constexpr uint64_t kMostHeaderBytes = 100'000'000;

struct HeaderEntry {
  TensorInfo info;
  at::ScalarType type;
  uint64_t begin = 0;  // from the first byte after the header
  uint64_t end = 0;
};

struct Header {
  Metadata metadata;
  std::map<std::string, HeaderEntry> entries;
};

// Checks everything against the number of bytes that follow the header: known dtypes, sizes that agree with
// shapes, no gap, no overlap, nothing missing, nothing left over. Throws Error("CHECKPOINT_VERSION") or
// Error("CHECKPOINT_CORRUPT"), whose message begins with `path`.
Header parseHeader(const std::string& text, uint64_t dataBytes, const std::string& path);

// The position of the checksum's eight digits in the text of a valid header; npos where there is none, or
// where it is not spelled as we write it (without white space).
size_t findChecksum(const std::string& text);

// "F32" and so on. Throws for a type that safetensors does not know.
std::string dtypeName(at::ScalarType type);

}  // namespace ganode
