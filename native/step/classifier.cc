#include "step/classifier.h"

#include <ATen/ATen.h>
#include <c10/util/accumulate.h>

#include <algorithm>
#include <cmath>

#include "device/device.h"
#include "error.h"
#include "step/bytes.h"
#include "step/fit.h"
#include "step/latent.h"

namespace ganode {
namespace {

constexpr int64_t kClassifyBatch = 256;

// Each image moved by -most … most pixels in each direction; what comes in at an edge repeats it.
at::Tensor shifted(const at::Tensor& images, int64_t most, at::Generator& random) {
  if (most == 0) return images;
  const int64_t n = images.size(0);
  const auto whole = at::TensorOptions().dtype(at::kLong);
  const auto sources = [&](int64_t side) {
    const at::Tensor moves = at::randint(-most, most + 1, {n, 1}, random, whole);
    return at::arange(side, whole).add(moves).clamp_(0, side - 1);
  };
  const at::Tensor items = at::arange(n, whole).view({n, 1, 1, 1});
  const at::Tensor channels = at::arange(images.size(1), whole).view({1, -1, 1, 1});
  const at::Tensor rows = sources(images.size(2)).view({n, 1, -1, 1});
  const at::Tensor columns = sources(images.size(3)).view({n, 1, 1, -1});
  return at::index(images, {items, channels, rows, columns});
}

}  // namespace

Classifier::Classifier(const GraphSpec& spec, const ClassifierOptions& options)
    : device_(prepareThread(options.network.threads, options.network.device)),
      bfloat16_(chooseBfloat16(options.network.precision, device_)),
      shift_(options.shift),
      random_(makeGenerator(options.network.seed)),
      player_(spec, options.optimizer, "classifier", device_, random_) {
  checkGraph();
}

void Classifier::checkGraph() const {
  const Graph& graph = player_.graph();
  const auto& outputs = graph.spec().outputs;
  if (!graph.hasInput("image") || graph.shapeOf("image").dims.size() != 3)
    throw Error("INVALID_GRAPH", "classifier: expected an input image of shape [C, H, W]");
  for (const char* name : {"features", "logits"}) {
    if (!outputs.contains(name) || graph.outputShape(name).size() != 1)
      throw Error("INVALID_GRAPH", "classifier: expected an output " + std::string(name) + " of shape [n]");
  }
}

void Classifier::check(const RunData& data) const {
  const Dims& shape = player_.graph().shapeOf("image").dims;
  const int64_t classes = player_.graph().outputShape("logits")[0];
  const auto fail = [](const std::string& message) { throw Error("INVALID_DATA", "train: " + message); };
  const int64_t items = data.labels.defined() ? data.labels.numel() : 0;
  if (data.steps < 1 || items == 0 || items % data.steps != 0) {
    fail("expected labels for " + std::to_string(data.steps) + " batches of one size, got " +
         std::to_string(items));
  }
  if (data.images.numel() != items * c10::multiply_integers(shape)) {
    fail("expected " + std::to_string(items) + " images of " + describe(shape) + ", got " +
         std::to_string(data.images.numel()) + " values");
  }
  const int64_t least = data.labels.min().item<int64_t>();
  const int64_t most = data.labels.max().item<int64_t>();
  if (least < 0 || most >= classes) {
    fail("expected labels from 0 to " + std::to_string(classes - 1) + ", got " + std::to_string(least) +
         " to " + std::to_string(most));
  }
}

Values Classifier::forward(const at::Tensor& images, const Mode& mode) const {
  const PrecisionScope precision(bfloat16_, device_);
  return player_.graph().forward({{"image", images}}, mode);
}

std::vector<double> Classifier::train(const RunData& data, const std::function<bool()>& cancelled) {
  check(data);
  const int64_t batch = data.labels.numel() / data.steps;
  Dims shape = player_.graph().shapeOf("image").dims;
  shape.insert(shape.begin(), {data.steps, batch});
  const at::Tensor images = data.images.view(shape);
  const at::Tensor labels = data.labels.view({data.steps, batch});
  std::vector<double> losses;
  for (int64_t step = 0; step < data.steps && !cancelled(); ++step) {
    const at::Tensor seen = fromBytes(shifted(images[step], shift_, random_)).to(device_);
    const at::Tensor logits = forward(seen, Mode{true, &random_}).at("logits").to(at::kFloat);
    const at::Tensor loss = at::cross_entropy_loss(logits, labels[step].to(device_, at::kLong));
    player_.gather(loss);
    player_.update(static_cast<double>(stepsDone_ * batch));
    losses.push_back(loss.item<double>());
    ++stepsDone_;
    if (!std::isfinite(losses.back())) {
      throw Error("NON_FINITE",
                  "the loss of the classifier is not finite at step " + std::to_string(stepsDone_),
                  {{"step", static_cast<double>(stepsDone_)}, {"term", "classifierLoss"}});
    }
  }
  return losses;
}

Values Classifier::classify(const at::Tensor& images) const {
  const at::NoGradGuard noGrad;
  const char* const names[] = {"features", "logits"};
  const int64_t n = images.dim() > 0 ? images.size(0) : 0;
  if (n < 1) throw Error("INVALID_DATA", "classify: expected at least one image");
  std::map<std::string, std::vector<at::Tensor>> parts;
  for (int64_t start = 0; start < n; start += kClassifyBatch) {
    const at::Tensor part = images.narrow(0, start, std::min(kClassifyBatch, n - start));
    const Values outputs = forward(fromBytes(part).to(device_), Mode{});
    for (const char* name : names) parts[name].push_back(outputs.at(name).to(at::kFloat).cpu());
  }
  Values results;
  for (const char* name : names) results[name] = at::cat(parts.at(name));
  return results;
}

uint64_t Classifier::save(const std::string& path, const Metadata& metadata) const {
  return writeSafetensors(path, tensors(), metadata);
}

Checkpoint Classifier::load(const std::string& path) {
  Checkpoint file = readSafetensors(path);
  const NamedTensors own = tensors();
  for (const auto& [name, tensor] : own) requireTensor(file, path, name, tensor.sizes().vec());
  if (file.tensors.size() != own.size()) mismatch(path, "holds tensors that the network has no place for");
  for (const auto& [name, tensor] : own) tensor.detach().copy_(file.tensors.at(name));
  file.tensors.clear();
  return file;
}

}  // namespace ganode
