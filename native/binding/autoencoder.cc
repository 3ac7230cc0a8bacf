#include "binding/autoencoder.h"

#include "binding/environment.h"
#include "binding/tensors.h"

namespace ganode::binding {
namespace {

EncodeOptions toEncodeOptions(const Napi::Value& value, Kept& kept) {
  const Napi::Object request = expectObject(value, "request");
  Napi::Object one = Napi::Object::New(value.Env());
  one.Set("images", request.Get("images"));
  EncodeOptions options;
  options.images = toTensors(one, "request", kept)["images"];
  if (options.images.scalar_type() != at::kByte && options.images.scalar_type() != at::kFloat)
    throw Error("INVALID_OPTION", "Expected a Uint8Array or Float32Array for images.data");
  const Napi::Value draw = request.Get("draw");
  options.mean = draw.IsUndefined() || !draw.ToBoolean();
  options.seed = static_cast<uint64_t>(integerOr(request, "seed", 0, 0));
  options.samples = integerOr(request, "samples", 1, 1);
  options.batch = integerOr(request, "batch", 1, 64);
  return options;
}

}  // namespace

Napi::Function AutoencoderObject::define(Napi::Env env) {
  return DefineClass(env, "NativeAutoencoder",
                     {InstanceMethod<&AutoencoderObject::encode>("encode"),
                      InstanceMethod<&AutoencoderObject::decode>("decode"),
                      InstanceMethod<&AutoencoderObject::reconstruct>("reconstruct"),
                      InstanceMethod<&AutoencoderObject::bound>("bound"),
                      InstanceMethod<&AutoencoderObject::dispose>("dispose"),
                      InstanceAccessor<&AutoencoderObject::bytes>("bytes")});
}

AutoencoderObject::AutoencoderObject(const Napi::CallbackInfo& info) : ObjectWrap(info), owned_(info.Env()) {}

Napi::Value AutoencoderObject::open(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&]() -> Napi::Value {
    const std::string path = expectString(info[0], "path");
    const NetworkOptions options = toNetworkOptions(info[1]);
    const Napi::Object self = Environment::of(info.Env()).autoencoder.New({});
    return Unwrap(self)->owned_.build(
        self, [path, options] { return std::make_unique<Autoencoder>(Autoencoder::open(path, options)); });
  });
}

Napi::Value AutoencoderObject::encode(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const EncodeOptions options = toEncodeOptions(info[0], kept);
    return owned_.queue(
        Value(),
        [options](Autoencoder& autoencoder) -> Finish {
          const at::Tensor codes = autoencoder.encode(options);
          return
              [codes](Napi::Env env, const Napi::Object&) -> Napi::Value { return fromTensor(env, codes); };
        },
        kept);
  });
}

Napi::Value AutoencoderObject::decode(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const SampleOptions options = toSampleOptions(info[0], kept);
    return owned_.queue(
        Value(),
        [options](Autoencoder& autoencoder) -> Finish {
          const at::Tensor images = autoencoder.decode(options);
          return
              [images](Napi::Env env, const Napi::Object&) -> Napi::Value { return fromTensor(env, images); };
        },
        kept);
  });
}

Napi::Value AutoencoderObject::reconstruct(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const EncodeOptions options = toEncodeOptions(info[0], kept);
    const bool uint8 = options.images.scalar_type() == at::kByte;
    return owned_.queue(
        Value(),
        [options, uint8](Autoencoder& autoencoder) -> Finish {
          const at::Tensor images = autoencoder.reconstruct(options, uint8);
          return
              [images](Napi::Env env, const Napi::Object&) -> Napi::Value { return fromTensor(env, images); };
        },
        kept);
  });
}

Napi::Value AutoencoderObject::bound(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const EncodeOptions options = toEncodeOptions(info[0], kept);
    return owned_.queue(
        Value(),
        [options](Autoencoder& autoencoder) -> Finish {
          const Bound found = autoencoder.bound(options);
          return [found](Napi::Env env, const Napi::Object&) -> Napi::Value {
            Values terms = {{"reconstruction", found.reconstruction}, {"squaredError", found.squaredError}};
            if (found.kl.defined()) terms["kl"] = found.kl;
            return fromTensors(env, terms);
          };
        },
        kept);
  });
}

Napi::Value AutoencoderObject::dispose(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] { return owned_.dispose(Value()); });
}

Napi::Value AutoencoderObject::bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(owned_.bytes()));
}

}  // namespace ganode::binding
