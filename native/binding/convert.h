// JavaScript values to the core's, and back. Everything here runs on the JavaScript thread.
#pragma once

#include <ATen/core/Tensor.h>
#include <napi.h>

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/safetensors.h"
#include "graph/graph.h"
#include "metric/torchscript.h"
#include "step/network.h"
#include "step/sampling.h"
#include "step/session.h"

namespace ganode::binding {

// JavaScript objects whose memory tensors look into; whoever uses the tensors keeps them.
using Kept = std::vector<Napi::Value>;

Napi::Object expectObject(const Napi::Value& value, const std::string& name);
std::string expectString(const Napi::Value& value, const std::string& name);
// A whole number from `least`; without `otherwise` it must be there.
int64_t integerOr(const Napi::Object& object, const char* key, int64_t least,
                  std::optional<int64_t> otherwise);
// A flat tensor over the memory of a typed array of one of these types; undefined where it is absent.
at::Tensor typedView(const Napi::Object& object, const char* key, std::initializer_list<at::ScalarType> types,
                     const std::string& expected, Kept& kept);

RunData toRunData(const Napi::Value& request, Kept& kept);
SampleOptions toSampleOptions(const Napi::Value& request, Kept& kept);
NetworkOptions toNetworkOptions(const Napi::Value& options);
TorchScriptOptions toTorchScriptOptions(const Napi::Value& value);
Metadata toMetadata(const Napi::Value& value, const std::string& name);
// {name: TensorData}
Values toTensors(const Napi::Value& value, const std::string& name, Kept& kept);
// Absent: nullopt.
std::optional<std::vector<std::string>> toNames(const Napi::Value& value);

// Copies.
Napi::Object fromTensor(Napi::Env env, const at::Tensor& tensor);
Napi::Object fromTensors(Napi::Env env, const Values& tensors);
Napi::Value fromShape(Napi::Env env, at::IntArrayRef shape);
Napi::Object fromRun(Napi::Env env, const RunResult& result, double busySeconds, double idleSeconds);
Napi::Object fromTransfer(Napi::Env env, const TransferReport& report);
Napi::Object fromCheckpoint(Napi::Env env, const Checkpoint& checkpoint);
Napi::Object fromGraph(Napi::Env env, const Graph& graph);

}  // namespace ganode::binding
