// The header of a safetensors file: what it may say, and what it must not.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "checkpoint/safetensors.h"

namespace ganode {

inline constexpr const char* kFormatKey = "ganode.format";
inline constexpr const char* kChecksumKey = "ganode.checksum";
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

// Checks everything against the number of bytes that follow the header: known dtypes, sizes that agree with shapes, no gap,
// no overlap, nothing left over. `where` begins each message of an Error("CHECKPOINT_CORRUPT").
Header parseHeader(const std::string& text, uint64_t dataBytes, const std::string& where);

// The position of the checksum's eight digits in the text of a header; npos where there is none.
size_t findChecksum(const std::string& text);

// "F32" and so on. Throws for a type that safetensors does not know.
std::string dtypeName(at::ScalarType type);

}  // namespace ganode
