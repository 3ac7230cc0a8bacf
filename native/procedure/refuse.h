// How what is wrong with a procedure is told.
#pragma once

#include <string>

#include "error.h"

namespace ganode {

// Throws Error("INVALID_OPTION").
[[noreturn]] inline void refuseProcedure(const std::string& message) {
  throw Error("INVALID_OPTION", "procedure: " + message);
}

}  // namespace ganode
