// JavaScript values to the core's, and back. Everything here runs on the JavaScript thread.
#pragma once

#include <ATen/core/Tensor.h>
#include <napi.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/safetensors.h"
#include "graph/graph.h"
#include "step/network.h"
#include "step/sampling.h"
#include "step/session.h"

namespace ganode::binding {

// JavaScript objects whose memory tensors look into; whoever uses the tensors keeps them.
using Kept = std::vector<Napi::Value>;

Napi::Object expectObject(const Napi::Value& value, const std::string& name);
std::string expectString(const Napi::Value& value, const std::string& name);

RunData toRunData(const Napi::Value& request, Kept& kept);
SampleOptions toSampleOptions(const Napi::Value& request, Kept& kept);
NetworkOptions toNetworkOptions(const Napi::Value& options);
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
Napi::Object fromCheckpoint(Napi::Env env, const Checkpoint& checkpoint);
Napi::Object fromGraph(Napi::Env env, const Graph& graph);

}  // namespace ganode::binding
