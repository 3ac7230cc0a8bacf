// Memory that ran out, in whatever words libtorch and the C++ library say it.
#pragma once

#include <exception>
#include <optional>

#include "error.h"

namespace ganode {

// What was thrown as Error("MEMORY"), with how much was asked for where that is known (`bytes` of the
// details); nothing where it is about something else.
std::optional<Error> outOfMemory(const std::exception& thrown);

// Throws that Error, where it is one.
void throwIfOutOfMemory(const std::exception& thrown);

}  // namespace ganode
