#include "step/options.h"

#include "error.h"
#include "json.h"

namespace ganode {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& path, const std::string& expected, const json& got) {
  throw Error("INVALID_OPTION", "recipe: expected " + path + " to be " + expected + ", got " + shown(got));
}

const json& member(const json& object, const std::string& key, const std::string& path) {
  if (!object.is_object() || !object.contains(key)) {
    throw Error("INVALID_OPTION", "recipe: expected " + path + ", and it is absent");
  }
  return object[key];
}

// What is multiplied with others of its kind is no larger: three of them still make an integer.
constexpr int64_t kMostCount = int64_t{1} << 20;

int64_t count(const json& recipe, const std::string& key, int64_t least, std::optional<int64_t> otherwise,
              int64_t most = kMostCount) {
  if (otherwise && (!recipe.contains(key) || recipe[key].is_null())) return *otherwise;
  const json& value = member(recipe, key, key);
  if (!value.is_number_integer() || value.get<int64_t>() < least || value.get<int64_t>() > most) {
    std::string expected = "a whole number from ";
    expected.append(std::to_string(least)).append(" to ").append(std::to_string(most));
    fail(key, expected, value);
  }
  return value.get<int64_t>();
}

std::string word(const json& recipe, const std::string& key, const std::string& otherwise) {
  if (!recipe.contains(key)) return otherwise;
  if (!recipe[key].is_string()) fail(key, "a string", recipe[key]);
  return recipe[key].get<std::string>();
}

bool flag(const json& recipe, const std::string& key) {
  if (!recipe.contains(key)) return false;
  if (!recipe[key].is_boolean()) fail(key, "true or false", recipe[key]);
  return recipe[key].get<bool>();
}

SessionOptions::Network network(const json& recipe, const std::string& name) {
  const json& value = member(member(recipe, "models", "models"), name, "models." + name);
  const json& optimizers = member(recipe, "optimizers", "optimizers");
  const json& optimizer = member(optimizers, name, "optimizers." + name);
  try {
    return {parseGraph(value), optimizer};
  } catch (const Error& error) {
    throw Error(error.code(), name + ": " + error.what());
  }
}

const json& orNull(const json& object, const char* key) {
  static const json nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

double numberOr(const json& object, const char* key, double otherwise, const std::string& path) {
  const json& value = orNull(object, key);
  if (value.is_null()) return otherwise;
  if (!value.is_number()) fail(path + key, "a number", value);
  return value.get<double>();
}

LossOptions lossOptions(const json& recipe) {
  const json& loss = member(recipe, "loss", "loss");
  return {parseLossKind(word(loss, "kind", "")), numberOr(loss, "labelSmoothing", 0, "loss.")};
}

// Batches of real items that a step takes.
void readCounts(const json& recipe, AdversarialStep::Options& step) {
  step.packing = count(recipe, "packing", 1, 1);
  step.discriminatorSteps = count(recipe, "discriminatorSteps", 1, 1);
  step.generatorSteps = count(recipe, "generatorSteps", 1, 1);
  step.accumulation = count(recipe, "accumulation", 1, 1);
}

AdversarialStep::Options stepOptions(const json& recipe) {
  AdversarialStep::Options step;
  const json& loss = member(recipe, "loss", "loss");
  step.loss = lossOptions(recipe);
  if (const json& topK = orNull(loss, "topK"); !topK.is_null())
    step.topK = Schedule::parse(topK, "loss.topK");
  if (const json& classification = orNull(loss, "classification"); classification.is_object()) {
    step.discriminatorClassification = numberOr(classification, "discriminator", 1, "loss.classification.");
    step.generatorClassification = numberOr(classification, "generator", 1, "loss.classification.");
  }
  if (const json& experts = orNull(loss, "experts"); experts.is_object()) {
    step.discriminatorExperts = numberOr(experts, "discriminator", 1, "loss.experts.");
    step.generatorExperts = numberOr(experts, "generator", 1, "loss.experts.");
  }
  step.penalties = orNull(recipe, "penalties");
  step.augment = orNull(recipe, "augment");
  if (const json& clipping = orNull(recipe, "weightClipping"); !clipping.is_null())
    step.weightClipping = numberOr(recipe, "weightClipping", 0, "");
  const std::string update = word(recipe, "update", "alternating");
  if (update != "alternating" && update != "simultaneous")
    fail("update", "'alternating' or 'simultaneous'", recipe["update"]);
  step.simultaneous = update == "simultaneous";
  step.grows = !orNull(recipe, "growing").is_null();
  readCounts(recipe, step);
  return step;
}

Timeline timeline(const json& recipe) {
  const json& procedure = orNull(recipe, "procedure");
  const int64_t turns =
      procedure.is_null() ? count(recipe, "discriminatorSteps", 1, 1) : parseProcedure(procedure).batches();
  const int64_t batches = turns * count(recipe, "accumulation", 1, 1);
  std::optional<Growing> growing;
  if (const json& value = orNull(recipe, "growing"); !value.is_null()) {
    const json& image = member(recipe, "image", "image");
    growing = Growing::parse(value, count(image, "height", 1, std::nullopt),
                             count(image, "width", 1, std::nullopt));
  }
  return {count(recipe, "batch", 1, std::nullopt), batches, std::move(growing)};
}

// Whether no setting anywhere is a schedule, and no penalty's interval is above 1.
bool isConstant(const json& setting) {
  if (setting.is_object() && (setting.contains("schedule") || numberOr(setting, "interval", 1, "") != 1))
    return false;
  return !setting.is_structured() || std::all_of(setting.begin(), setting.end(), isConstant);
}

bool isSteady(json recipe) {
  recipe.erase("ema");
  if (const json& procedure = orNull(recipe, "procedure"); !procedure.is_null()) {
    if (!parseProcedure(procedure).isSteady()) return false;
  }
  return orNull(recipe, "growing").is_null() && orNull(recipe, "augment").is_null() && isConstant(recipe);
}

json parsed(const std::string& text) {
  json recipe = parseJson(text, "recipe", "INVALID_OPTION");
  if (!recipe.is_object()) throw Error("INVALID_OPTION", "recipe: expected a JSON object");
  return recipe;
}

Schedule weight(const json& object, const char* key) {
  const json& value = orNull(object, key);
  return value.is_null() ? Schedule(1) : Schedule::parse(value, std::string("autoencoding.") + key);
}

AutoencodingOptions autoencodingOptions(const json& recipe) {
  const json& given = recipe["autoencoding"];
  AutoencodingOptions options;
  options.kind = AutoencodingOptions::parseKind(word(given, "kind", ""));
  if (const json& likelihood = orNull(given, "likelihood"); !likelihood.is_null())
    options.likelihood = Likelihood::parse(likelihood);
  options.beta = weight(given, "beta");
  options.gamma = weight(given, "gamma");
  options.adversarialWeight = weight(given, "adversarialWeight");
  const bool judges = options.kind == AutoencodingKind::VaeGan || options.kind == AutoencodingKind::Aae;
  if (judges) options.loss = lossOptions(recipe);
  return options;
}

}  // namespace

double SessionOptions::lazyRatio(const std::string& network) const {
  if (procedure) return procedure->lazyRatio(network);
  if (network == "encoder") return 1;
  return ganode::lazyRatio(step.penalties, network == "generator" ? Side::Generator : Side::Discriminator);
}

SessionOptions parseSessionOptions(const std::string& text) {
  const json recipe = parsed(text);
  SessionOptions options;
  options.generator = network(recipe, "generator");
  if (const json& procedure = orNull(recipe, "procedure"); !procedure.is_null()) {
    options.procedure = parseProcedure(procedure);
    for (const auto& [name, place] :
         {std::pair("discriminator", &options.discriminator), {"encoder", &options.encoder}}) {
      if (recipe["models"].contains(name)) *place = network(recipe, name);
    }
    options.step.accumulation = count(recipe, "accumulation", 1, 1);
    options.step.augment = orNull(recipe, "augment");
    options.step.grows = !orNull(recipe, "growing").is_null();
    options.classes = count(recipe, "classes", 0, 0);
  } else if (orNull(recipe, "autoencoding").is_null()) {
    options.discriminator = network(recipe, "discriminator");
    options.step = stepOptions(recipe);
  } else {
    options.encoder = network(recipe, "encoder");
    readCounts(recipe, options.step);
    AutoencodingOptions& autoencoding = options.autoencoding.emplace(autoencodingOptions(recipe));
    autoencoding.batch = count(recipe, "batch", 1, std::nullopt);
    autoencoding.accumulation = options.step.accumulation;
    if (autoencoding.hasDiscriminator()) options.discriminator = network(recipe, "discriminator");
    if (options.step.discriminatorSteps * options.step.generatorSteps * options.step.packing != 1)
      throw Error("INVALID_OPTION",
                  "recipe: expected discriminatorSteps, generatorSteps and packing of 1 with autoencoding");
  }
  options.timeline = timeline(recipe);
  for (const Timeline::Stage& stage : options.timeline.stages()) {
    if (stage.batch % options.step.packing != 0) fail("batch", "a multiple of packing", stage.batch);
  }
  options.latentSize = count(recipe, "latentSize", 1, std::nullopt, kMostWhole);
  options.uniformLatents = word(recipe, "latentDistribution", "normal") == "uniform";
  if (const json& ema = orNull(recipe, "ema"); !ema.is_null()) options.ema = AverageDecay::parse(ema);
  options.steady = isSteady(recipe);
  options.precision = word(recipe, "precision", "fp32");
  options.device = word(recipe, "device", "cpu");
  options.arithmetic = {Arithmetic::parseTf32(word(recipe, "tf32", "convolutions")),
                        flag(recipe, "deterministic")};
  options.threads = count(recipe, "threads", 1, 0, kMostWhole);
  options.seed = static_cast<uint64_t>(count(recipe, "seed", 0, 0, kMostWhole));
  return options;
}

Timeline parseTimeline(const std::string& text) { return timeline(parsed(text)); }

}  // namespace ganode
