// The one wording for a refusal of the file system: the native twin of `ioError` in lib/files.ts.
#pragma once

#include <string>

#include "error.h"

namespace ganode {

// "could not ACTION PATH: words", with the path, and the name of the code ("ENOSPC"), in the details.
// `reason` is an errno.
Error ioError(const std::string& action, const std::string& path, int reason);

}  // namespace ganode
