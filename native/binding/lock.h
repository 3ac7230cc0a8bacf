// lockFile of lib/native.ts.
#pragma once

#include <napi.h>

namespace ganode::binding {

Napi::Value lockFile(const Napi::CallbackInfo& info);

}  // namespace ganode::binding
