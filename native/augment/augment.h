// Augmentation of what the discriminator sees, real and generated images alike, so that it cannot learn a
// small dataset by heart.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace ganode {

// Images [n, C, H, W] in [-1, 1] → the same shape and type; differentiable in the images, twice and more.
class Augmentation {
 public:
  Augmentation() = default;
  Augmentation(const Augmentation&) = delete;
  Augmentation& operator=(const Augmentation&) = delete;
  virtual ~Augmentation() = default;

  // `p`: probability with which each transform of the pipeline is applied to an image, 0…1; at 0 the images
  // come back as they are, and nothing is drawn. (DiffAugment ignores it.)
  //
  // `random`: a CPU generator; all draws come from it, on the CPU, so that a seed means the same on every
  // device.
  //
  // Throws Error("INVALID_OPTION") where the images' channels do not suit the pipeline.
  virtual at::Tensor apply(const at::Tensor& images, double p, at::Generator& random) const = 0;
};

// From a recipe's `augment` object, {"kind": "diffAugment", "policy": [...]} or {"kind": "ada", "pipeline":
// [...]}; both lists may be absent (lib/recipes/augment.ts has the names and the defaults). Other keys are
// the step's. `where` begins the message of Error("INVALID_OPTION").
std::unique_ptr<Augmentation> makeAugmentation(const nlohmann::json& options, const std::string& where);

// The consistency penalty's transform (CR: Zhang et al. 2020; bCR: Zhao et al. 2020): each image [n, C, H, W]
// is mirrored left to right with probability one half (with `flip`), and moved by a whole number of pixels,
// uniform on -shift…shift, in each direction. What comes in at an edge is the image's reflection there,
// as where Karras et al. 2020 compare with bCR. Draws are as in Augmentation.
at::Tensor flipAndShift(const at::Tensor& images, int64_t shift, bool flip, at::Generator& random);

}  // namespace ganode
