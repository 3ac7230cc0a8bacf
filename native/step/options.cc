#include "step/options.h"

#include <cmath>

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

std::optional<double> emaDecay(const json& recipe, double imagesPerStep) {
  if (!recipe.contains("ema") || recipe["ema"].is_null()) return std::nullopt;
  const json& ema = recipe["ema"];
  const auto positive = [&](const char* key) {
    return ema.contains(key) && ema[key].is_number() && ema[key].get<double>() > 0;
  };
  if (positive("decay") && ema["decay"].get<double>() < 1) return ema["decay"].get<double>();
  if (positive("halfLife")) return std::pow(0.5, imagesPerStep / ema["halfLife"].get<double>());
  fail("ema", "{decay} between 0 and 1, or {halfLife} in images above 0", ema);
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
  options.loss = parseAdversarialLoss(word(member(recipe, "loss", "loss"), "kind", ""));
  options.latentSize = count(recipe, "latentSize", 1, std::nullopt);
  options.uniformLatents = word(recipe, "latentDistribution", "normal") == "uniform";
  options.discriminatorSteps = count(recipe, "discriminatorSteps", 1, 1);
  options.generatorSteps = count(recipe, "generatorSteps", 1, 1);
  options.batch = count(recipe, "batch", 1, std::nullopt);
  options.accumulation = count(recipe, "accumulation", 1, 1);
  options.emaDecay = emaDecay(recipe, static_cast<double>(options.batch * options.batchesPerStep()));
  options.precision = word(recipe, "precision", "fp32");
  options.device = word(recipe, "device", "cpu");
  options.threads = count(recipe, "threads", 1, 0);
  options.seed = static_cast<uint64_t>(count(recipe, "seed", 0, 0));
  return options;
}

}  // namespace ganode
