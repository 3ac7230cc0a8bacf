// Random numbers, one at a time.
#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/DistributionsHelper.h>

#include <cmath>
#include <cstdint>
#include <mutex>

namespace ganode {

// Draws from a CPU generator, in double precision.
class Draw {
 public:
  explicit Draw(at::Generator& random) : random_(at::check_generator<at::CPUGeneratorImpl>(random)) {}

  // On [low, high).
  double uniform(double low, double high) { return sample(at::uniform_real_distribution<double>(low, high)); }

  // A whole number on low…high, both included.
  int64_t integer(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(std::floor(uniform(0, static_cast<double>(high - low + 1))));
  }

  double normal(double deviation) { return sample(at::normal_distribution<double>(0, deviation)); }

  // 2 to a normal power: the middle value is 1.
  double logNormal(double deviation) { return std::exp2(normal(deviation)); }

  bool chance(double probability) { return uniform(0, 1) < probability; }

 private:
  template <typename Distribution>
  double sample(Distribution distribution) {
    const std::lock_guard<std::mutex> lock(random_->mutex_);
    return distribution(random_);
  }

  at::CPUGeneratorImpl* random_;
};

}  // namespace ganode
