// The lock of a run: one at a time, over when its process is.
#include "checkpoint/file_lock.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "temporary.h"

using ganode::FileLock;
using ganode::test::TemporaryFolder;
using State = FileLock::State;

TEST_CASE("file lock: one at a time in a process") {
  const TemporaryFolder folder;
  FileLock first(folder / "lock");
  CHECK(first.state() == State::Held);
  const FileLock second(folder / "lock");
  CHECK(second.state() == State::Taken);
  CHECK(second.holder() == ::getpid());
  first.release();
  CHECK(!std::filesystem::exists(folder / "lock"));
  FileLock third(folder / "lock");
  CHECK(third.state() == State::Held);
  first.release();  // nothing is left to give up
  CHECK(FileLock(folder / "lock").state() == State::Taken);
}

TEST_CASE("file lock: over when its process is killed") {
  const TemporaryFolder folder;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    const FileLock lock(folder / "lock");
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  {
    const FileLock lock(folder / "lock");
    CHECK(lock.state() == State::Taken);
    CHECK(lock.holder() == child);
  }
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(std::filesystem::exists(folder / "lock"));
  CHECK(FileLock(folder / "lock").state() == State::Held);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("file lock: goes on without where none can be") {
  CHECK(FileLock("/proc/lock").state() == State::Unavailable);
}
