#include "step/options.h"

#include "error.h"

namespace ganode {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& path, const std::string& expected, const json& got) {
  throw Error("INVALID_OPTION", "recipe: expected " + path + " to be " + expected + ", got " + got.dump());
}

const json& member(const json& object, const std::string& key, const std::string& path) {
  if (!object.is_object() || !object.contains(key)) {
    throw Error("INVALID_OPTION", "recipe: expected " + path + ", and it is absent");
  }
  return object[key];
}

int64_t count(const json& recipe, const std::string& key, int64_t least, std::optional<int64_t> otherwise) {
  if (otherwise && (!recipe.contains(key) || recipe[key].is_null())) return *otherwise;
  const json& value = member(recipe, key, key);
  if (!value.is_number_integer() || value.get<int64_t>() < least) {
    fail(key, "a whole number from " + std::to_string(least), value);
  }
  return value.get<int64_t>();
}

std::string word(const json& recipe, const std::string& key, const std::string& otherwise) {
  if (!recipe.contains(key)) return otherwise;
  if (!recipe[key].is_string()) fail(key, "a string", recipe[key]);
  return recipe[key].get<std::string>();
}

GraphSpec network(const json& recipe, const std::string& name) {
  const std::string path = "models." + name;
  const json& value = member(member(recipe, "models", "models"), name, path);
  try {
    return parseGraph(value);
  } catch (const Error& error) {
    throw Error(error.code(), name + ": " + error.what());
  }
}

const json& orNull(const json& object, const char* key) {
  static const json nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

double number(const json& object, const char* key, double otherwise, const std::string& path) {
  const json& value = orNull(object, key);
  if (value.is_null()) return otherwise;
  if (!value.is_number()) fail(path + key, "a number", value);
  return value.get<double>();
}

AdversarialStep::Options stepOptions(const json& recipe) {
  AdversarialStep::Options step;
  const json& loss = member(recipe, "loss", "loss");
  step.loss.kind = parseLossKind(word(loss, "kind", ""));
  step.loss.labelSmoothing = number(loss, "labelSmoothing", 0, "loss.");
  if (const json& topK = orNull(loss, "topK"); !topK.is_null())
    step.topK = Schedule::parse(topK, "loss.topK");
  if (const json& classification = orNull(loss, "classification"); classification.is_object()) {
    step.discriminatorClassification = number(classification, "discriminator", 1, "loss.classification.");
    step.generatorClassification = number(classification, "generator", 1, "loss.classification.");
  }
  if (const json& experts = orNull(loss, "experts"); experts.is_object()) {
    step.discriminatorExperts = number(experts, "discriminator", 1, "loss.experts.");
    step.generatorExperts = number(experts, "generator", 1, "loss.experts.");
  }
  step.penalties = orNull(recipe, "penalties");
  step.augment = orNull(recipe, "augment");
  if (const json& clipping = orNull(recipe, "weightClipping"); !clipping.is_null())
    step.weightClipping = number(recipe, "weightClipping", 0, "");
  const std::string update = word(recipe, "update", "alternating");
  if (update != "alternating" && update != "simultaneous")
    fail("update", "'alternating' or 'simultaneous'", recipe["update"]);
  step.simultaneous = update == "simultaneous";
  step.packing = count(recipe, "packing", 1, 1);
  step.discriminatorSteps = count(recipe, "discriminatorSteps", 1, 1);
  step.generatorSteps = count(recipe, "generatorSteps", 1, 1);
  step.accumulation = count(recipe, "accumulation", 1, 1);
  step.batch = count(recipe, "batch", 1, std::nullopt);
  if (step.batch % step.packing != 0) fail("batch", "a multiple of packing", recipe["batch"]);
  return step;
}

}  // namespace

SessionOptions parseSessionOptions(const std::string& text) {
  const json recipe = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!recipe.is_object()) throw Error("INVALID_OPTION", "recipe: expected a JSON object");
  SessionOptions options;
  options.generator = network(recipe, "generator");
  options.discriminator = network(recipe, "discriminator");
  const json& optimizers = member(recipe, "optimizers", "optimizers");
  options.generatorOptimizer = member(optimizers, "generator", "optimizers.generator");
  options.discriminatorOptimizer = member(optimizers, "discriminator", "optimizers.discriminator");
  options.step = stepOptions(recipe);
  options.latentSize = count(recipe, "latentSize", 1, std::nullopt);
  options.uniformLatents = word(recipe, "latentDistribution", "normal") == "uniform";
  if (const json& ema = orNull(recipe, "ema"); !ema.is_null()) options.ema = AverageDecay::parse(ema);
  options.precision = word(recipe, "precision", "fp32");
  options.device = word(recipe, "device", "cpu");
  options.threads = count(recipe, "threads", 1, 0);
  options.seed = static_cast<uint64_t>(count(recipe, "seed", 0, 0));
  return options;
}

}  // namespace ganode
