// NativeSession of lib/native.ts.
#pragma once

#include <optional>

#include "binding/owned.h"
#include "step/session.h"

namespace ganode::binding {

class SessionObject : public Napi::ObjectWrap<SessionObject> {
 public:
  static Napi::Function define(Napi::Env env);
  // Promise<NativeSession>
  static Napi::Value create(const Napi::CallbackInfo& info);

  explicit SessionObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value startProfile(const Napi::CallbackInfo& info);
  Napi::Value takeProfile(const Napi::CallbackInfo& info);
  Napi::Value sample(const Napi::CallbackInfo& info);
  Napi::Value save(const Napi::CallbackInfo& info);
  Napi::Value load(const Napi::CallbackInfo& info);
  Napi::Value transfer(const Napi::CallbackInfo& info);
  Napi::Value readTensors(const Napi::CallbackInfo& info);
  Napi::Value writeTensors(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  Napi::Value bytes(const Napi::CallbackInfo& info);

  std::optional<double> idleBefore_;  // of the thread, when the last run ended; on that thread only
  Owned<Session> owned_;              // last: its thread ends before the rest goes
};

}  // namespace ganode::binding
