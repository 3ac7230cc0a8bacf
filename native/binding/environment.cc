#include "binding/environment.h"

#include "binding/worker.h"

namespace ganode::binding {
namespace {

void stopAll(const Napi::CallbackInfo& info) {
  const std::set<Worker*>& workers = Environment::of(info.Env()).workers;
  for (Worker* worker : workers) worker->cancel();
  for (Worker* worker : workers) worker->stop();
}

}  // namespace

void Environment::stopAtExit(Napi::Env env) {
  const auto process = env.Global().Get("process").As<Napi::Object>();
  const auto on = process.Get("on").As<Napi::Function>();
  on.Call(process, {Napi::String::New(env, "exit"), Napi::Function::New(env, stopAll)});
}

}  // namespace ganode::binding
