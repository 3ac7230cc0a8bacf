#include "augment/augment.h"

#include "augment/ada.h"
#include "augment/diff_augment.h"
#include "error.h"
#include "json.h"

namespace ganode {

std::unique_ptr<Augmentation> makeAugmentation(const nlohmann::json& options, const std::string& where) {
  if (!options.is_object()) {
    throw Error("INVALID_OPTION", where + ": expected an object with a kind, got " + shown(options));
  }
  const nlohmann::json kind = options.value("kind", nlohmann::json());
  if (kind == "diffAugment") return makeDiffAugment(options, where);
  if (kind == "ada") return makeAda(options, where);
  throw Error("INVALID_OPTION", where + ": expected kind to be 'diffAugment' or 'ada', got " + shown(kind));
}

}  // namespace ganode
