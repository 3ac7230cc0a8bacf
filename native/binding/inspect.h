// What needs no session: versions, shape inference, the header of a checkpoint.
#pragma once

#include <napi.h>

namespace ganode::binding {

Napi::Value info(const Napi::CallbackInfo& info);
Napi::Value inspectGraph(const Napi::CallbackInfo& info);
Napi::Value inspectProcedure(const Napi::CallbackInfo& info);
Napi::Value timeline(const Napi::CallbackInfo& info);
// Promise<CheckpointReport>
Napi::Value inspectCheckpoint(const Napi::CallbackInfo& info);

}  // namespace ganode::binding
