// Procedures: what their plans come to, and what is refused. Whole steps are compared with PyTorch in
// test/reference.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "error.h"
#include "procedure/plan.h"

namespace {

using nlohmann::json;

const json kGenerator = json::parse(R"({"version": 1, "inputs": {"z": {"shape": [3]}},
  "outputs": {"image": "image", "styles": "d"}, "nodes": [
    {"name": "d", "op": "dense", "inputs": ["z"], "units": 4},
    {"name": "image", "op": "reshape", "inputs": ["d"], "shape": [1, 2, 2]}]})");

json discriminator(bool mixes) {
  json graph = json::parse(R"({"version": 1, "inputs": {"image": {"shape": [1, 2, 2]}},
    "outputs": {"logits": "l"}, "nodes": [
      {"name": "f", "op": "flatten", "inputs": ["image"]},
      {"name": "l", "op": "dense", "inputs": ["f"], "units": 1}]})");
  if (!mixes) return graph;
  graph["nodes"] = json::parse(R"([
      {"name": "f", "op": "flatten", "inputs": ["image"]},
      {"name": "b", "op": "batchNorm", "inputs": ["f"]},
      {"name": "l", "op": "dense", "inputs": ["b"], "units": 1}])");
  return graph;
}

// Wasserstein losses of a generator and a discriminator.
json game() {
  return json::parse(R"({"values": [
    {"name": "image", "op": "field", "field": "image"},
    {"name": "z", "op": "latent"},
    {"name": "made", "op": "apply", "inputs": ["z"], "network": "generator", "arguments": ["z"]},
    {"name": "fakes", "op": "output", "inputs": ["made"], "output": "image"},
    {"name": "fake", "op": "detach", "inputs": ["fakes"]},
    {"name": "onReal", "op": "apply", "inputs": ["image"], "network": "discriminator", "arguments": ["image"]},
    {"name": "real", "op": "output", "inputs": ["onReal"], "output": "logits"},
    {"name": "onFake", "op": "apply", "inputs": ["fake"], "network": "discriminator", "arguments": ["image"]},
    {"name": "fakeLogits", "op": "output", "inputs": ["onFake"], "output": "logits"},
    {"name": "lossOfD", "op": "subtract", "inputs": ["fakeLogits", "real"]},
    {"name": "onFakes", "op": "apply", "inputs": ["fakes"], "network": "discriminator", "arguments": ["image"]},
    {"name": "logitsOfFakes", "op": "output", "inputs": ["onFakes"], "output": "logits"},
    {"name": "lossOfG", "op": "scale", "inputs": ["logitsOfFakes"], "by": -1}],
    "updates": [{"kind": "repeat", "times": 2, "updates": [
        {"kind": "update", "networks": ["discriminator"], "objective": "lossOfD"}]},
      {"kind": "update", "networks": ["generator"], "objective": "lossOfG"}],
    "report": {"lossOfD": "lossOfD"}})");
}

struct Networks {
  explicit Networks(bool mixes = false)
      : generator(ganode::parseGraph(kGenerator)),
        discriminator(ganode::parseGraph(::discriminator(mixes))) {}
  ganode::Graph generator;
  ganode::Graph discriminator;
};

ganode::Procedure made(const json& spec, const Networks& networks) {
  ganode::Procedure::Options options;
  options.image.dims = {1, 2, 2};
  options.latentSize = 3;
  return {ganode::parseProcedure(spec),
          {{"generator", &networks.generator}, {"discriminator", &networks.discriminator}},
          options};
}

bool always(const ganode::UpdateSpec&, int64_t) { return true; }

std::string planOf(const json& spec, bool mixes = false) {
  const Networks networks(mixes);
  const ganode::Procedure procedure = made(spec, networks);
  return describe(ganode::makePlan(procedure, 1, always), procedure);
}

std::string refusalOf(const json& spec) {
  try {
    planOf(spec);
  } catch (const ganode::Error& error) {
    CHECK(error.code() == "INVALID_OPTION");
    return error.what();
  }
  return "none";
}

json with(json spec, const char* path, const json& value) {
  spec[json::json_pointer(path)] = value;
  return spec;
}

}  // namespace

TEST_CASE("a plan keeps fakes for the generator, and judges real images and fakes in one pass") {
  CHECK(planOf(game()) ==
        "discriminator update\n"
        "  z = latent\n"
        "  made = generator(z), without a graph\n"
        "  onReal, onFake = discriminator(image, made.image) in one pass\n"
        "  lossOfD = subtract(onFake.logits, onReal.logits)\n"
        "  report lossOfD\n"
        "  gradient of lossOfD by the weights of discriminator\n"
        "  move discriminator\n"
        "discriminator update\n"
        "  z = latent\n"
        "  made = generator(z)\n"
        "  onReal, onFake = discriminator(image, made.image) in one pass\n"
        "  lossOfD = subtract(onFake.logits, onReal.logits)\n"
        "  report lossOfD\n"
        "  gradient of lossOfD by the weights of discriminator\n"
        "  move discriminator\n"
        "generator update\n"
        "  onFakes = discriminator(made.image), its weights fixed\n"
        "  lossOfG = scale(onFakes.logits, by -1)\n"
        "  gradient of lossOfG by the weights of generator\n"
        "  move generator\n");
}

TEST_CASE("passes of a network that mixes samples stay apart") {
  const std::string plan = planOf(game(), /*mixes=*/true);
  CHECK(plan.find("one pass") == std::string::npos);
  CHECK(plan.find("  onReal = discriminator(image)\n") != std::string::npos);
  CHECK(plan.find("  onFake = discriminator(made.image)\n") != std::string::npos);
}

TEST_CASE("equal updates are one that is done several times") {
  const json spec = with(game(), "/updates/0/times", 5);
  const std::string plan = planOf(spec);
  CHECK(plan.find("discriminator update, 4 times\n") == 0);
  CHECK(made(spec, Networks()).spec().batches() == 5);
}

TEST_CASE("a derivative keeps what it goes through, and what it is taken by is a leaf") {
  json spec = game();
  spec["values"].push_back({{"name", "slope"}, {"op", "gradient"}, {"inputs", {"real", "image"}}});
  spec["values"].push_back({{"name", "r1"}, {"op", "sum"}, {"inputs", {"slope"}}});
  spec["updates"].push_back(
      {{"kind", "update"}, {"networks", {"discriminator"}}, {"objective", "r1"}, {"every", 4}});
  const Networks networks;
  const ganode::Procedure procedure = made(spec, networks);
  CHECK(procedure.spec().lazyRatio("discriminator") == doctest::Approx(0.8));
  CHECK(procedure.spec().lazyRatio("generator") == 1);
  CHECK(!procedure.spec().isSteady());
  const ganode::Plan plan = ganode::makePlan(procedure, 1, always);
  int64_t leaves = 0;
  for (const ganode::Instance& instance : plan.instances) {
    const std::string& name = procedure.values()[instance.value].name;
    if (name == "slope") CHECK(instance.graph);
    if (!instance.leaf) continue;
    CHECK(name == "image");
    ++leaves;
  }
  CHECK(leaves == 1);
  // Where it is not due, nothing is kept for it.
  const ganode::Plan others = ganode::makePlan(
      procedure, 1, [](const ganode::UpdateSpec& update, int64_t) { return update.every == 1; });
  for (const ganode::Instance& instance : others.instances) CHECK(!instance.leaf);
}

TEST_CASE("updates together are differentiated before any of them moves") {
  json spec = game();
  spec["updates"] = json::parse(R"([{"kind": "together", "updates": [
    {"kind": "update", "networks": ["discriminator"], "objective": "lossOfD"},
    {"kind": "update", "networks": ["generator"], "objective": "lossOfG"}]}])");
  const Networks networks;
  const ganode::Procedure procedure = made(spec, networks);
  const ganode::Plan plan = ganode::makePlan(procedure, 1, always);
  using Kind = ganode::Instruction::Kind;
  std::string kinds;
  for (const ganode::Instruction& one : plan.instructions) {
    if (one.kind == Kind::Gather) kinds += "gather ";
    if (one.kind == Kind::Move) kinds += "move ";
  }
  CHECK(kinds == "gather gather move move ");
}

TEST_CASE("what is wrong with a procedure is told by the names in it") {
  const auto value = [](const json& one) {
    json spec = game();
    spec["values"].push_back(one);
    return refusalOf(spec);
  };
  CHECK(refusalOf(with(game(), "/updates/1/networks", {"discriminator"})) == "none");
  CHECK(refusalOf(with(game(), "/updates/0/updates/0/networks", {"generator"})) ==
        "procedure: update of \"generator\": its objective \"lossOfD\" does not depend on that network");
  CHECK(refusalOf(with(game(), "/updates/1/networks", {"encoder"})) ==
        "procedure: update 1: expected the name of a network (generator, discriminator), got \"encoder\"");
  CHECK(
      refusalOf(with(game(), "/updates/1/objective", "fakes")) ==
      "procedure: update 1: expected an objective of one number an item, got \"fakes\" of [1, 2, 2] an item");
  CHECK(refusalOf(with(game(), "/updates/1/objective", "x")) ==
        "procedure: update 1: its objective \"x\" is no value of the procedure");
  CHECK(refusalOf(with(game(), "/updates/0/times", 0)) ==
        "procedure: update 0: expected times to be a whole number from 1 to 10000, got 0");
  CHECK(refusalOf(with(game(), "/values/0/field", "sound")) ==
        "procedure: value \"image\" (field): the data has no field \"sound\"; it has image");
  CHECK(refusalOf(with(game(), "/values/3/output", "picture")) ==
        "procedure: value \"fakes\" (output): the network \"generator\" has no output \"picture\"; it has "
        "image, styles");
  CHECK(refusalOf(with(game(), "/values/5/inputs", {"z"})) ==
        "procedure: value \"onReal\" (apply): input \"image\" of the network \"discriminator\": expected [1, "
        "2, "
        "2], got \"z\" of [3] an item");
  CHECK(refusalOf(with(game(), "/values/9/inputs", {"fakeLogits", "later"})) ==
        "procedure: value \"lossOfD\": its input \"later\" is no earlier value");
  CHECK(value({{"name", "g"}, {"op", "gradient"}, {"inputs", {"real", "z"}}}) == "none");
  CHECK(value({{"name", "a"}, {"op", "nothing"}, {"inputs", {"z"}}}) ==
        "procedure: value \"a\" (nothing): there is no such operator");
  CHECK(value({{"name", "a"}, {"op", "dense"}, {"inputs", {"z"}}, {"units", 2}}) ==
        "procedure: value \"a\" (dense): has weights: it belongs into a network");
  CHECK(value({{"name", "a"}, {"op", "add"}, {"inputs", {"z", "fakes"}}}) ==
        "procedure: value \"a\" (add): cannot combine [1, 2, 2] with [3]");
  CHECK(value({{"name", "a"}, {"op", "scale"}, {"inputs", {"z"}}, {"be", 2}}) ==
        "procedure: value \"a\" (scale): has no attribute \"be\"; it has by");
  CHECK(value({{"name", "a"}, {"op", "detach"}, {"inputs", {"z"}}, {"by", 2}}) ==
        "procedure: value \"a\" (detach): has no attribute \"by\"; it has none");
  CHECK(value({{"name", "a\n"}, {"op", "latent"}}) ==
        "procedure: value 13, its name: expected a name of up to 200 letters, digits, '_', '-' and '.', got "
        "\"a\\n\"");
  CHECK(refusalOf(with(game(), "/updates/1/evry", 2)) ==
        "procedure: update 1: has no \"evry\"; it has every, from, kind, networks, objective, until");
  CHECK(refusalOf(with(game(), "/updates/0/samedata", true)) ==
        "procedure: update 0: has no \"samedata\"; it has kind, sameData, times, updates");
  CHECK(refusalOf(with(game(), "/reports", json::object())) ==
        "procedure: the whole: has no \"reports\"; it has report, updates, values, version, watched");
  CHECK(refusalOf(with(with(game(), "/updates/1/from", 8), "/updates/1/until", 8)) ==
        "procedure: update 1: expected until to be above from, or it is never due, got 8 and 8");
  CHECK(value({{"name", "z"}, {"op", "latent"}}) ==
        "procedure: value \"z\": the name is taken by an earlier value");
  CHECK(value({{"name", "a"}, {"op", "sum"}, {"inputs", {"made"}}}) ==
        "procedure: value \"a\" (sum): expected an output of \"made\", got all of them");
  CHECK(
      value({{"name", "a"}, {"op", "average"}, {"inputs", {"real"}}}) ==
      "procedure: value \"a\" (average): expected a value that is there once a batch (batchMean), got [1] an "
      "item");
}

TEST_CASE("a derivative by what a value does not depend on is refused") {
  json spec = game();
  spec["values"].push_back({{"name", "g"}, {"op", "gradient"}, {"inputs", {"real", "z"}}});
  spec["values"].push_back({{"name", "s"}, {"op", "sum"}, {"inputs", {"g"}}});
  spec["updates"].push_back({{"kind", "update"}, {"networks", {"discriminator"}}, {"objective", "s"}});
  CHECK(refusalOf(spec) == "procedure: value \"g\" (gradient): \"real\" does not depend on \"z\"");
}

TEST_CASE("any text that is no procedure is refused in a line") {
  for (
      const char* text :
      {"null", "[]", "{}", R"({"values": 3})", R"({"values": [], "updates": []})",
       R"({"values": [3], "updates": [{}]})", R"({"values": [{"name": "a"}], "updates": [{}]})",
       R"({"values": [], "updates": [{"kind": "repeat", "times": 2, "updates": []}]})",
       R"({"values": [], "updates": [{"kind": "clip", "networks": ["generator"], "limit": 0}]})",
       R"({"values": [], "updates": [{"kind": "together", "updates": [{"kind": "clip", "networks": ["generator"], "limit": 1}]}]})"}) {
    const std::string refusal = refusalOf(json::parse(text));
    CHECK(refusal.starts_with("procedure: "));
    CHECK(refusal.find('\n') == std::string::npos);
  }
  // Ten thousand turns within ten thousand.
  json spec = game();
  spec["updates"][0]["times"] = 10'000;
  const json inner = spec["updates"][0];
  spec["updates"][0]["updates"] = {inner};
  CHECK(refusalOf(spec) == "procedure: expected at most 10000 batches in one step");
}

TEST_CASE("a small text cannot ask for any amount of memory or time") {
  // Each of a hundred sums takes the one before twice.
  json spec = game();
  std::string last = "lossOfD";
  for (int i = 0; i < 100; ++i) {
    const std::string name = "s" + std::to_string(i);
    spec["values"].push_back({{"name", name}, {"op", "add"}, {"inputs", {last, last}}});
    last = name;
  }
  spec["updates"][0]["updates"][0]["objective"] = last;
  const std::string plan = planOf(spec);
  CHECK(plan.size() < 5000);
  // A million values in all.
  const json wide = with(spec, "/updates/0/times", 10'000);
  CHECK(refusalOf(wide).starts_with("procedure: expected at most 1000000 values in one step, got more"));
  json packed = game();
  std::string images = "image";
  for (int i = 0; i < 3; ++i) {
    const std::string name = "f" + std::to_string(i);
    packed["values"].push_back({{"name", name}, {"op", "first"}, {"inputs", {images}}, {"of", 1000}});
    images = name;
  }
  CHECK(refusalOf(packed) == "procedure: value \"f2\" (first): expected at most 1000000 in all");
}
