// A checkpoint that cannot be written leaves the one before it, and nothing else.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <string>

#include "checkpoint/safetensors.h"
#include "error.h"
#include "temporary.h"

using namespace ganode;
using ganode::test::TemporaryFolder;
using ganode::test::writeBytes;

namespace {

NamedTensors filled(int64_t value) { return {{"x", at::full({1 << 18}, value, at::kFloat)}}; }

float firstOf(const std::string& path) { return readSafetensors(path).tensors.at("x")[0].item<float>(); }

// Expects Error("IO") whose one line names the path and the reason.
void checkRefused(const std::string& path, const std::string& reason) {
  CAPTURE(path);
  try {
    writeSafetensors(path, filled(2), {});
    FAIL("it was written");
  } catch (const Error& error) {
    CHECK(error.code() == "IO");
    const std::string message = error.what();
    CHECK(message.find(path) != std::string::npos);
    CHECK_MESSAGE(message.find(reason) != std::string::npos, message);
    CHECK(std::get<std::string>(error.details().at("path")) == path);
  }
}

// Lets no file of this process grow past `bytes`, as a full disk would; undone at the end.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("atomic write: replaces the file that was there") {
  const TemporaryFolder folder;
  writeSafetensors(folder / "file", filled(1), {});
  writeSafetensors(folder / "file", filled(2), {});
  CHECK(firstOf(folder / "file") == 2);
  CHECK(folder.files() == 1);
}

TEST_CASE("atomic write: paths that cannot be") {
  const TemporaryFolder folder;
  writeBytes(folder / "file", "");
  std::filesystem::create_directory(folder / "folder");
  checkRefused(folder / "file/below", "a part of the path is not a folder");
  checkRefused(folder / "missing/file", "no such folder");
  checkRefused(folder / std::string(300, 'n'), "name too long");
  checkRefused(folder / "folder", "is a folder");
  checkRefused("/proc/ganode.safetensors", "no such folder");  // refused to root, too
  CHECK(folder.files() == 2);
}

TEST_CASE("atomic write: a disk that fills up in the middle") {
  const TemporaryFolder folder;
  writeSafetensors(folder / "file", filled(1), {});
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t limit : {0, 4, 100, 5000, 1 << 20}) {
    const FileSizeLimit full(limit);
    checkRefused(folder / "file", "larger than a file may be");
  }
  std::signal(SIGXFSZ, before);
  CHECK(firstOf(folder / "file") == 1);
  CHECK(folder.files() == 1);
}

TEST_CASE("atomic write: a process that is killed in the middle") {
  const TemporaryFolder folder;
  writeSafetensors(folder / "file", filled(1), {});
  const NamedTensors next = filled(2);  // here, because OpenMP's threads do not follow into a child
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    std::signal(SIGXFSZ, SIG_DFL);  // which kills the child inside its write
    rlimit none{5000, 5000};
    ::setrlimit(RLIMIT_FSIZE, &none);
    rlimit noCore{0, 0};
    ::setrlimit(RLIMIT_CORE, &noCore);
    writeSafetensors(folder / "file", next, {});
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGXFSZ);
  CHECK(firstOf(folder / "file") == 1);

  // What the dead left must not stop a process that was given the same number.
  std::string left;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.path().extension() == ".tmp") left = entry.path().string();
  }
  const std::string number = std::to_string(child);
  REQUIRE(left.find(number) != std::string::npos);
  std::string ours = left;
  ours.replace(ours.rfind(number + "-"), number.size(), std::to_string(::getpid()));
  std::filesystem::rename(left, ours);
  writeSafetensors(folder / "file", filled(3), {});
  CHECK(firstOf(folder / "file") == 3);
  CHECK(std::filesystem::file_size(ours) == 5000);
}
