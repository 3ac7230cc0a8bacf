// NativeMetrics and NativeExtractor of lib/native.ts.
#pragma once

#include "binding/owned.h"
#include "metric/torchscript.h"

namespace ganode::binding {

// A thread for measuring; it holds nothing between calls.
class MetricsThread {
 public:
  static constexpr const char* kNoun = "metrics";  // for messages

  explicit MetricsThread(int64_t threads);
  uint64_t bytes() const { return 0; }
};

class MetricsObject : public Napi::ObjectWrap<MetricsObject> {
 public:
  static Napi::Function define(Napi::Env env);
  // Promise<NativeMetrics>
  static Napi::Value create(const Napi::CallbackInfo& info);

  explicit MetricsObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value statistics(const Napi::CallbackInfo& info);
  Napi::Value frechetDistance(const Napi::CallbackInfo& info);
  Napi::Value frechetDistanceOfRows(const Napi::CallbackInfo& info);
  Napi::Value kernelDistance(const Napi::CallbackInfo& info);
  Napi::Value inceptionScore(const Napi::CallbackInfo& info);
  Napi::Value manifold(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  Owned<MetricsThread> owned_;
};

class ExtractorObject : public Napi::ObjectWrap<ExtractorObject> {
 public:
  static Napi::Function define(Napi::Env env);
  // Promise<NativeExtractor>
  static Napi::Value open(const Napi::CallbackInfo& info);

  explicit ExtractorObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value extract(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  Owned<TorchScript> owned_;
};

}  // namespace ganode::binding
