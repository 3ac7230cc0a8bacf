// A user's TorchScript file as a feature extractor.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ganode {

struct TorchScriptOptions {
  std::string path;
  bool bytes = false;  // the module takes uint8, 0 … 255; else float in [low, high]
  double low = -1;
  double high = 1;
  std::optional<std::pair<int64_t, int64_t>> size;  // height and width to resize to, first
  int64_t channels = 3;                             // grey images are repeated
  int64_t threads = 0;
};

// TorchScript is a program: only a file that the user trusts may be opened.
class TorchScript {
 public:
  static constexpr const char* kNoun = "extractor";  // for messages

  // Throws Error("IO") or Error("INVALID_DATA") for a file that is missing, or none of TorchScript's.
  explicit TorchScript(const TorchScriptOptions& options);
  TorchScript(const TorchScript&) = delete;
  TorchScript& operator=(const TorchScript&) = delete;
  ~TorchScript();

  struct Result {
    at::Tensor features;  // float [n, size]
    at::Tensor logits;    // float [n, classes]; undefined where the module gives one tensor only
  };
  // uint8 [n, C, H, W]. Throws Error("INVALID_DATA") for an output of another rank.
  Result extract(const at::Tensor& images);

  uint64_t bytes() const;

 private:
  struct Module;

  at::Tensor prepared(const at::Tensor& images) const;

  TorchScriptOptions options_;
  std::unique_ptr<Module> module_;
};

}  // namespace ganode
