#include "binding/network.h"

#include "binding/environment.h"
#include "binding/tensors.h"

namespace ganode::binding {

Napi::Function NetworkObject::define(Napi::Env env) {
  return DefineClass(
      env, "NativeNetwork",
      {InstanceMethod<&NetworkObject::forward>("forward"), InstanceMethod<&NetworkObject::sample>("sample"),
       InstanceMethod<&NetworkObject::drawLatents>("drawLatents"),
       InstanceMethod<&NetworkObject::readTensors>("readTensors"),
       InstanceMethod<&NetworkObject::writeTensors>("writeTensors"),
       InstanceMethod<&NetworkObject::dispose>("dispose"), InstanceAccessor<&NetworkObject::bytes>("bytes")});
}

NetworkObject::NetworkObject(const Napi::CallbackInfo& info) : ObjectWrap(info), owned_(info.Env()) {}

Napi::Value NetworkObject::start(Napi::Env env, std::function<std::unique_ptr<Network>()> make) {
  const Napi::Object self = Environment::of(env).network.New({});
  return Unwrap(self)->owned_.build(self, std::move(make));
}

Napi::Value NetworkObject::create(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const GraphSpec spec = parseGraph(expectString(info[0], "graph"));
    const NetworkOptions options = toNetworkOptions(info[1]);
    return start(info.Env(), [spec, options] { return std::make_unique<Network>(spec, options); });
  });
}

Napi::Value NetworkObject::open(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const std::string path = expectString(info[0], "path");
    const NetworkOptions options = toNetworkOptions(info[1]);
    return start(info.Env(),
                 [path, options] { return std::make_unique<Network>(Network::open(path, options)); });
  });
}

Napi::Value NetworkObject::forward(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const Napi::Object request = expectObject(info[0], "request");
    const Values inputs = toTensors(request.Get("inputs"), "inputs", kept);
    const Values cotangents = toTensors(request.Get("cotangents"), "cotangents", kept);
    const bool training = request.Get("training").ToBoolean();
    return owned_.queue(
        Value(),
        [inputs, cotangents, training](Network& network) -> Finish {
          const Network::Result result = network.forward(inputs, training, cotangents);
          const auto copies = [](const Values& values) {
            return copyTensors(NamedTensors(values.begin(), values.end()), std::nullopt);
          };
          return [outputs = copies(result.outputs), gradients = copies(result.gradients),
                  wanted = !cotangents.empty()](Napi::Env env, const Napi::Object&) -> Napi::Value {
            Napi::Object report = Napi::Object::New(env);
            report.Set("outputs", fromTensors(env, outputs));
            if (wanted) report.Set("gradients", fromTensors(env, gradients));
            return report;
          };
        },
        kept);
  });
}

Napi::Value NetworkObject::sample(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const SampleOptions options = toSampleOptions(info[0], kept);
    return owned_.queue(
        Value(),
        [options](Network& network) -> Finish {
          const at::Tensor images = network.sample(options);
          return
              [images](Napi::Env env, const Napi::Object&) -> Napi::Value { return fromTensor(env, images); };
        },
        kept);
  });
}

Napi::Value NetworkObject::drawLatents(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const SampleOptions options = toSampleOptions(info[0], kept);
    return owned_.queue(
        Value(),
        [options](Network& network) -> Finish {
          const at::Tensor latents = network.drawLatents(options);
          return [latents](Napi::Env env, const Napi::Object&) -> Napi::Value {
            return fromTensor(env, latents).Get("data");
          };
        },
        kept);
  });
}

Napi::Value NetworkObject::readTensors(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const auto names = toNames(info[0]);
    return owned_.queue(Value(), [names](Network& network) -> Finish {
      Values copies = copyTensors(network.tensors(), names);
      return [copies = std::move(copies)](Napi::Env env, const Napi::Object&) -> Napi::Value {
        return fromTensors(env, copies);
      };
    });
  });
}

Napi::Value NetworkObject::writeTensors(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const Values values = toTensors(info[0], "tensors", kept);
    return owned_.queue(
        Value(),
        [values](Network& network) -> Finish {
          overwriteTensors(network.tensors(), values);
          return [](Napi::Env env, const Napi::Object&) -> Napi::Value { return env.Undefined(); };
        },
        kept);
  });
}

Napi::Value NetworkObject::dispose(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] { return owned_.dispose(Value()); });
}

Napi::Value NetworkObject::bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(owned_.bytes()));
}

}  // namespace ganode::binding
