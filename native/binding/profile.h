// What was recorded of steps, as ProfileRecording of lib/native.ts.
#pragma once

#include <napi.h>

#include "profile/profiler.h"

namespace ganode::binding {

Napi::Object fromProfile(Napi::Env env, const profile::Profile& profile);

}  // namespace ganode::binding
