// State of the addon in one environment: worker threads load it too, each with its own.
#pragma once

#include <napi.h>

namespace ganode::binding {

struct Classes {
  Napi::FunctionReference session;
  Napi::FunctionReference network;

  static Classes& of(Napi::Env env) { return *env.GetInstanceData<Classes>(); }
};

}  // namespace ganode::binding
