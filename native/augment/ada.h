// ADA's pipeline: many transforms, each applied to an image with a probability that training adjusts.
// Karras, Aittala, Hellsten, Laine, Lehtinen, Aila, "Training Generative Adversarial Networks with Limited
// Data", NeurIPS 2020, appendix B; defaults are those of training/augment.py of the official PyTorch code.
#pragma once

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "augment/augment.h"
#include "augment/corruption.h"
#include "augment/draw.h"
#include "augment/matrix.h"

namespace ganode {

// In the order in which they are applied. H and W are the image's height and width.
enum class AdaTransform : size_t {
  Flip,               // left to right, in one of two
  Rotate90,           // 0 to 3 quarter turns
  Translate,          // by whole pixels, up to 1/8 of W and H
  Scale,              // by 2^N(0, 0.2)
  Rotate,             // by any angle
  Anisotropic,        // wider by 2^N(0, 0.2) and lower by the same, along any axis where Rotate is there
  TranslateFraction,  // by N(0, 1/8) of W and H
  Brightness,         // plus N(0, 0.2)
  Contrast,           // times 2^N(0, 0.5)
  LumaFlip,           // luma negated, in one of two
  Hue,                // turned by any angle; three channels
  Saturation,         // chroma times 2^N(0, 1); three channels
  Filter,             // each of four frequency bands amplified by 2^N(0, 1), power kept
  Noise,              // plus N(0, σ), σ being |N(0, 0.1)| for each image
  Cutout,             // a hole of W/2 × H/2
};
constexpr size_t kAdaTransforms = 15;

// The names of the transforms, in their order.
const std::array<std::string, kAdaTransforms>& adaTransformNames();
// Groups of transforms by name: those of the official code.
const std::map<std::string, std::vector<AdaTransform>>& adaGroups();

// What the probability is multiplied with, for each transform; 0 for those that are not in the pipeline.
class AdaStrengths {
 public:
  double of(AdaTransform transform) const { return values_[static_cast<size_t>(transform)]; }
  void set(AdaTransform transform, double value) { values_[static_cast<size_t>(transform)] = value; }

 private:
  std::array<double, kAdaTransforms> values_{};
};

// The pipeline of a recipe: a list of names of transforms or groups, or of {"transform": name, "multiplier":
// 0…1}; of a transform that is named twice the last word counts. "bgc" where it is absent.
AdaStrengths parseAdaPipeline(const nlohmann::json& options, const std::string& where);

// One image's draws: the map from the result's points to the image's (see affineTransform), the map of
// colours, the gains of the frequency bands. The identity, or gains of 1, where nothing is applied.
Matrix3 drawAffine(const AdaStrengths& strengths, double p, int64_t height, int64_t width, Draw& draw);
Matrix4 drawColors(const AdaStrengths& strengths, double p, bool grey, Draw& draw);
Gains drawGains(const AdaStrengths& strengths, double p, Draw& draw);

std::unique_ptr<Augmentation> makeAda(const nlohmann::json& options, const std::string& where);

}  // namespace ganode
