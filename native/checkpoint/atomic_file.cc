#include "checkpoint/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "error.h"

namespace ganode {
namespace {

// Linux writes at most 2 GiB a call.
constexpr size_t kMostAtOnce = size_t{1} << 30;

std::string folderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  static std::atomic<unsigned> serial{0};
  // A process that was killed may have left a file of this name: process numbers come again, in containers at
  // once.
  do {
    temporary_ = path_ + "." + std::to_string(::getpid()) + "-" + std::to_string(serial++) + ".tmp";
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) fail("create");
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* action) const {
  const int reason = errno;
  throw Error("IO", "could not " + std::string(action) + " " + path_ + ": " + std::strerror(reason),
              {{"path", path_}});
}

void AtomicFile::write(const void* data, size_t length) {
  const char* next = static_cast<const char*>(data);
  while (length > 0) {
    const ssize_t written = ::write(descriptor_, next, std::min(length, kMostAtOnce));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write");
    next += written;
    length -= static_cast<size_t>(written);
  }
}

void AtomicFile::writeAt(size_t position, const void* data, size_t length) {
  const ssize_t written = ::pwrite(descriptor_, data, length, static_cast<off_t>(position));
  if (written != static_cast<ssize_t>(length)) fail("write");
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail("write");
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("write");
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("write");
  temporary_.clear();
  // The file is in place; without this a power cut could still undo the rename.
  const int folder = ::open(folderOf(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

}  // namespace ganode
