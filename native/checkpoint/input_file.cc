#include "checkpoint/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "checkpoint/blocks.h"
#include "checkpoint/io_error.h"

namespace ganode {
InputFile::InputFile(std::string path) : path_(std::move(path)) {
  // O_NONBLOCK: opening a pipe must not wait for its other end; it does nothing to a regular file.
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) fail(errno);
  struct stat status {};
  const int reason = ::fstat(descriptor_, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
  if (reason == 0 && S_ISREG(status.st_mode)) {
    size_ = static_cast<uint64_t>(status.st_size);
    return;
  }
  ::close(descriptor_);
  if (reason != 0) fail(reason);
  throw Error("IO", "could not read " + path_ + ": is not a regular file", {{"path", path_}});
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read(void* data, size_t length) {
  char* next = static_cast<char*>(data);
  while (length > 0) {
    const ssize_t got = ::read(descriptor_, next, std::min(length, kMostAtOnce));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(errno);
    if (got == 0) {
      throw Error("CHECKPOINT_CORRUPT", path_ + ": the file became shorter while it was read",
                  {{"path", path_}});
    }
    next += got;
    length -= static_cast<size_t>(got);
  }
}

void InputFile::fail(int reason) const { throw ioError("read", path_, reason); }

}  // namespace ganode
