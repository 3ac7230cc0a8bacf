#include "binding/lock.h"

#include <memory>

#include "binding/convert.h"
#include "binding/worker.h"
#include "checkpoint/file_lock.h"

namespace ganode::binding {
namespace {

const char* nameOf(FileLock::State state) {
  switch (state) {
    case FileLock::State::Held:
      return "held";
    case FileLock::State::Taken:
      return "taken";
    default:
      return "unavailable";
  }
}

}  // namespace

Napi::Value lockFile(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const auto lock = std::make_shared<FileLock>(expectString(info[0], "path"));
    Napi::Object result = Napi::Object::New(env);
    result.Set("state", nameOf(lock->state()));
    if (lock->holder() > 0) result.Set("holder", static_cast<double>(lock->holder()));
    // The function owns the lock: where it is dropped, so is the lock.
    result.Set("release", Napi::Function::New(env, [lock](const Napi::CallbackInfo& call) -> Napi::Value {
                 lock->release();
                 return call.Env().Undefined();
               }));
    return result;
  });
}

}  // namespace ganode::binding
