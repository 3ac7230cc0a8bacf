// How many processors the process may use, by files such as the kernel's.
#include "parallel/processors.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "temporary.h"

namespace {

using ganode::parallel::cgroupQuota;
using ganode::parallel::Processors;
using ganode::test::TemporaryFolder;
using ganode::test::writeBytes;

// A folder with a /proc/self and mounted hierarchies.
class System {
 public:
  void file(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    writeBytes(path.string(), text);
  }
  // A line of mountinfo: `root` of the hierarchy is seen at `mount`.
  void mount(const std::string& root, const std::string& mount, const std::string& type,
             const std::string& options) {
    mounts_ += "31 23 0:26 " + root + " " + folder_ / mount + " rw,nosuid - " + type + " cgroup rw," +
               options + "\n";
    file("mountinfo", "22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n" + mounts_);
  }
  // The process is in `group` of version 2, all of which is mounted.
  void second(const std::string& group) {
    file("cgroup", "0::" + group + "\n");
    mount("/", "unified", "cgroup2", "nsdelegate");
  }
  std::optional<double> quota() const { return cgroupQuota(folder_.path().string()); }

 private:
  TemporaryFolder folder_;
  std::string mounts_;
};

}  // namespace

TEST_CASE("no control group, or none with a limit, has no quota") {
  System system;
  CHECK_FALSE(system.quota());
  system.second("/user.slice");
  CHECK_FALSE(system.quota());
  system.file("unified/user.slice/cpu.max", "max 100000\n");
  CHECK_FALSE(system.quota());
}

TEST_CASE("the quota of version 2 is the least of the group's and those above it") {
  System system;
  system.second("/a.slice/b.scope");
  system.file("unified/a.slice/b.scope/cpu.max", "300000 100000\n");
  CHECK(system.quota() == 3.0);
  system.file("unified/a.slice/cpu.max", "75000 50000\n");
  CHECK(system.quota() == 1.5);
  system.file("unified/a.slice/b.scope/cpu.max", "max 100000\n");
  CHECK(system.quota() == 1.5);
}

TEST_CASE("in a container the group is the top of what is mounted") {
  System system;
  system.second("/");
  system.file("unified/cpu.max", "50000 100000\n");
  CHECK(system.quota() == 0.5);
}

TEST_CASE("the quota of version 1 is that of the hierarchy with the controller of processors") {
  System system;
  system.file("cgroup", "5:memory:/docker/1\n4:cpu,cpuacct:/docker/1/inner\n0::/\n");
  system.mount("/", "memory", "cgroup", "memory");
  system.mount("/", "cpu", "cgroup", "cpu,cpuacct");
  system.file("cpu/cpu.cfs_quota_us", "-1\n");
  system.file("cpu/cpu.cfs_period_us", "100000\n");
  CHECK_FALSE(system.quota());
  system.file("cpu/docker/1/cpu.cfs_quota_us", "200000\n");
  system.file("cpu/docker/1/cpu.cfs_period_us", "100000\n");
  system.file("memory/docker/1/cpu.cfs_quota_us", "1000\n");
  CHECK(system.quota() == 2.0);
}

TEST_CASE("a mount that shows a group as its top is read from there") {
  System system;
  system.file("cgroup", "4:cpu:/docker/1/inner\n");
  system.mount("/docker/1", "cpu", "cgroup", "cpu");
  system.file("cpu/inner/cpu.cfs_quota_us", "150000\n");
  system.file("cpu/inner/cpu.cfs_period_us", "100000\n");
  CHECK(system.quota() == 1.5);
}

TEST_CASE("text that is no limit is none") {
  for (const char* text : {"", "none", "-5 100000", "0 100000", "100000 0"}) {
    CAPTURE(text);
    System system;
    system.second("/");
    system.file("unified/cpu.max", text);
    CHECK_FALSE(system.quota());
  }
}

TEST_CASE("threads follow the processors allowed, and the time that there is for them") {
  CHECK(Processors{8, 8, {}}.threads() == 8);
  CHECK(Processors{8, 3, {}}.threads() == 3);
  CHECK(Processors{8, 8, 2.0}.threads() == 2);
  CHECK(Processors{8, 8, 2.4}.threads() == 2);
  CHECK(Processors{8, 8, 2.6}.threads() == 3);
  CHECK(Processors{8, 2, 6.0}.threads() == 2);
  CHECK(Processors{8, 8, 0.2}.threads() == 1);
}

TEST_CASE("this process may use one processor at least, and no more than the machine has") {
  const Processors processors = ganode::parallel::usableProcessors();
  CHECK(processors.allowed >= 1);
  CHECK(processors.allowed <= processors.machine);
  CHECK(processors.threads() >= 1);
}
