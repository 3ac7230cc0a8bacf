// Networks that grow while they train: Karras et al. 2018, "Progressive Growing of GANs", with the schedule
// of the official code (TrainingSchedule of tkarras/progressive_growing_of_gans, train.py).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>

namespace ganode {

class Growing {
 public:
  // A recipe's `growing`, not null, for images of that size. Throws Error("INVALID_OPTION").
  static Growing parse(const nlohmann::json& growing, int64_t height, int64_t width);

  // Doublings from the first size to the images' own.
  int64_t levels() const { return levels_; }
  // Level of detail when so many real images were shown: doublings still to come, 0 at the end; between whole
  // numbers while one fades in.
  double lodAt(double images) const;
  // Height of the images at a level; while the next size fades in, that one.
  int64_t sizeAt(double lod) const;

  // Images a batch at a size; `otherwise` where the recipe names none for it.
  int64_t batchAt(int64_t size, int64_t otherwise) const;
  // What the optimizers' learning rates are multiplied by.
  double learningRateFactorAt(int64_t size) const;
  // Whether the optimizers begin anew between two steps: where a fade begins, and where it ends.
  bool restarts(double before, double now) const;

  // Real images [n, C, H, W] as the networks know them so far: means over squares of pixels, and while the
  // next size fades in, its pixels mixed with the last one's (process_reals of the official code).
  at::Tensor show(const at::Tensor& images, double lod) const;

 private:
  int64_t height_ = 4;
  int64_t levels_ = 0;
  double stable_ = 0;
  double fade_ = 0;
  bool resetsOptimizers_ = true;
  std::map<int64_t, int64_t> batches_;
  std::map<int64_t, double> learningRateFactors_;
};

}  // namespace ganode
