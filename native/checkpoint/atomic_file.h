// A file that appears whole or not at all.
#pragma once

#include <cstddef>
#include <string>

namespace ganode {

class AtomicFile {
 public:
  // Opens a temporary file beside `path`. Everything here throws Error("IO") with the path and the system's
  // reason.
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  // Removes the temporary file, unless it was committed.
  ~AtomicFile();

  void write(const void* data, size_t length);
  // Overwrites earlier bytes.
  void writeAt(size_t position, const void* data, size_t length);
  // fsync, rename, fsync of the folder.
  void commit();

 private:
  [[noreturn]] void fail(const char* action) const;

  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
};

}  // namespace ganode
