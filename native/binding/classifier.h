// NativeClassifier of lib/native.ts.
#pragma once

#include "binding/owned.h"
#include "step/classifier.h"

namespace ganode::binding {

class ClassifierObject : public Napi::ObjectWrap<ClassifierObject> {
 public:
  static Napi::Function define(Napi::Env env);
  // Promise<NativeClassifier>
  static Napi::Value create(const Napi::CallbackInfo& info);

  explicit ClassifierObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value train(const Napi::CallbackInfo& info);
  Napi::Value classify(const Napi::CallbackInfo& info);
  Napi::Value save(const Napi::CallbackInfo& info);
  Napi::Value load(const Napi::CallbackInfo& info);
  Napi::Value readTensors(const Napi::CallbackInfo& info);
  Napi::Value writeTensors(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  Napi::Value bytes(const Napi::CallbackInfo& info);

  Owned<Classifier> owned_;
};

}  // namespace ganode::binding
