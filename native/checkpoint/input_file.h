// A regular file, read from its beginning to its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ganode {

class InputFile {
 public:
  // Throws Error("IO") with the path and the system's reason.
  explicit InputFile(std::string path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  // When it was opened.
  uint64_t size() const { return size_; }

  // The next `length` bytes. Throws Error("IO"), or Error("CHECKPOINT_CORRUPT") where the file has become
  // shorter.
  void read(void* data, size_t length);

 private:
  [[noreturn]] void fail(int reason) const;

  std::string path_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
};

}  // namespace ganode
