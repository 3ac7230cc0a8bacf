// What JavaScript can see; nothing else. The contract is lib/native.ts.
#include <napi.h>

#include "binding/environment.h"
#include "binding/inspect.h"
#include "binding/network.h"
#include "binding/session.h"

namespace {

using ganode::binding::Environment;
using ganode::binding::NetworkObject;
using ganode::binding::SessionObject;

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment;  // freed with the environment
  environment->session = Napi::Persistent(SessionObject::define(env));
  environment->network = Napi::Persistent(NetworkObject::define(env));
  env.SetInstanceData(environment);
  Environment::stopAtExit(env);

  exports.Set("info", Napi::Function::New(env, ganode::binding::info));
  exports.Set("inspectGraph", Napi::Function::New(env, ganode::binding::inspectGraph));
  exports.Set("inspectCheckpoint", Napi::Function::New(env, ganode::binding::inspectCheckpoint));
  exports.Set("createSession", Napi::Function::New(env, SessionObject::create));
  exports.Set("createNetwork", Napi::Function::New(env, NetworkObject::create));
  exports.Set("openGenerator", Napi::Function::New(env, NetworkObject::open));
  return exports;
}

}  // namespace

NODE_API_MODULE(ganode, init)
