// A file that appears whole or not at all; of a device or a pipe, what is written through.
#pragma once

#include <cstddef>
#include <string>

#include "checkpoint/write_target.h"

namespace ganode {

class AtomicFile {
 public:
  // Opens a temporary file beside `path`, or beside the file that a link of this name leads to; or a device
  // or a pipe itself. Everything here throws Error("IO") with the path and the system's reason.
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  // Removes the temporary file, unless it was committed.
  ~AtomicFile();

  void write(const void* data, size_t length);
  // Whether earlier bytes can be written again: not those of a device or a pipe.
  bool canRewrite() const { return !target_.stream; }
  // Overwrites earlier bytes.
  void writeAt(size_t position, const void* data, size_t length);
  // fsync, rename, fsync of the folder. The file has the permissions of the one that was there.
  void commit();

 private:
  [[noreturn]] void fail(const char* action) const;

  std::string path_;
  WriteTarget target_;
  std::string temporary_;
  int descriptor_ = -1;
};

}  // namespace ganode
