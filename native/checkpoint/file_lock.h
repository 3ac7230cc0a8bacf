// A lock on a file that ends with the process at the latest, however that ends.
#pragma once

#include <cstdint>
#include <string>

namespace ganode {

class FileLock {
 public:
  enum class State {
    Held,         // by this object
    Taken,        // by another, of this process or of another one
    Unavailable,  // there are no locks there: a read-only file system, a network one without them
  };

  // Makes the file where it is missing, tries to lock it, and writes the number of this process into it.
  // Never waits.
  explicit FileLock(std::string path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() { release(); }

  State state() const { return state_; }
  // The process that has taken it, as it wrote itself down; 0 where it did not yet.
  int64_t holder() const { return holder_; }

  // Removes the file and gives up the lock; later calls do nothing.
  void release();

 private:
  // Whether that is settled: not where the holder removed the file meanwhile.
  bool tryOnce();

  std::string path_;
  int descriptor_ = -1;
  State state_ = State::Unavailable;
  int64_t holder_ = 0;
};

}  // namespace ganode
