// What the tests of augmentation share.
#pragma once

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "augment/augment.h"
#include "step/latent.h"

namespace ganode::test {

inline nlohmann::json fixture(const std::string& name) {
  const std::string here = std::string(__FILE__).substr(0, std::string(__FILE__).rfind('/'));
  std::ifstream file(here + "/../reference/fixtures/" + name);
  REQUIRE(file.is_open());
  return nlohmann::json::parse(file);
}

inline double distance(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

inline at::Tensor draw(at::IntArrayRef shape, uint64_t seed) {
  at::Generator random = ganode::makeGenerator(seed);
  at::Tensor result = at::empty(shape, at::kDouble);
  return result.uniform_(-1, 1, random);
}

inline std::unique_ptr<ganode::Augmentation> make(const char* options) {
  return ganode::makeAugmentation(nlohmann::json::parse(options), "recipe: augment");
}

inline at::Tensor apply(const ganode::Augmentation& augmentation, const at::Tensor& images, double p,
                        uint64_t seed) {
  at::Generator random = ganode::makeGenerator(seed);
  return augmentation.apply(images, p, random);
}

}  // namespace ganode::test
