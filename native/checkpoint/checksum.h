// CRC-32 of a stream, as zlib's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ganode {

class Checksum {
 public:
  void add(const void* data, size_t length);
  uint32_t value() const { return crc_; }
  // Eight lower-case hexadecimal digits.
  std::string hex() const;

 private:
  uint32_t crc_ = 0;
};

}  // namespace ganode
