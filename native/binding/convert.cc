#include "binding/convert.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstring>

#include "error.h"

namespace ganode::binding {
namespace {

constexpr double kMostInteger = 9007199254740991;
constexpr uint32_t kMostDims = 16;

// A value in a few words; the text of an object would be "[object Object]", and a symbol has none.
std::string described(const Napi::Value& value) {
  if (value.IsUndefined()) return "undefined";
  if (value.IsFunction()) return "a function";
  if (value.IsSymbol()) return "a symbol";
  if (value.IsTypedArray()) {
    const auto array = value.As<Napi::TypedArray>();
    return array.Get("constructor").ToObject().Get("name").ToString().Utf8Value() + " of " +
           std::to_string(array.ElementLength()) + " values";
  }
  if (value.IsArray()) return "a list of " + std::to_string(value.As<Napi::Array>().Length());
  if (value.IsObject()) return "an object";
  const std::string text = value.ToString().Utf8Value();
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

[[noreturn]] void fail(const std::string& name, const std::string& expected, const Napi::Value& got) {
  throw Error("INVALID_OPTION", "Expected " + expected + " for " + name + " but received " + described(got));
}

bool isAbsent(const Napi::Value& value) { return value.IsUndefined() || value.IsNull(); }

bool booleanOr(const Napi::Object& object, const char* key, bool otherwise) {
  const Napi::Value value = object.Get(key);
  if (isAbsent(value)) return otherwise;
  if (!value.IsBoolean()) fail(key, "true or false", value);
  return value.As<Napi::Boolean>().Value();
}

std::string stringOr(const Napi::Object& object, const char* key, const std::string& otherwise) {
  const Napi::Value value = object.Get(key);
  return isAbsent(value) ? otherwise : expectString(value, key);
}

at::ScalarType typeOf(const Napi::TypedArray& array, const std::string& name) {
  switch (array.TypedArrayType()) {
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return at::kByte;
    case napi_int32_array:
      return at::kInt;
    case napi_bigint64_array:
      return at::kLong;
    case napi_float32_array:
      return at::kFloat;
    case napi_float64_array:
      return at::kDouble;
    default:
      fail(name, "a Uint8Array, Int32Array, BigInt64Array, Float32Array or Float64Array", array);
  }
}

// A flat tensor over the array's own memory.
at::Tensor viewOf(const Napi::Value& value, const std::string& name, Kept& kept) {
  if (!value.IsTypedArray()) fail(name, "a typed array", value);
  const auto array = value.As<Napi::TypedArray>();
  const at::ScalarType type = typeOf(array, name);
  void* data = nullptr;
  size_t length = 0;
  napi_get_typedarray_info(value.Env(), value, nullptr, &length, &data, nullptr, nullptr);
  kept.push_back(value);
  if (length == 0) return at::empty({0}, at::TensorOptions().dtype(type));
  return at::from_blob(data, {static_cast<int64_t>(length)}, at::TensorOptions().dtype(type));
}

Napi::TypedArray copyOut(Napi::Env env, const at::Tensor& tensor) {
  const auto length = static_cast<size_t>(tensor.numel());
  const auto filled = [&](auto array) {
    if (length > 0) std::memcpy(array.Data(), tensor.const_data_ptr(), tensor.nbytes());
    return Napi::TypedArray(env, array);
  };
  switch (tensor.scalar_type()) {
    case at::kByte:
      return filled(Napi::Uint8Array::New(env, length));
    case at::kInt:
      return filled(Napi::Int32Array::New(env, length));
    case at::kLong:
      return filled(Napi::BigInt64Array::New(env, length));
    case at::kDouble:
      return filled(Napi::Float64Array::New(env, length));
    default:
      return filled(Napi::Float32Array::New(env, length));
  }
}

double pairMember(const Napi::Value& pair, uint32_t index, const char* name) {
  if (!pair.IsArray() || pair.As<Napi::Array>().Length() != 2) fail(name, "two numbers", pair);
  const Napi::Value value = pair.As<Napi::Array>().Get(index);
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!std::isfinite(number)) fail(name, "two numbers", pair);
  return number;
}

}  // namespace

int64_t integerOr(const Napi::Object& object, const char* key, int64_t least,
                  std::optional<int64_t> otherwise) {
  const Napi::Value value = object.Get(key);
  if (otherwise && isAbsent(value)) return *otherwise;
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(number >= static_cast<double>(least) && number <= kMostInteger && number == std::floor(number))) {
    fail(key, "a whole number from " + std::to_string(least), value);
  }
  return static_cast<int64_t>(number);
}

at::Tensor typedView(const Napi::Object& object, const char* key, std::initializer_list<at::ScalarType> types,
                     const std::string& expected, Kept& kept) {
  const Napi::Value value = object.Get(key);
  if (isAbsent(value)) return {};
  const at::Tensor view = viewOf(value, key, kept);
  for (const at::ScalarType type : types) {
    if (view.scalar_type() == type) return view;
  }
  fail(key, expected, value);
}

Napi::Object expectObject(const Napi::Value& value, const std::string& name) {
  if (!value.IsObject() || value.IsArray() || value.IsFunction()) fail(name, "an object", value);
  return value.As<Napi::Object>();
}

std::string expectString(const Napi::Value& value, const std::string& name) {
  if (!value.IsString()) fail(name, "a string", value);
  return value.As<Napi::String>().Utf8Value();
}

RunData toRunData(const Napi::Value& value, Kept& kept) {
  const Napi::Object request = expectObject(value, "request");
  RunData data;
  data.steps = integerOr(request, "steps", 0, std::nullopt);
  data.images = typedView(request, "images", {at::kByte, at::kFloat}, "a Uint8Array or Float32Array", kept);
  if (!data.images.defined()) fail("images", "a Uint8Array or Float32Array", request.Get("images"));
  data.labels = typedView(request, "labels", {at::kInt}, "an Int32Array", kept);
  data.latents = typedView(request, "latents", {at::kFloat}, "a Float32Array", kept);
  return data;
}

SampleOptions toSampleOptions(const Napi::Value& value, Kept& kept) {
  const Napi::Object request = expectObject(value, "request");
  SampleOptions options;
  options.latents = typedView(request, "latents", {at::kFloat}, "a Float32Array", kept);
  options.count = integerOr(request, "count", 0, 0);
  if (options.latents.defined() == (options.count > 0))
    fail("count", "one of count (1 or more) and latents", request.Get("count"));
  options.labels = typedView(request, "labels", {at::kInt}, "an Int32Array", kept);
  if (options.labels.defined()) options.labels = options.labels.to(at::kLong);
  options.seed = static_cast<uint64_t>(integerOr(request, "seed", 0, 0));
  options.batch = integerOr(request, "batch", 1, 64);
  options.name = stringOr(request, "name", "");
  if (!isAbsent(request.Get("expert"))) options.expert = integerOr(request, "expert", 0, std::nullopt);
  options.ema = booleanOr(request, "ema", true);
  const std::string output = stringOr(request, "output", "uint8");
  if (output != "uint8" && output != "float32") fail("output", "'uint8' or 'float32'", request.Get("output"));
  options.uint8 = output == "uint8";
  const Napi::Value truncation = request.Get("truncation");
  if (!isAbsent(truncation)) {
    const double number = truncation.IsNumber() ? truncation.As<Napi::Number>().DoubleValue() : NAN;
    if (!(number > 0 && number <= 1)) fail("truncation", "a number above 0 and up to 1", truncation);
    options.truncation = number;
  }
  return options;
}

NetworkOptions toNetworkOptions(const Napi::Value& value) {
  NetworkOptions options;
  if (isAbsent(value)) return options;
  const Napi::Object object = expectObject(value, "options");
  options.seed = static_cast<uint64_t>(integerOr(object, "seed", 0, 0));
  options.threads = integerOr(object, "threads", 1, 0);
  const std::string dtype = stringOr(object, "dtype", "float32");
  if (dtype != "float32" && dtype != "float64") fail("dtype", "'float32' or 'float64'", object.Get("dtype"));
  options.dtype = dtype == "float64" ? at::kDouble : at::kFloat;
  options.precision = stringOr(object, "precision", "fp32");
  options.device = stringOr(object, "device", "cpu");
  const std::string distribution = stringOr(object, "latentDistribution", "normal");
  if (distribution != "normal" && distribution != "uniform") {
    fail("latentDistribution", "'normal' or 'uniform'", object.Get("latentDistribution"));
  }
  options.uniformLatents = distribution == "uniform";
  options.ema = booleanOr(object, "ema", true);
  options.standingStatistics = integerOr(object, "standingStatistics", 0, 0);
  return options;
}

TorchScriptOptions toTorchScriptOptions(const Napi::Value& value) {
  const Napi::Object object = expectObject(value, "options");
  TorchScriptOptions options;
  options.path = expectString(object.Get("path"), "path");
  const std::string input = stringOr(object, "input", "float");
  if (input != "uint8" && input != "float") fail("input", "'uint8' or 'float'", object.Get("input"));
  options.bytes = input == "uint8";
  if (const Napi::Value range = object.Get("range"); !isAbsent(range)) {
    options.low = pairMember(range, 0, "range");
    options.high = pairMember(range, 1, "range");
  }
  if (const Napi::Value size = object.Get("size"); !isAbsent(size)) {
    const auto side = [&](uint32_t index) { return static_cast<int64_t>(pairMember(size, index, "size")); };
    options.size = {side(0), side(1)};
    if (side(0) < 1 || side(1) < 1) fail("size", "two whole numbers from 1", size);
  }
  options.channels = integerOr(object, "channels", 1, 3);
  options.threads = integerOr(object, "threads", 1, 0);
  return options;
}

Metadata toMetadata(const Napi::Value& value, const std::string& name) {
  Metadata metadata;
  if (isAbsent(value)) return metadata;
  const Napi::Object object = expectObject(value, name);
  const Napi::Array keys = object.GetPropertyNames();
  for (uint32_t i = 0; i < keys.Length(); ++i) {
    const std::string key = keys.Get(i).ToString().Utf8Value();
    metadata[key] = expectString(object.Get(key), name + "." + key);
  }
  return metadata;
}

Values toTensors(const Napi::Value& value, const std::string& name, Kept& kept) {
  Values tensors;
  if (isAbsent(value)) return tensors;
  const Napi::Object object = expectObject(value, name);
  const Napi::Array keys = object.GetPropertyNames();
  for (uint32_t i = 0; i < keys.Length(); ++i) {
    const std::string key = keys.Get(i).ToString().Utf8Value();
    const std::string where = name + "." + key;
    const Napi::Object item = expectObject(object.Get(key), where);
    const at::Tensor flat = viewOf(item.Get("data"), where + ".data", kept);
    const Napi::Value shapeValue = item.Get("shape");
    if (!shapeValue.IsArray() || shapeValue.As<Napi::Array>().Length() > kMostDims)
      fail(where + ".shape", "a list of at most " + std::to_string(kMostDims) + " whole numbers", shapeValue);
    const auto list = shapeValue.As<Napi::Array>();
    Dims shape;
    double product = 1;
    for (uint32_t d = 0; d < list.Length(); ++d) {
      const Napi::Value dim = list.Get(d);
      const double number = dim.IsNumber() ? dim.As<Napi::Number>().DoubleValue() : NAN;
      if (!(number >= 0 && number <= kMostInteger && number == std::floor(number)))
        fail(where + ".shape", "whole numbers", dim);
      shape.push_back(static_cast<int64_t>(number));
      product *= number;
    }
    if (product != static_cast<double>(flat.numel())) {
      throw Error("INVALID_OPTION", "Expected " + std::to_string(flat.numel()) + " values for " + where +
                                        " but its shape is " + describe(shape));
    }
    tensors[key] = flat.scalar_type() == at::kInt ? flat.to(at::kLong).view(shape) : flat.view(shape);
  }
  return tensors;
}

std::optional<std::vector<std::string>> toNames(const Napi::Value& value) {
  if (isAbsent(value)) return std::nullopt;
  if (!value.IsArray()) fail("names", "a list of strings", value);
  const auto list = value.As<Napi::Array>();
  std::vector<std::string> names;
  for (uint32_t i = 0; i < list.Length(); ++i) names.push_back(expectString(list.Get(i), "names"));
  return names;
}

Napi::Value fromShape(Napi::Env env, at::IntArrayRef shape) {
  const Napi::Array list = Napi::Array::New(env, shape.size());
  for (size_t i = 0; i < shape.size(); ++i)
    list.Set(static_cast<uint32_t>(i), Napi::Number::New(env, static_cast<double>(shape[i])));
  return list;
}

Napi::Object fromTensor(Napi::Env env, const at::Tensor& tensor) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("shape", fromShape(env, tensor.sizes()));
  object.Set("data", copyOut(env, tensor));
  return object;
}

Napi::Object fromTensors(Napi::Env env, const Values& tensors) {
  Napi::Object object = Napi::Object::New(env);
  for (const auto& [name, tensor] : tensors) object.Set(name, fromTensor(env, tensor));
  return object;
}

Napi::Object fromRun(Napi::Env env, const RunResult& result, double busySeconds, double idleSeconds) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("completed", Napi::Number::New(env, static_cast<double>(result.completed)));
  const Napi::Array columns = Napi::Array::New(env);
  for (uint32_t i = 0; i < result.columns.size(); ++i)
    columns.Set(i, Napi::String::New(env, result.columns[i]));
  object.Set("columns", columns);
  auto values = Napi::Float64Array::New(env, result.values.size());
  std::copy(result.values.begin(), result.values.end(), values.Data());
  object.Set("values", values);
  object.Set("busySeconds", Napi::Number::New(env, busySeconds));
  object.Set("idleSeconds", Napi::Number::New(env, idleSeconds));
  return object;
}

Napi::Object fromTransfer(Napi::Env env, const TransferReport& report) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("copied", Napi::Number::New(env, static_cast<double>(report.copied)));
  const Napi::Array unfit = Napi::Array::New(env);
  for (const TransferReport::Unfit& one : report.unfit) {
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("name", one.name);
    entry.Set("expected", fromShape(env, one.expected));
    entry.Set("received", fromShape(env, one.got));
    unfit.Set(unfit.Length(), entry);
  }
  object.Set("unfit", unfit);
  const Napi::Array missing = Napi::Array::New(env);
  for (const std::string& name : report.missing) missing.Set(missing.Length(), Napi::String::New(env, name));
  object.Set("missing", missing);
  return object;
}

Napi::Object fromCheckpoint(Napi::Env env, const Checkpoint& checkpoint) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("bytes", Napi::Number::New(env, static_cast<double>(checkpoint.bytes)));
  Napi::Object metadata = Napi::Object::New(env);
  for (const auto& [key, value] : checkpoint.metadata) metadata.Set(key, value);
  object.Set("metadata", metadata);
  Napi::Object tensors = Napi::Object::New(env);
  for (const auto& [name, info] : checkpoint.infos) {
    Napi::Object tensor = Napi::Object::New(env);
    tensor.Set("dtype", info.dtype);
    tensor.Set("shape", fromShape(env, info.shape));
    tensor.Set("bytes", Napi::Number::New(env, static_cast<double>(info.bytes)));
    tensors.Set(name, tensor);
  }
  object.Set("tensors", tensors);
  return object;
}

Napi::Object fromGraph(Napi::Env env, const Graph& graph) {
  const auto number = [&](auto value) { return Napi::Number::New(env, static_cast<double>(value)); };
  Napi::Object object = Napi::Object::New(env);
  Napi::Object inputs = Napi::Object::New(env);
  for (const auto& [name, shape] : graph.spec().inputs) inputs.Set(name, fromShape(env, shape.dims));
  object.Set("inputs", inputs);
  const Napi::Array nodes = Napi::Array::New(env);
  int64_t parameters = 0;
  double multiplyAdds = 0;
  for (const NodeReport& report : graph.reports()) {
    Napi::Object node = Napi::Object::New(env);
    node.Set("name", report.name);
    node.Set("op", report.op);
    node.Set("shape", fromShape(env, report.shape));
    node.Set("parameters", number(report.parameters));
    node.Set("buffers", number(report.buffers));
    node.Set("multiplyAdds", number(report.multiplyAdds));
    nodes.Set(nodes.Length(), node);
    parameters += report.parameters;
    multiplyAdds += report.multiplyAdds;
  }
  object.Set("nodes", nodes);
  Napi::Object outputs = Napi::Object::New(env);
  for (const auto& [name, target] : graph.spec().outputs) {
    Napi::Object output = Napi::Object::New(env);
    output.Set("node", target);
    output.Set("shape", fromShape(env, graph.shapeOf(target).dims));
    outputs.Set(name, output);
  }
  object.Set("outputs", outputs);
  object.Set("parameters", number(parameters));
  object.Set("multiplyAdds", number(multiplyAdds));
  return object;
}

}  // namespace ganode::binding
