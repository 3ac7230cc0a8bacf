#include "checkpoint/write_target.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <filesystem>

#include "checkpoint/io_error.h"

namespace ganode {
namespace {

// Links in a row that are followed before they count as a loop: the limit that Linux has.
constexpr int kMostLinks = 40;

// Where a link to nothing leads in the end; the path itself where it is none.
std::string followed(const std::string& path) {
  std::filesystem::path at = path;
  for (int links = 0; links < kMostLinks; ++links) {
    std::error_code failed;
    if (std::filesystem::symlink_status(at, failed).type() != std::filesystem::file_type::symlink)
      return at.string();
    const std::filesystem::path next = std::filesystem::read_symlink(at, failed);
    if (failed) throw ioError("write", path, failed.value());
    at = at.parent_path() / next;  // an absolute one takes the place of the whole
  }
  throw ioError("write", path, ELOOP);
}

}  // namespace

WriteTarget findWriteTarget(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) throw ioError("write", path, errno);
    return {followed(path), false, std::nullopt};
  }
  const auto refuse = [&](const char* words) {
    return Error("IO", "could not write " + path + ": " + words, {{"path", path}});
  };
  if (S_ISDIR(status.st_mode)) throw ioError("write", path, EISDIR);
  if (S_ISBLK(status.st_mode)) throw refuse("is a block device");
  if (S_ISSOCK(status.st_mode)) throw refuse("is a socket");
  if (!S_ISREG(status.st_mode)) return {path, true, std::nullopt};
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  return {failed ? path : real.string(), false, status};
}

}  // namespace ganode
