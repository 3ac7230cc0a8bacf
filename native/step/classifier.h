// A network that tells classes apart, trained by cross-entropy: its features measure generated images.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checkpoint/safetensors.h"
#include "step/network.h"
#include "step/player.h"
#include "step/session.h"

namespace ganode {

struct ClassifierOptions {
  NetworkOptions network;    // seed, threads, precision, device; always float32
  nlohmann::json optimizer;  // as a recipe's optimizers.generator
  int64_t shift = 0;         // training moves each image by up to so many pixels each way; edges are repeated
};

class Classifier {
 public:
  static constexpr const char* kNoun = "classifier";  // for messages

  // A graph with an input `image` [C, H, W] and outputs `features` [size] and `logits` [classes]. Called on
  // the thread that will run it. Throws Error("INVALID_GRAPH") or Error("INVALID_OPTION").
  Classifier(const GraphSpec& spec, const ClassifierOptions& options);

  // One update a step on labels.numel() / steps images, by the mean of -log softmax(logits)[label]; uint8 is
  // scaled to [-1, 1]. Returns the loss of each step, in nats. Stops early, between steps, when `cancelled`
  // says so. Throws Error("INVALID_DATA") for data that does not fit, Error("NON_FINITE") with the step.
  std::vector<double> train(const RunData& data, const std::function<bool()>& cancelled);

  // `features` [n, size] and `logits` [n, classes] of images [n, C, H, W], in evaluation mode.
  Values classify(const at::Tensor& images) const;

  // Weights only: a classifier that was loaded begins its training anew.
  uint64_t save(const std::string& path, const Metadata& metadata) const;
  // The classifier stays as it was when the file does not fit.
  Checkpoint load(const std::string& path);

  NamedTensors tensors() const { return player_.graph().tensors(); }
  uint64_t bytes() const { return player_.bytes(); }

 private:
  void checkGraph() const;
  void check(const RunData& data) const;
  Values forward(const at::Tensor& images, const Mode& mode) const;

  at::Device device_;
  bool bfloat16_;
  int64_t shift_;
  at::Generator random_;
  Player player_;
  int64_t stepsDone_ = 0;
};

}  // namespace ganode
