// What a recipe's `augment` may say.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <functional>

#include "augment/ada.h"
#include "augment/diff_augment.h"
#include "augmenting.h"
#include "error.h"

using namespace ganode::test;

namespace {

using nlohmann::json;

std::string message(const std::function<void()>& act) {
  try {
    act();
  } catch (const ganode::Error& error) {
    return error.code() + " " + error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("names agree with lib/recipes/augment.ts, through the same list") {
  const json names = fixture("augment-names.json");
  CHECK((names["policies"].get<std::vector<std::string>>() == ganode::diffAugmentPolicies()));
  const auto& transforms = ganode::adaTransformNames();
  const std::vector<std::string> all(transforms.begin(), transforms.end());
  CHECK((names["transforms"].get<std::vector<std::string>>() == all));
  CHECK(names["groups"].size() == ganode::adaGroups().size());
  for (const auto& [name, members] : names["groups"].items()) {
    INFO(name);
    const ganode::AdaStrengths one = ganode::parseAdaPipeline({{"pipeline", {name}}}, "");
    const ganode::AdaStrengths parts = ganode::parseAdaPipeline({{"pipeline", members}}, "");
    for (size_t i = 0; i < ganode::kAdaTransforms; ++i) {
      const auto transform = static_cast<ganode::AdaTransform>(i);
      CHECK(one.of(transform) == parts.of(transform));
    }
  }
}

TEST_CASE("a pipeline has multipliers, of which the last word counts") {
  using ganode::AdaTransform;
  const json pipeline = {"bg",
                         {{"transform", "color"}, {"multiplier", 0.5}},
                         {{"transform", "hue"}},
                         "cutout",
                         {{"transform", "scale"}, {"multiplier", 0}}};
  const ganode::AdaStrengths strengths = ganode::parseAdaPipeline({{"pipeline", pipeline}}, "");
  CHECK(strengths.of(AdaTransform::Flip) == 1);
  CHECK(strengths.of(AdaTransform::Brightness) == 0.5);
  CHECK(strengths.of(AdaTransform::Hue) == 1);
  CHECK(strengths.of(AdaTransform::Cutout) == 1);
  CHECK(strengths.of(AdaTransform::Scale) == 0);
  CHECK(strengths.of(AdaTransform::Noise) == 0);
}

TEST_CASE("wrong options and channels are refused in one line") {
  CHECK(message([] { make("3"); }) ==
        "INVALID_OPTION recipe: augment: expected an object with a kind, got 3");
  CHECK(message([] { make(R"({"kind": "cut"})"); }) ==
        "INVALID_OPTION recipe: augment: expected kind to be 'diffAugment' or 'ada', got \"cut\"");
  CHECK(message([] { make(R"({"kind": "diffAugment", "policy": ["blur"]})"); }) ==
        "INVALID_OPTION recipe: augment: expected policy to be a list of 'color', 'translation' and "
        "'cutout', got \"blur\"");
  CHECK(message([] { make(R"({"kind": "ada", "pipeline": ["gbc"]})"); }) ==
        "INVALID_OPTION recipe: augment: expected pipeline to name transforms ('flip', 'rotate90', …) or "
        "groups ('bgc', "
        "…), got \"gbc\"");
  CHECK(message([] { make(R"({"kind": "ada", "pipeline": [{"transform": "hue", "multiplier": 2}]})"); }) ==
        "INVALID_OPTION recipe: augment: expected multiplier in pipeline to be from 0 to 1, got 2");
  CHECK(message([] { make(R"({"kind": "ada", "pipeline": "bgc"})"); }) ==
        "INVALID_OPTION recipe: augment: expected pipeline to be a list, got \"bgc\"");
  CHECK(message([] {
          apply(*make(R"({"kind": "ada"})"), at::zeros({2, 4, 8, 8}), 1, 1);
        }) ==
        "INVALID_OPTION recipe: augment: expected images of 1 or 3 channels for transforms of colour, got 4");
}
