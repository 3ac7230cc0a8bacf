#include "binding/metrics.h"

#include <ATen/ATen.h>

#include "binding/environment.h"
#include "device/device.h"
#include "error.h"
#include "metric/features.h"
#include "metric/frechet.h"
#include "metric/inception_score.h"
#include "metric/kernel.h"
#include "metric/manifold.h"
#include "step/latent.h"

namespace ganode::binding {
namespace {

Napi::Value number(Napi::Env env, double value) { return Napi::Number::New(env, value); }

at::Tensor toRows(const Napi::Value& value, const std::string& name, Kept& kept) {
  const Napi::Object object = expectObject(value, name);
  const int64_t count = integerOr(object, "count", 0, std::nullopt);
  const int64_t size = integerOr(object, "size", 1, std::nullopt);
  const at::Tensor data = typedView(object, "data", {at::kFloat}, "a Float32Array", kept);
  // Not their product, which may be too large for an integer.
  if (!data.defined() || data.numel() % size != 0 || data.numel() / size != count) {
    throw Error("INVALID_DATA", name + ": expected " + std::to_string(count) + "×" + std::to_string(size) +
                                    " values, got " + std::to_string(data.defined() ? data.numel() : 0));
  }
  return data.view({count, size});
}

FeatureStatistics toStatistics(const Napi::Value& value, const std::string& name, Kept& kept) {
  const Napi::Object object = expectObject(value, name);
  FeatureStatistics statistics;
  statistics.count = integerOr(object, "count", 0, std::nullopt);
  const int64_t size = integerOr(object, "size", 1, std::nullopt);
  statistics.mean = typedView(object, "mean", {at::kDouble}, "a Float64Array", kept);
  statistics.covariance = typedView(object, "covariance", {at::kDouble}, "a Float64Array", kept);
  if (!statistics.mean.defined() || statistics.mean.numel() != size || !statistics.covariance.defined() ||
      statistics.covariance.numel() != size * size) {
    throw Error("INVALID_DATA", name + ": expected a mean of " + std::to_string(size) +
                                    " values and a covariance of their square");
  }
  statistics.covariance = statistics.covariance.view({size, size});
  return statistics;
}

Napi::Value fromRows(Napi::Env env, const at::Tensor& rows) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("count", number(env, static_cast<double>(rows.size(0))));
  object.Set("size", number(env, static_cast<double>(rows.size(1))));
  object.Set("data", fromTensor(env, rows).Get("data"));
  return object;
}

Napi::Value fromSpread(Napi::Env env, const Spread& spread) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("mean", number(env, spread.mean));
  object.Set("deviation", number(env, spread.deviation));
  return object;
}

}  // namespace

MetricsThread::MetricsThread(int64_t threads) { useThreads(threads); }

Napi::Function MetricsObject::define(Napi::Env env) {
  return DefineClass(env, "NativeMetrics",
                     {InstanceMethod<&MetricsObject::statistics>("statistics"),
                      InstanceMethod<&MetricsObject::frechetDistance>("frechetDistance"),
                      InstanceMethod<&MetricsObject::frechetDistanceOfRows>("frechetDistanceOfRows"),
                      InstanceMethod<&MetricsObject::kernelDistance>("kernelDistance"),
                      InstanceMethod<&MetricsObject::inceptionScore>("inceptionScore"),
                      InstanceMethod<&MetricsObject::manifold>("manifold"),
                      InstanceMethod<&MetricsObject::dispose>("dispose")});
}

MetricsObject::MetricsObject(const Napi::CallbackInfo& info) : ObjectWrap(info), owned_(info.Env()) {}

Napi::Value MetricsObject::create(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&]() -> Napi::Value {
    const int64_t threads = integerOr(expectObject(info[0], "options"), "threads", 1, 0);
    const Napi::Object self = Environment::of(info.Env()).metrics.New({});
    return Unwrap(self)->owned_.build(self, [threads] { return std::make_unique<MetricsThread>(threads); });
  });
}

Napi::Value MetricsObject::statistics(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const at::Tensor rows = toRows(info[0], "features", kept);
    return owned_.queue(
        Value(),
        [rows](MetricsThread&) -> Finish {
          const FeatureStatistics found = featureStatistics(rows);
          return [found](Napi::Env env, const Napi::Object&) -> Napi::Value {
            Napi::Object object = Napi::Object::New(env);
            object.Set("count", number(env, static_cast<double>(found.count)));
            object.Set("size", number(env, static_cast<double>(found.mean.size(0))));
            object.Set("mean", fromTensor(env, found.mean).Get("data"));
            object.Set("covariance", fromTensor(env, found.covariance).Get("data"));
            return object;
          };
        },
        kept);
  });
}

Napi::Value MetricsObject::frechetDistance(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const FeatureStatistics a = toStatistics(info[0], "a", kept);
    const FeatureStatistics b = toStatistics(info[1], "b", kept);
    return owned_.queue(
        Value(),
        [a, b](MetricsThread&) -> Finish {
          return [distance = ganode::frechetDistance(a, b)](Napi::Env env, const Napi::Object&) {
            return number(env, distance);
          };
        },
        kept);
  });
}

Napi::Value MetricsObject::frechetDistanceOfRows(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const at::Tensor real = toRows(info[0], "real", kept);
    const at::Tensor fake = toRows(info[1], "fake", kept);
    return owned_.queue(
        Value(),
        [real, fake](MetricsThread&) -> Finish {
          return [distance = ganode::frechetDistance(real, fake)](Napi::Env env, const Napi::Object&) {
            return number(env, distance);
          };
        },
        kept);
  });
}

Napi::Value MetricsObject::kernelDistance(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const at::Tensor real = toRows(info[0], "real", kept);
    const at::Tensor fake = toRows(info[1], "fake", kept);
    const Napi::Object options = expectObject(info[2], "options");
    const int64_t subsets = integerOr(options, "subsets", 1, std::nullopt);
    const int64_t size = integerOr(options, "subsetSize", 2, std::nullopt);
    const auto seed = static_cast<uint64_t>(integerOr(options, "seed", 0, 0));
    return owned_.queue(
        Value(),
        [=](MetricsThread&) -> Finish {
          at::Generator random = makeGenerator(seed);
          const Spread spread = ganode::kernelDistance(real, fake, subsets, size, random);
          return [spread](Napi::Env env, const Napi::Object&) { return fromSpread(env, spread); };
        },
        kept);
  });
}

Napi::Value MetricsObject::inceptionScore(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const at::Tensor logits = toRows(info[0], "logits", kept);
    const int64_t splits = integerOr(expectObject(info[1], "options"), "splits", 1, std::nullopt);
    return owned_.queue(
        Value(),
        [logits, splits](MetricsThread&) -> Finish {
          const Spread spread = ganode::inceptionScore(logits, splits);
          return [spread](Napi::Env env, const Napi::Object&) { return fromSpread(env, spread); };
        },
        kept);
  });
}

Napi::Value MetricsObject::manifold(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    const at::Tensor real = toRows(info[0], "real", kept);
    const at::Tensor fake = toRows(info[1], "fake", kept);
    const Napi::Object options = expectObject(info[2], "options");
    const int64_t precision = integerOr(options, "precisionNeighbours", 1, std::nullopt);
    const int64_t density = integerOr(options, "densityNeighbours", 1, std::nullopt);
    return owned_.queue(
        Value(),
        [=](MetricsThread&) -> Finish {
          const ManifoldReport report = ganode::manifold(real, fake, precision, density);
          return [report](Napi::Env env, const Napi::Object&) -> Napi::Value {
            Napi::Object object = Napi::Object::New(env);
            object.Set("precision", number(env, report.precision));
            object.Set("recall", number(env, report.recall));
            object.Set("density", number(env, report.density));
            object.Set("coverage", number(env, report.coverage));
            return object;
          };
        },
        kept);
  });
}

Napi::Value MetricsObject::dispose(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] { return owned_.dispose(Value()); });
}

Napi::Function ExtractorObject::define(Napi::Env env) {
  return DefineClass(env, "NativeExtractor",
                     {InstanceMethod<&ExtractorObject::extract>("extract"),
                      InstanceMethod<&ExtractorObject::dispose>("dispose")});
}

ExtractorObject::ExtractorObject(const Napi::CallbackInfo& info) : ObjectWrap(info), owned_(info.Env()) {}

Napi::Value ExtractorObject::open(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&]() -> Napi::Value {
    const TorchScriptOptions options = toTorchScriptOptions(info[0]);
    const Napi::Object self = Environment::of(info.Env()).extractor.New({});
    return Unwrap(self)->owned_.build(self, [options] { return std::make_unique<TorchScript>(options); });
  });
}

Napi::Value ExtractorObject::extract(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] {
    Kept kept;
    Napi::Object holder = Napi::Object::New(info.Env());
    holder.Set("images", info[0]);
    const at::Tensor images = toTensors(holder, "request", kept).at("images");
    if (images.scalar_type() != at::kByte || images.dim() != 4 || images.size(0) < 1)
      throw Error("INVALID_DATA", "extract: expected uint8 images of the shape [n, channels, height, width]");
    return owned_.queue(
        Value(),
        [images](TorchScript& module) -> Finish {
          const TorchScript::Result result = module.extract(images);
          return [result](Napi::Env env, const Napi::Object&) -> Napi::Value {
            Napi::Object object = Napi::Object::New(env);
            object.Set("features", fromRows(env, result.features));
            if (result.logits.defined()) object.Set("logits", fromRows(env, result.logits));
            return object;
          };
        },
        kept);
  });
}

Napi::Value ExtractorObject::dispose(const Napi::CallbackInfo& info) {
  return promised(info.Env(), [&] { return owned_.dispose(Value()); });
}

}  // namespace ganode::binding
