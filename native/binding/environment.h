// State of the addon in one environment: worker threads load it too, each with its own.
#pragma once

#include <napi.h>

#include <set>

namespace ganode::binding {

class Worker;

struct Environment {
  Napi::FunctionReference session;
  Napi::FunctionReference network;
  Napi::FunctionReference autoencoder;
  Napi::FunctionReference classifier;
  Napi::FunctionReference metrics;
  Napi::FunctionReference extractor;
  // Those whose threads may be at work.
  std::set<Worker*> workers;

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  // Stops all workers when the process, or the worker thread, is about to exit. `process.exit` runs no
  // environment's clean-up hooks; and C's exit handlers come too late, since libtorch makes static objects as
  // it goes, whose destructors then run first, under a thread that is still at work.
  static void stopAtExit(Napi::Env env);
};

}  // namespace ganode::binding
