// NativeAutoencoder of lib/native.ts.
#pragma once

#include "binding/owned.h"
#include "step/autoencoder.h"

namespace ganode::binding {

class AutoencoderObject : public Napi::ObjectWrap<AutoencoderObject> {
 public:
  static Napi::Function define(Napi::Env env);
  // Promise<NativeAutoencoder>
  static Napi::Value open(const Napi::CallbackInfo& info);

  explicit AutoencoderObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value encode(const Napi::CallbackInfo& info);
  Napi::Value decode(const Napi::CallbackInfo& info);
  Napi::Value reconstruct(const Napi::CallbackInfo& info);
  Napi::Value bound(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  Napi::Value bytes(const Napi::CallbackInfo& info);

  Owned<Autoencoder> owned_;
};

}  // namespace ganode::binding
