// DiffAugment: a few transforms, always applied.
// Zhao, Liu, Lin, Zhu, Han, "Differentiable Augmentation for Data-Efficient GAN Training", NeurIPS 2020, and
// DiffAugment_pytorch.py of its official code.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "augment/augment.h"

namespace ganode {

// Names that a policy may have: "color", "translation", "cutout".
const std::vector<std::string>& diffAugmentPolicies();

// `policy`: a list of those names, applied in its order; all of them where it is absent.
std::unique_ptr<Augmentation> makeDiffAugment(const nlohmann::json& options, const std::string& where);

// Images [n, C, H, W] with one number an image: an offset on brightness; the factor on a pixel's distance
// from the mean of its colours; and on its distance from the mean of the whole image, in this order.
struct ColorChange {
  std::vector<double> brightness;
  std::vector<double> saturation;
  std::vector<double> contrast;
};
at::Tensor changeColor(const at::Tensor& images, const ColorChange& change);

// Each image of [n, C, H, W] moved down and right by a number of pixels, with zeros coming in.
at::Tensor translate(const at::Tensor& images, const std::vector<int64_t>& down,
                     const std::vector<int64_t>& right);

}  // namespace ganode
