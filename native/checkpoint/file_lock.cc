#include "checkpoint/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace ganode {
namespace {

int64_t readNumber(int descriptor) {
  char text[24] = {};
  const ssize_t got = ::pread(descriptor, text, sizeof text - 1, 0);
  return got > 0 ? std::strtoll(text, nullptr, 10) : 0;
}

// A process may have removed the file between our opening and our locking it: then a third one may have
// locked a new file.
bool isStillThere(int descriptor, const std::string& path) {
  struct stat ours {};
  struct stat there {};
  return ::fstat(descriptor, &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
         ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

}  // namespace

FileLock::FileLock(std::string path) : path_(std::move(path)) {
  while (!tryOnce()) {
  }
}

bool FileLock::tryOnce() {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (descriptor_ < 0) return true;
  // The lock belongs to this opening of the file, not to the process, so two in one process exclude each
  // other.
  int failed = 0;
  while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    failed = errno;
    break;
  }
  if (failed == 0 && isStillThere(descriptor_, path_)) {
    state_ = State::Held;
    const std::string number = std::to_string(::getpid()) + "\n";
    // The number is written for people to read; the lock holds without it.
    if (::ftruncate(descriptor_, 0) == 0 && ::pwrite(descriptor_, number.data(), number.size(), 0) < 0)
      return true;
    return true;
  }
  if (failed == EWOULDBLOCK) {
    state_ = State::Taken;
    holder_ = readNumber(descriptor_);
  }
  ::close(descriptor_);
  descriptor_ = -1;
  return failed != 0;
}

void FileLock::release() {
  if (descriptor_ < 0) return;
  // While it is still locked, so that nobody's file is removed but ours.
  ::unlink(path_.c_str());
  ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace ganode
