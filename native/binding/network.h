// NativeNetwork of lib/native.ts.
#pragma once

#include "binding/owned.h"
#include "step/network.h"

namespace ganode::binding {

class NetworkObject : public Napi::ObjectWrap<NetworkObject> {
 public:
  static Napi::Function define(Napi::Env env);
  // Promise<NativeNetwork>
  static Napi::Value create(const Napi::CallbackInfo& info);
  static Napi::Value open(const Napi::CallbackInfo& info);

  explicit NetworkObject(const Napi::CallbackInfo& info);

 private:
  static Napi::Value start(Napi::Env env, std::function<std::unique_ptr<Network>()> make);
  Napi::Value forward(const Napi::CallbackInfo& info);
  Napi::Value sample(const Napi::CallbackInfo& info);
  Napi::Value drawLatents(const Napi::CallbackInfo& info);
  Napi::Value readTensors(const Napi::CallbackInfo& info);
  Napi::Value writeTensors(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  Napi::Value bytes(const Napi::CallbackInfo& info);

  Owned<Network> owned_;
};

}  // namespace ganode::binding
