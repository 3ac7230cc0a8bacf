#include "checkpoint/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

#include "checkpoint/blocks.h"
#include "checkpoint/io_error.h"

namespace ganode {
namespace {

std::string folderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), target_(findWriteTarget(path_)) {
  static std::atomic<unsigned> serial{0};
  if (target_.stream) {
    descriptor_ = ::open(target_.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("write");
    return;
  }
  // A process that was killed may have left a file of this name: process numbers come again, in containers at
  // once.
  do {
    temporary_ = target_.path + "." + std::to_string(::getpid()) + "-" + std::to_string(serial++) + ".tmp";
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) {
    temporary_.clear();
    fail("write");
  }
  if (!target_.existing) return;
  // Who may read it stays as it was; the owner as far as this process may give files away.
  const bool given = ::fchown(descriptor_, target_.existing->st_uid, target_.existing->st_gid) == 0;
  const mode_t mode = target_.existing->st_mode & (given ? 07777 : 0777);
  ::fchmod(descriptor_, mode);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* action) const { throw ioError(action, path_, errno); }

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
  // A device or a pipe has nothing to sync.
  if (!target_.stream && ::fsync(descriptor_) != 0) fail("write");
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("write");
  if (target_.stream) return;
  if (std::rename(temporary_.c_str(), target_.path.c_str()) != 0) fail("write");
  temporary_.clear();
  // The file is in place; without this a power cut could still undo the rename.
  const int folder = ::open(folderOf(target_.path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

}  // namespace ganode
