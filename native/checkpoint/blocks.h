// How much of a file is read, written or summed at a time.
#pragma once

#include <cstddef>

namespace ganode {

// Bytes that the checksum finds in the cache after they were read or written.
inline constexpr size_t kBytesOfBlock = size_t{1} << 20;

// Bytes for one call of the system: Linux reads and writes at most 2 GiB a call.
inline constexpr size_t kMostAtOnce = size_t{1} << 30;

}  // namespace ganode
