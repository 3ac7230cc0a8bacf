// The pretended device, made to compute: in the CPU's memory and with its operators, but libtorch takes it
// for another device. So tests find out without a GPU what would go wrong on one because of where tensors
// are, what waits for the device, and whether the steps of a work are the same each time. While a work is
// recorded, what operators do is left on `Pretended::tape`; as with CUDA, nothing may be copied to or from
// the host then.
#pragma once

#include <string>

#include "pretended_device.h"

// Under this name a session takes it.
inline const std::string kComputing = "privateuseone";
