#include "metric/torchscript.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "checkpoint/io_error.h"
#include "device/device.h"
#include "device/out_of_memory.h"
#include "error.h"

namespace ganode {
namespace {

constexpr int64_t kBatch = 64;

std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// [n, …] with everything behind n flat: pooled features come as [n, size, 1, 1] too.
at::Tensor rowsOf(const c10::IValue& value, int64_t n, const std::string& path) {
  const auto fail = [&](const std::string& got) -> at::Tensor {
    throw Error("INVALID_DATA", path + ": expected the module to give features of the shape [" +
                                    std::to_string(n) + ", size], got " + got);
  };
  if (!value.isTensor()) return fail(value.tagKind());
  const at::Tensor& tensor = value.toTensor();
  const bool flat = tensor.dim() == 2 || (tensor.dim() == 4 && tensor.size(2) == 1 && tensor.size(3) == 1);
  if (!flat || tensor.size(0) != n) {
    std::string shape;
    for (const int64_t side : tensor.sizes()) shape += (shape.empty() ? "" : ", ") + std::to_string(side);
    return fail("[" + shape + "]");
  }
  return tensor.flatten(1).to(at::kFloat).cpu();
}

}  // namespace

struct TorchScript::Module {
  torch::jit::Module module;
  bool returnsFeatures = false;  // on the keyword of that name, as StyleGAN's Inception file does
};

TorchScript::TorchScript(const TorchScriptOptions& options)
    : options_(options), module_(std::make_unique<Module>()) {
  useThreads(options.threads);
  std::error_code error;
  if (!std::filesystem::is_regular_file(options.path, error)) throw ioError("read", options.path, ENOENT);
  try {
    module_->module = torch::jit::load(options.path, at::Device(at::kCPU));
    module_->module.eval();
    const auto& schema = module_->module.get_method("forward").function().getSchema();
    module_->returnsFeatures = std::any_of(schema.arguments().begin(), schema.arguments().end(),
                                           [](const auto& one) { return one.name() == "return_features"; });
  } catch (const std::exception& cause) {
    throwIfOutOfMemory(cause);
    throw Error("INVALID_DATA", options.path +
                                    ": expected a TorchScript file with a method forward, and it is none (" +
                                    firstLine(cause.what()) + ")");
  }
}

TorchScript::~TorchScript() = default;

at::Tensor TorchScript::prepared(const at::Tensor& images) const {
  at::Tensor x = images;
  if (x.size(1) == 1 && options_.channels > 1) x = x.expand({-1, options_.channels, -1, -1});
  if (x.size(1) != options_.channels) {
    throw Error("INVALID_DATA", options_.path + ": expected images of " + std::to_string(options_.channels) +
                                    " channels, got " + std::to_string(x.size(1)));
  }
  if (options_.size) {
    x = at::_upsample_bilinear2d_aa(x.to(at::kFloat), {options_.size->first, options_.size->second},
                                    /*align_corners=*/false, std::nullopt, std::nullopt);
    if (options_.bytes) x = x.round().clamp(0, 255).to(at::kByte);
  }
  if (options_.bytes) return x.contiguous();
  return x.to(at::kFloat).div(255).mul(options_.high - options_.low).add(options_.low).contiguous();
}

TorchScript::Result TorchScript::extract(const at::Tensor& images) {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> features;
  std::vector<at::Tensor> logits;
  for (int64_t start = 0; start < images.size(0); start += kBatch) {
    const int64_t length = std::min(kBatch, images.size(0) - start);
    std::vector<c10::IValue> arguments = {prepared(images.narrow(0, start, length))};
    std::unordered_map<std::string, c10::IValue> keywords;
    if (module_->returnsFeatures) keywords["return_features"] = true;
    c10::IValue output;
    try {
      output = module_->module.get_method("forward")(arguments, keywords);
    } catch (const std::exception& cause) {
      throwIfOutOfMemory(cause);
      throw Error("INVALID_DATA", options_.path + ": the module does not take images of [" +
                                      std::to_string(images.size(1)) + ", " + std::to_string(images.size(2)) +
                                      ", " + std::to_string(images.size(3)) + "] (" +
                                      firstLine(cause.what()) + ")");
    }
    if (output.isTuple() && output.toTuple()->elements().size() == 2) {
      logits.push_back(rowsOf(output.toTuple()->elements()[1], length, options_.path));
      features.push_back(rowsOf(output.toTuple()->elements()[0], length, options_.path));
    } else {
      features.push_back(rowsOf(output, length, options_.path));
    }
  }
  Result result;
  result.features = at::cat(features).contiguous();
  if (!logits.empty()) result.logits = at::cat(logits).contiguous();
  return result;
}

uint64_t TorchScript::bytes() const {
  uint64_t sum = 0;
  for (const at::Tensor& parameter : module_->module.parameters()) sum += parameter.nbytes();
  return sum;
}

}  // namespace ganode
