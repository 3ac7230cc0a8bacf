// Where writing to a path leads.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

namespace ganode {

struct WriteTarget {
  // The file itself: links are followed, even one that leads to nothing yet.
  std::string path;
  // A character device or a pipe, which is written through: a file renamed over it would take its place.
  bool stream = false;
  // The file that is there.
  std::optional<struct stat> existing;
};

// Throws Error("IO") for a folder, a block device, a socket, and what cannot be looked at.
WriteTarget findWriteTarget(const std::string& path);

}  // namespace ganode
