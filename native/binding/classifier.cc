#include "binding/classifier.h"

#include <algorithm>

#include "binding/environment.h"
#include "binding/tensors.h"
#include "json.h"

namespace ganode::binding {
namespace {

ClassifierOptions toClassifierOptions(const Napi::Value& value) {
  const Napi::Object object = expectObject(value, "options");
  ClassifierOptions options;
  options.network = toNetworkOptions(object);
  const std::string optimizer = expectString(object.Get("optimizer"), "optimizer");
  options.optimizer = parseJson(optimizer, "optimizer", "INVALID_OPTION");
  if (!options.optimizer.is_object()) {
    throw Error("INVALID_OPTION",
                "Expected JSON of an object for optimizer but received " + shown(options.optimizer));
  }
  const Napi::Value shift = object.Get("shift");
  if (!shift.IsUndefined()) {
    const double pixels = shift.IsNumber() ? shift.As<Napi::Number>().DoubleValue() : -1;
    options.shift = pixels >= 0 && pixels <= 1024 ? static_cast<int64_t>(pixels) : -1;
    if (static_cast<double>(options.shift) != pixels || options.shift < 0) {
      throw Error("INVALID_OPTION", "Expected a whole number from 0 to 1024 for shift but received " +
                                        shift.ToString().Utf8Value());
    }
  }
  return options;
}

}  // namespace

Napi::Function ClassifierObject::define(Napi::Env env) {
  return DefineClass(
      env, "NativeClassifier",
      {InstanceMethod<&ClassifierObject::train>("train"),
       InstanceMethod<&ClassifierObject::classify>("classify"),
       InstanceMethod<&ClassifierObject::save>("save"), InstanceMethod<&ClassifierObject::load>("load"),
       InstanceMethod<&ClassifierObject::readTensors>("readTensors"),
       InstanceMethod<&ClassifierObject::writeTensors>("writeTensors"),
       InstanceMethod<&ClassifierObject::dispose>("dispose"),
       InstanceAccessor<&ClassifierObject::bytes>("bytes")});
}

ClassifierObject::ClassifierObject(const Napi::CallbackInfo& info) : ObjectWrap(info), owned_(info.Env()) {}

Napi::Value ClassifierObject::create(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&]() -> Napi::Value {
    const GraphSpec spec = parseGraph(expectString(info[0], "graph"));
    const ClassifierOptions options = toClassifierOptions(info[1]);
    const Napi::Object self = Environment::of(info.Env()).classifier.New({});
    return Unwrap(self)->owned_.build(
        self, [spec, options] { return std::make_unique<Classifier>(spec, options); });
  });
}

Napi::Value ClassifierObject::train(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    RunData data = toRunData(info[0], kept);
    const uint64_t ticket = owned_.worker().ticket();
    return owned_.queue(
        Value(),
        [this, ticket, data = std::move(data)](Classifier& classifier) -> Finish {
          const std::vector<double> losses =
              classifier.train(data, [&] { return owned_.worker().cancelled(ticket); });
          return [losses](Napi::Env env, const Napi::Object&) -> Napi::Value {
            auto values = Napi::Float64Array::New(env, losses.size());
            std::copy(losses.begin(), losses.end(), values.Data());
            return values;
          };
        },
        kept);
  });
}

Napi::Value ClassifierObject::classify(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const Values inputs = toTensors(info[0], "request", kept);
    const auto images = inputs.find("images");
    if (images == inputs.end())
      throw Error("INVALID_OPTION", "Expected images for request but received none");
    return owned_.queue(
        Value(),
        [images = images->second](Classifier& classifier) -> Finish {
          return [results = classifier.classify(images)](Napi::Env env, const Napi::Object&) -> Napi::Value {
            return fromTensors(env, results);
          };
        },
        kept);
  });
}

Napi::Value ClassifierObject::save(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const std::string path = expectString(info[0], "path");
    const Metadata metadata = toMetadata(info[1], "metadata");
    return owned_.queue(Value(), [path, metadata](Classifier& classifier) -> Finish {
      const uint64_t bytes = classifier.save(path, metadata);
      return [bytes](Napi::Env env, const Napi::Object&) -> Napi::Value {
        Napi::Object report = Napi::Object::New(env);
        report.Set("bytes", Napi::Number::New(env, static_cast<double>(bytes)));
        return report;
      };
    });
  });
}

Napi::Value ClassifierObject::load(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const std::string path = expectString(info[0], "path");
    return owned_.queue(Value(), [path](Classifier& classifier) -> Finish {
      Checkpoint checkpoint = classifier.load(path);
      return [checkpoint = std::move(checkpoint)](Napi::Env env, const Napi::Object&) -> Napi::Value {
        return fromCheckpoint(env, checkpoint);
      };
    });
  });
}

Napi::Value ClassifierObject::readTensors(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const auto names = toNames(info[0]);
    return owned_.queue(Value(), [names](Classifier& classifier) -> Finish {
      Values copies = copyTensors(classifier.tensors(), names);
      return [copies = std::move(copies)](Napi::Env env, const Napi::Object&) -> Napi::Value {
        return fromTensors(env, copies);
      };
    });
  });
}

Napi::Value ClassifierObject::writeTensors(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const Values values = toTensors(info[0], "tensors", kept);
    return owned_.queue(
        Value(),
        [values](Classifier& classifier) -> Finish {
          overwriteTensors(classifier.tensors(), values);
          return [](Napi::Env env, const Napi::Object&) -> Napi::Value { return env.Undefined(); };
        },
        kept);
  });
}

Napi::Value ClassifierObject::dispose(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] { return owned_.dispose(Value()); });
}

Napi::Value ClassifierObject::bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(owned_.bytes()));
}

}  // namespace ganode::binding
