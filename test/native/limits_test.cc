// What may be large in a file or a graph, and how large: depth, counts, sizes and their products.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "checkpoint/safetensors.h"
#include "error.h"
#include "graph/graph.h"
#include "json.h"
#include "step/network.h"
#include "step/session.h"
#include "temporary.h"

using namespace ganode;
using ganode::test::safetensorsBytes;
using ganode::test::TemporaryFolder;
using ganode::test::writeBytes;

namespace {

std::string nested(size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

// The message of the refusal; "" where nothing is thrown.
template <typename Use>
std::string refusal(Use use) {
  try {
    use();
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(message.size() < 400);
    return message;
  }
  return "";
}

// A graph of an input x and one node.
std::string graphOf(const std::string& shape, const std::string& node) {
  return R"({"version": 1, "inputs": {"x": {"shape": )" + shape +
         R"(}}, "outputs": {"image": "n"}, "nodes": [{"name": "n", "inputs": ["x"], )" + node + "}]}";
}

std::string graphRefusal(const std::string& shape, const std::string& node) {
  return refusal([&] { Graph{parseGraph(graphOf(shape, node))}; });
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("JSON is read up to its limits, and no further") {
  const auto parse = [](const std::string& text) {
    return refusal([&] { parseJson(text, "it", "INTERNAL"); });
  };
  CHECK(parse(nested(64)).empty());
  CHECK(has(parse(nested(66)), "it: expected JSON of at most 64 levels"));
  CHECK(has(parse(nested(100'000)), "64 levels"));
  CHECK(has(parse(std::string(1'000'000, '[')), "64 levels"));
  CHECK(has(parse(std::string(1'000'000, '{')), "does not parse"));
  std::string many = "[0";
  for (size_t i = 0; i < kMostJsonValues; ++i) many += ",0";
  CHECK(has(parse(many + "]"), "it: expected JSON of at most 500000 values"));
  CHECK(has(parse('"' + std::string(kMostJsonBytes, 'x') + '"'), "it: expected at most 16777216 bytes"));
  CHECK(has(parse("{\"a\":"), "it: expected JSON, got text that does not parse"));
}

TEST_CASE("a value in a message is cut between characters") {
  CHECK(shown(nlohmann::json{{"a", 1}}) == R"({"a":1})");
  std::string umlauts;
  for (int i = 0; i < 60; ++i) umlauts += "ä";
  const std::string text = shown(umlauts);
  CHECK(text.size() <= 80);
  CHECK(text.ends_with("ä..."));
}

TEST_CASE("a graph of absurd sizes is refused when it is built") {
  // What JSON says, and a few words of the refusal.
  struct Case {
    std::string shape;
    std::string node;
    std::string words;
  };
  const Case cases[] = {
      {"[2147483648, 2]", R"("op": "relu")", "at most 2147483648 values an item"},
      {"[9223372036854775807]", R"("op": "relu")", "whole numbers from 1"},
      {"[18446744073709551615]", R"("op": "relu")", "whole numbers from 1"},
      {"[-4]", R"("op": "relu")", "whole numbers from 1"},
      {"[0]", R"("op": "relu")", "whole numbers from 1"},
      {"[1000000]", R"("op": "dense", "units": 1000000)", "weight of at most 2147483648 values"},
      {"[4]", R"("op": "dense", "units": 1000001)", "from 1 to 1000000"},
      {"[1, 60000, 30000]", R"("op": "conv2d", "filters": 2, "kernel": 1)",
       "an output of at most 2147483648"},
      {"[1, 4, 4]", R"("op": "conv2d", "filters": 1000000, "kernel": 1000000, "padding": "same")",
       "weight of at most"},
      {"[1, 4, 4]", R"("op": "convTranspose2d", "filters": 1, "kernel": 1, "stride": 1000000)",
       "an output of at most"},
      {"[1, 4, 4]", R"("op": "upsample", "factor": 1000000)", "an output of at most"},
      {"[4]", R"("op": "repeat", "count": 1000000000)", "from 1 to 1000000"},
      {"[46340, 46340]", R"("op": "repeat", "count": 2)", "an output of at most"},
      {"[4]", R"("op": "reshape", "shape": [4294967296, 4294967296])", "1 to 8 whole numbers"},
      {"[4]", R"("op": "reshape", "shape": [2147483648, 2147483648, 2147483648])",
       "their product at most 2147483648"},
      {"[4, 4]", R"("op": "lstm", "units": 1000000, "layers": 1000000)", "values"},
      {"[4, 4]", R"("op": "lstm", "units": 1, "layers": 1000000)", "at most 10000 weights in one node"},
      {"[4]", R"("op": "styleMapping", "units": 1, "styles": 1, "layers": 1000000)", "at most 10000 weights"},
      {"[4]", R"("op": "constant", "shape": [2147483648, 2])", "their product at most 2147483648"},
      {"[4]", R"("op": "dense", "units": 4, "initializer": {"kind": "normal", "std": 1e300})",
       "from -1e30 to 1e30"},
      {"[4]", R"("op": "dense", "units": 4, "initializer": {"kind": "uniform", "high": 1e20, "gain": 1e20})",
       "from -1e30 to 1e30"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.node);
    CHECK_MESSAGE(has(graphRefusal(one.shape, one.node), one.words), graphRefusal(one.shape, one.node));
  }
  std::string nodes;
  for (int i = 0; i < 20; ++i) {
    nodes += (i ? "," : "") + std::string(R"({"name": "n)") + std::to_string(i) +
             R"(", "op": "lstm", "inputs": ["x"], "units": 1, "layers": 2000})";
  }
  CHECK(has(refusal([&] {
              Graph{
                  parseGraph(R"({"version": 1, "inputs": {"x": {"shape": [2, 2]}}, "outputs": {"image": "n0"},
                               "nodes": [)" +
                             nodes + "]}")};
            }),
            "at most 100000 weights in all nodes"));
}

TEST_CASE("products of sizes end at the largest number") {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  CHECK(product({}) == 1);
  CHECK(product({3, 4, 5}) == 60);
  CHECK(product({int64_t{1} << 32, int64_t{1} << 32}) == kMost);
  CHECK(product({kMost, kMost, 0}) == 0);
}

TEST_CASE("numbers of a file that are not finite are refused, in every type") {
  const TemporaryFolder folder;
  const std::string path = folder / "weights.safetensors";
  struct Case {
    const char* dtype;
    std::string value;  // little-endian
    bool taken;
  };
  const auto bytes = [](auto value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  };
  const Case cases[] = {
      {"F32", bytes(std::numeric_limits<float>::quiet_NaN()), false},
      {"F32", bytes(-std::numeric_limits<float>::infinity()), false},
      {"F32", bytes(std::numeric_limits<float>::max()), true},
      {"F32", bytes(std::numeric_limits<float>::denorm_min()), true},
      {"F64", bytes(std::numeric_limits<double>::signaling_NaN()), false},
      {"F64", bytes(std::numeric_limits<double>::max()), true},
      {"F16", bytes(uint16_t{0x7c00}), false},
      {"F16", bytes(uint16_t{0x7bff}), true},
      {"BF16", bytes(uint16_t{0xff80}), false},
      {"BF16", bytes(uint16_t{0x7f7f}), true},
      {"I32", bytes(int32_t{-1}), true},
      {"U8", bytes(uint8_t{255}), true},
  };
  for (const Case& one : cases) {
    CAPTURE(one.dtype);
    const size_t size = one.value.size();
    // The value stands last, in a tensor of three.
    const std::string data = std::string(2 * size, '\0') + one.value;
    writeBytes(path,
               safetensorsBytes(R"({"w":{"dtype":")" + std::string(one.dtype) +
                                    R"(","shape":[3],"data_offsets":[0,)" + std::to_string(3 * size) + "]}}",
                                data));
    for (const bool headerOnly : {false, true}) {
      const std::string found = refusal([&] { readSafetensors(path, headerOnly); });
      CHECK(found == (one.taken ? ""
                                : path + ": tensor \"w\": holds a value that is NaN or infinite, of which "
                                         "nothing comes"));
    }
  }
}

TEST_CASE("a header may name so many tensors and entries, and no more") {
  const TemporaryFolder folder;
  const std::string path = folder / "many.safetensors";
  std::string header = "{";
  for (int i = 0; i <= 100'000; ++i)
    header += (i ? ",\"" : "\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  writeBytes(path, safetensorsBytes(header + "}", ""));
  CHECK(has(refusal([&] { readSafetensors(path); }), "its header names more than 100000 tensors"));
  header = R"({"__metadata__":{)";
  for (int i = 0; i <= 10'000; ++i) header += (i ? ",\"" : "\"") + std::to_string(i) + R"(":"")";
  writeBytes(path, safetensorsBytes(header + "}}", ""));
  CHECK(has(refusal([&] { readSafetensors(path); }), "its __metadata__ has more than 10000 entries"));
}

TEST_CASE("a recipe in a file that is nested without end is refused") {
  const TemporaryFolder folder;
  const std::string path = folder / "deep.safetensors";
  for (
      const std::string& recipe :
      {nested(100'000), R"({"models":{"generator":)" + nested(100'000) + "}}",
       R"({"models":{"generator":{"version":1,"inputs":{"z":{"shape":[2]}},"outputs":{"image":"n"},"nodes":[)"
       R"({"name":"n","op":"relu","inputs":["z"],"x":)" +
           nested(100'000) + "}]}}}"}) {
    writeSafetensors(path, {{"w", at::ones({2})}}, {{"ganode.recipe", recipe}, {"ganode.steps", "1"}});
    CHECK(has(refusal([&] { ganode::Network::open(path, {}); }),
              "ganode.recipe: expected JSON of at most 64 levels"));
  }
  CHECK(has(refusal([&] { parseSessionOptions(nested(100'000)); }),
            "recipe: expected JSON of at most 64 levels"));
}
