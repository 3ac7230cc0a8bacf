// The device on which tests of devices run.
#pragma once

#include <cstdlib>
#include <string>

#include "computing_device.h"

namespace ganode::test {

// GANODE_TEST_DEVICE, a name as recipes have it ('cuda'), or else the pretended device that computes.
inline std::string deviceName() {
  const char* chosen = std::getenv("GANODE_TEST_DEVICE");
  return chosen ? chosen : kComputing;
}

}  // namespace ganode::test
