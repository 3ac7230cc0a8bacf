#include "checkpoint/io_error.h"

#include <cerrno>
#include <cstring>

namespace ganode {
namespace {

struct Reason {
  int code;
  const char* name;
  const char* words;
};

// In the words of lib/files/reasons.ts, which a test holds against these.
constexpr Reason kReasons[] = {
    {EACCES, "EACCES", "permission denied"},
    {EBUSY, "EBUSY", "in use"},
    {EDQUOT, "EDQUOT", "the disk quota is used up"},
    {EEXIST, "EEXIST", "something else is there already"},
    {EFBIG, "EFBIG", "larger than a file may be"},
    {EIO, "EIO", "the device failed"},
    {EISDIR, "EISDIR", "is a folder"},
    {ELOOP, "ELOOP", "a loop of links"},
    {EMFILE, "EMFILE", "too many open files"},
    {ENAMETOOLONG, "ENAMETOOLONG", "name too long"},
    {ENFILE, "ENFILE", "too many open files"},
    {ENODEV, "ENODEV", "no such device"},
    {ENOENT, "ENOENT", "no such file or folder"},
    {ENOMEM, "ENOMEM", "out of memory"},
    {ENOSPC, "ENOSPC", "no space left on the device"},
    {ENOTDIR, "ENOTDIR", "a part of the path is not a folder"},
    {ENOTEMPTY, "ENOTEMPTY", "the folder is not empty"},
    {ENXIO, "ENXIO", "no such device"},
    {EPERM, "EPERM", "not permitted"},
    {EPIPE, "EPIPE", "nobody reads it any more"},
    {EROFS, "EROFS", "read-only file system"},
    {ESTALE, "ESTALE", "the network file system has lost it"},
    {ETXTBSY, "ETXTBSY", "in use"},
};

}  // namespace

Error ioError(const std::string& action, const std::string& path, int reason) {
  const std::string start = "could not " + action + " " + path + ": ";
  // What is written may be new, so only its folder can be missing.
  if (reason == ENOENT && action != "read") {
    return Error("IO", start + "no such folder", {{"path", path}, {"reason", "ENOENT"}});
  }
  for (const Reason& one : kReasons) {
    if (one.code == reason) return Error("IO", start + one.words, {{"path", path}, {"reason", one.name}});
  }
  return Error("IO", start + std::strerror(reason), {{"path", path}});
}

}  // namespace ganode
