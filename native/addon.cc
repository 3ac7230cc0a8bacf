// What JavaScript can see; nothing else. The contract is lib/native.ts.
#include <napi.h>

#include "binding/autoencoder.h"
#include "binding/classifier.h"
#include "binding/environment.h"
#include "binding/inspect.h"
#include "binding/lock.h"
#include "binding/metrics.h"
#include "binding/network.h"
#include "binding/session.h"
#include "device/device.h"
#include "device/memory.h"

namespace {

using ganode::binding::AutoencoderObject;
using ganode::binding::ClassifierObject;
using ganode::binding::Environment;
using ganode::binding::ExtractorObject;
using ganode::binding::MetricsObject;
using ganode::binding::NetworkObject;
using ganode::binding::SessionObject;

Napi::Object init(Napi::Env env, Napi::Object exports) {
  ganode::useOwnThreads();
  ganode::keepTensorMemory();
  auto* environment = new Environment;  // freed with the environment
  environment->session = Napi::Persistent(SessionObject::define(env));
  environment->network = Napi::Persistent(NetworkObject::define(env));
  environment->autoencoder = Napi::Persistent(AutoencoderObject::define(env));
  environment->classifier = Napi::Persistent(ClassifierObject::define(env));
  environment->metrics = Napi::Persistent(MetricsObject::define(env));
  environment->extractor = Napi::Persistent(ExtractorObject::define(env));
  env.SetInstanceData(environment);
  Environment::stopAtExit(env);

  exports.Set("info", Napi::Function::New(env, ganode::binding::info));
  exports.Set("inspectGraph", Napi::Function::New(env, ganode::binding::inspectGraph));
  exports.Set("inspectProcedure", Napi::Function::New(env, ganode::binding::inspectProcedure));
  exports.Set("timeline", Napi::Function::New(env, ganode::binding::timeline));
  exports.Set("inspectCheckpoint", Napi::Function::New(env, ganode::binding::inspectCheckpoint));
  exports.Set("lockFile", Napi::Function::New(env, ganode::binding::lockFile));
  exports.Set("createSession", Napi::Function::New(env, SessionObject::create));
  exports.Set("createNetwork", Napi::Function::New(env, NetworkObject::create));
  exports.Set("openGenerator", Napi::Function::New(env, NetworkObject::open));
  exports.Set("openAutoencoder", Napi::Function::New(env, AutoencoderObject::open));
  exports.Set("createClassifier", Napi::Function::New(env, ClassifierObject::create));
  exports.Set("createMetrics", Napi::Function::New(env, MetricsObject::create));
  exports.Set("openExtractor", Napi::Function::New(env, ExtractorObject::open));
  return exports;
}

}  // namespace

NODE_API_MODULE(ganode, init)
