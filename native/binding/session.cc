#include "binding/session.h"

#include <chrono>

#include "binding/environment.h"
#include "binding/profile.h"
#include "binding/tensors.h"

namespace ganode::binding {
Napi::Function SessionObject::define(Napi::Env env) {
  return DefineClass(
      env, "NativeSession",
      {InstanceMethod<&SessionObject::run>("run"), InstanceMethod<&SessionObject::sample>("sample"),
       InstanceMethod<&SessionObject::save>("save"), InstanceMethod<&SessionObject::load>("load"),
       InstanceMethod<&SessionObject::transfer>("transfer"),
       InstanceMethod<&SessionObject::readTensors>("readTensors"),
       InstanceMethod<&SessionObject::writeTensors>("writeTensors"),
       InstanceMethod<&SessionObject::startProfile>("startProfile"),
       InstanceMethod<&SessionObject::takeProfile>("takeProfile"),
       InstanceMethod<&SessionObject::cancel>("cancel"), InstanceMethod<&SessionObject::dispose>("dispose"),
       InstanceAccessor<&SessionObject::bytes>("bytes")});
}

SessionObject::SessionObject(const Napi::CallbackInfo& info) : ObjectWrap(info), owned_(info.Env()) {}

Napi::Value SessionObject::create(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&]() -> Napi::Value {
    SessionOptions options = parseSessionOptions(expectString(info[0], "recipe"));
    const std::string from = info[1].IsUndefined() ? "" : expectString(info[1], "checkpoint");
    const Napi::Object self = Environment::of(info.Env()).session.New({});
    SessionObject* object = Unwrap(self);
    return object->owned_.build(self, [options = std::move(options), from] {
      return from.empty() ? std::make_unique<Session>(options) : Session::resumed(options, from);
    });
  });
}

Napi::Value SessionObject::run(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    RunData data = toRunData(info[0], kept);
    const uint64_t ticket = owned_.worker().ticket();
    return owned_.queue(
        Value(),
        [this, ticket, data = std::move(data)](Session& session) -> Finish {
          const double idle = idleBefore_ ? owned_.worker().idleSeconds() - *idleBefore_ : 0;
          const auto started = std::chrono::steady_clock::now();
          RunResult result = session.run(data, [&] { return owned_.worker().cancelled(ticket); });
          const double busy =
              std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
          idleBefore_ = owned_.worker().idleSeconds();
          return [result = std::move(result), busy, idle](Napi::Env env, const Napi::Object&) -> Napi::Value {
            return fromRun(env, result, busy, idle);
          };
        },
        kept);
  });
}

Napi::Value SessionObject::sample(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const SampleOptions options = toSampleOptions(info[0], kept);
    return owned_.queue(
        Value(),
        [options](Session& session) -> Finish {
          const at::Tensor images = session.sample(options);
          return
              [images](Napi::Env env, const Napi::Object&) -> Napi::Value { return fromTensor(env, images); };
        },
        kept);
  });
}

Napi::Value SessionObject::startProfile(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const Napi::Object request = expectObject(info[0], "request");
    const int64_t skip = integerOr(request, "skip", 0, std::nullopt);
    const int64_t steps = integerOr(request, "steps", 1, std::nullopt);
    return owned_.queue(Value(), [skip, steps](Session& session) -> Finish {
      session.startProfile(skip, steps);
      return [](Napi::Env env, const Napi::Object&) -> Napi::Value { return env.Undefined(); };
    });
  });
}

Napi::Value SessionObject::takeProfile(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    return owned_.queue(Value(), [](Session& session) -> Finish {
      profile::Profile profile = session.takeProfile();
      return [profile = std::move(profile)](Napi::Env env, const Napi::Object&) -> Napi::Value {
        return fromProfile(env, profile);
      };
    });
  });
}

Napi::Value SessionObject::save(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const std::string path = expectString(info[0], "path");
    const Metadata metadata = toMetadata(info[1], "metadata");
    return owned_.queue(Value(), [path, metadata](Session& session) -> Finish {
      const uint64_t bytes = session.save(path, metadata);
      return [bytes](Napi::Env env, const Napi::Object&) -> Napi::Value {
        Napi::Object report = Napi::Object::New(env);
        report.Set("bytes", Napi::Number::New(env, static_cast<double>(bytes)));
        return report;
      };
    });
  });
}

Napi::Value SessionObject::load(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const std::string path = expectString(info[0], "path");
    return owned_.queue(Value(), [path](Session& session) -> Finish {
      Checkpoint checkpoint = session.load(path);
      return [checkpoint = std::move(checkpoint)](Napi::Env env, const Napi::Object&) -> Napi::Value {
        return fromCheckpoint(env, checkpoint);
      };
    });
  });
}

Napi::Value SessionObject::transfer(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const std::string path = expectString(info[0], "path");
    return owned_.queue(Value(), [path](Session& session) -> Finish {
      TransferReport report = session.transfer(path);
      return [report = std::move(report)](Napi::Env env, const Napi::Object&) -> Napi::Value {
        return fromTransfer(env, report);
      };
    });
  });
}

Napi::Value SessionObject::readTensors(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    const auto names = toNames(info[0]);
    return owned_.queue(Value(), [names](Session& session) -> Finish {
      Values copies = copyTensors(session.tensors(), names);
      return [copies = std::move(copies)](Napi::Env env, const Napi::Object&) -> Napi::Value {
        return fromTensors(env, copies);
      };
    });
  });
}

Napi::Value SessionObject::writeTensors(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const Values values = toTensors(info[0], "tensors", kept);
    return owned_.queue(
        Value(),
        [values](Session& session) -> Finish {
          overwriteTensors(session.tensors(), values);
          return [](Napi::Env env, const Napi::Object&) -> Napi::Value { return env.Undefined(); };
        },
        kept);
  });
}

Napi::Value SessionObject::cancel(const Napi::CallbackInfo& info) {
  owned_.worker().cancel();
  return info.Env().Undefined();
}

Napi::Value SessionObject::dispose(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] { return owned_.dispose(Value()); });
}

Napi::Value SessionObject::bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(owned_.bytes()));
}

}  // namespace ganode::binding
