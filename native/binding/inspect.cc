#include "binding/inspect.h"

#include <ATen/ATen.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <string>

#include "binding/convert.h"
#include "binding/owned.h"
#include "device/device.h"
#include "device/recorder.h"
#include "parallel/imports.h"
#include "parallel/processors.h"
#include "procedure/inspect.h"
#include "step/options.h"

namespace ganode::binding {
namespace {

// ATen tells its version only in the text of its configuration: "…, TORCH_VERSION=2.13.0, …".
std::string loadedVersion() {
  const std::string text = at::show_config();
  const std::string key = "TORCH_VERSION=";
  const size_t start = text.find(key);
  if (start == std::string::npos) return "unknown";
  const size_t from = start + key.size();
  return text.substr(from, text.find_first_of(", \n", from) - from);
}

std::string pathOfLibtorch() { return parallel::libraryOf(reinterpret_cast<const void*>(&at::show_config)); }

// Reads a file on libuv's pool: no tensor is computed with, so no OpenMP pool is made there.
class Inspection : public Napi::AsyncWorker {
 public:
  Inspection(Napi::Env env, std::string path)
      : Napi::AsyncWorker(env, "ganode"),
        path_(std::move(path)),
        deferred_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

  void Execute() override {
    try {
      checkpoint_ = readSafetensors(path_, /*headerOnly=*/true);
    } catch (...) {
      thrown_ = std::current_exception();
    }
  }

  void OnOK() override {
    if (thrown_) {
      deferred_.Reject(toJavaScript(Env(), thrown_).Value());
    } else {
      deferred_.Resolve(fromCheckpoint(Env(), checkpoint_));
    }
  }

 private:
  std::string path_;
  Napi::Promise::Deferred deferred_;
  Checkpoint checkpoint_;
  std::exception_ptr thrown_;
};

}  // namespace

Napi::Value info(const Napi::CallbackInfo& callback) {
  const Napi::Env env = callback.Env();
  return guarded(env, [&]() -> Napi::Value {
    Napi::Object result = Napi::Object::New(env);
    result.Set("ganode", GANODE_VERSION);
    result.Set("libtorchBuilt", TORCH_VERSION);
    result.Set("libtorchLoaded", loadedVersion());
    result.Set("libtorchPath", pathOfLibtorch());
    result.Set("cpuCapability", at::get_cpu_capability());
    result.Set("bf16", Napi::Boolean::New(env, cpuHasBfloat16()));
    result.Set("threads", Napi::Number::New(env, static_cast<double>(defaultThreads())));
    result.Set("threadRuntime", threadRuntime());
    const parallel::Processors usable = parallel::usableProcessors();
    Napi::Object processors = Napi::Object::New(env);
    processors.Set("machine", static_cast<double>(usable.machine));
    processors.Set("allowed", static_cast<double>(usable.allowed));
    if (usable.quota) processors.Set("quota", *usable.quota);
    result.Set("processors", processors);
    Napi::Object cuda = Napi::Object::New(env);
    const Cuda found = findCuda();
    cuda.Set("built", Napi::Boolean::New(env, found.built));
    cuda.Set("available", Napi::Boolean::New(env, found.devices > 0));
    cuda.Set("devices", Napi::Number::New(env, found.devices));
    if (found.devices > 0) cuda.Set("whyNotRecorded", whyNotRecorded(at::kCUDA));
    result.Set("cuda", cuda);
#if defined(__clang__)
    const std::string compiler = "clang " __clang_version__;
#else
    const std::string compiler = "gcc " __VERSION__;
#endif
    result.Set("compiler", compiler + ", C++20");
    return result;
  });
}

Napi::Value inspectGraph(const Napi::CallbackInfo& callback) {
  return guarded(callback.Env(), [&]() -> Napi::Value {
    return fromGraph(callback.Env(), Graph(parseGraph(expectString(callback[0], "graph"))));
  });
}

Napi::Value inspectProcedure(const Napi::CallbackInfo& callback) {
  const Napi::Env env = callback.Env();
  return guarded(env, [&]() -> Napi::Value {
    const ProcedureReport report = ganode::inspectProcedure(expectString(callback[0], "recipe"));
    Napi::Object result = Napi::Object::New(env);
    result.Set("plan", report.plan);
    result.Set("largestValue", report.largestValue);
    result.Set("multiplyAdds", report.multiplyAdds);
    return result;
  });
}

Napi::Value timeline(const Napi::CallbackInfo& callback) {
  const Napi::Env env = callback.Env();
  return guarded(env, [&]() -> Napi::Value {
    const Timeline timeline = parseTimeline(expectString(callback[0], "recipe"));
    Napi::Array result = Napi::Array::New(env);
    for (const Timeline::Stage& stage : timeline.stages()) {
      Napi::Object one = Napi::Object::New(env);
      one.Set("firstStep", static_cast<double>(stage.firstStep));
      one.Set("firstImages", stage.firstImages);
      one.Set("batch", static_cast<double>(stage.batch));
      one.Set("imagesPerStep", static_cast<double>(stage.imagesPerStep));
      result.Set(result.Length(), one);
    }
    return result;
  });
}

Napi::Value inspectCheckpoint(const Napi::CallbackInfo& callback) {
  return promised(callback.Env(), [&]() -> Napi::Value {
    auto* inspection = new Inspection(callback.Env(), expectString(callback[0], "path"));  // frees itself
    const Napi::Promise promise = inspection->promise();
    inspection->Queue();
    return promise;
  });
}

}  // namespace ganode::binding
