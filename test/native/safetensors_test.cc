// Reading and writing checkpoints that are whole; test/native/safetensors_hostile_test.cc has those that are
// not.
#include "checkpoint/safetensors.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "checkpoint/checksum.h"
#include "error.h"
#include "temporary.h"

using namespace ganode;
using ganode::test::readBytes;
using ganode::test::TemporaryFolder;
using ganode::test::writeBytes;

namespace {

constexpr at::ScalarType kTypes[] = {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong,
                                     at::kInt,    at::kShort, at::kChar, at::kByte,     at::kBool};

// Every bit pattern, NaNs with payloads included; booleans are 0 or 1.
at::Tensor noise(at::IntArrayRef shape, at::ScalarType type, uint8_t seed) {
  const at::Tensor tensor = at::empty(shape, type);
  auto* bytes = static_cast<uint8_t*>(tensor.mutable_data_ptr());
  uint32_t state = seed;
  for (size_t i = 0; i < tensor.nbytes(); ++i) {
    state = state * 1664525u + 1013904223u;
    bytes[i] = static_cast<uint8_t>(type == at::kBool ? state >> 31 : state >> 24);
  }
  return tensor;
}

void checkSame(const at::Tensor& got, const at::Tensor& expected) {
  CHECK((got.scalar_type() == expected.scalar_type()));
  REQUIRE(got.sizes() == expected.sizes());
  const at::Tensor plain = expected.contiguous();
  CHECK(got.is_contiguous());
  if (plain.nbytes() > 0)
    CHECK(std::memcmp(got.const_data_ptr(), plain.const_data_ptr(), plain.nbytes()) == 0);
}

// Code of the Error that `action` throws; "" where it throws none.
template <typename Action>
std::string codeOf(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

const std::string kFixture =
    std::string(__FILE__).substr(0, std::string(__FILE__).rfind('/')) + "/fixtures/python.safetensors";

}  // namespace

TEST_CASE("checksum is the CRC-32 of zlib") {
  Checksum checksum;
  checksum.add("12345", 5);
  checksum.add("6789", 4);
  CHECK(checksum.hex() == "cbf43926");  // the check value of the algorithm's catalogue entry
}

TEST_CASE("safetensors: everything comes back bit for bit") {
  const TemporaryFolder folder;
  NamedTensors tensors;
  uint8_t seed = 1;
  for (const at::ScalarType type : kTypes) {
    const std::string name = c10::toString(type);
    tensors.emplace_back(name + ".matrix", noise({3, 5}, type, seed++));
    tensors.emplace_back(name + ".scalar", noise({}, type, seed++));
    tensors.emplace_back(name + ".empty", noise({2, 0, 3}, type, seed++));
    tensors.emplace_back(name + ".transposed", noise({4, 3}, type, seed++).t());
    tensors.emplace_back(name + ".part", noise({6, 6}, type, seed++).slice(1, 1, 6, 2));
  }
  tensors.emplace_back("channels_last",
                       noise({2, 3, 4, 5}, at::kFloat, 99).contiguous(at::MemoryFormat::ChannelsLast));
  tensors.emplace_back("blocks", noise({3, 1 << 20}, at::kByte, 100));  // more than one block of the reader
  tensors.emplace_back("naïve \"名前\" \\", noise({1}, at::kInt, 101));
  const Metadata metadata = {{"recipe", "{\"a\": \"\\u00e9\\n\"}"},
                             {"é", ""},
                             // Must not be taken for the checksum.
                             {"a\"ganode.checksum", "0123456789"},
                             {"b", ",\"ganode.checksum\":\"12345678\""}};

  const std::string path = folder / "all.safetensors";
  const uint64_t bytes = writeSafetensors(path, tensors, metadata);
  CHECK(bytes == std::filesystem::file_size(path));
  CHECK(folder.files() == 1);

  const Checkpoint got = readSafetensors(path);
  CHECK(got.bytes == bytes);
  CHECK(got.tensors.size() == tensors.size());
  for (const auto& [name, tensor] : tensors) {
    CAPTURE(name);
    REQUIRE(got.tensors.contains(name));
    checkSame(got.tensors.at(name), tensor);
    CHECK(got.infos.at(name).bytes == tensor.nbytes());
    CHECK(got.infos.at(name).shape == tensor.sizes().vec());
  }
  for (const auto& [key, value] : metadata) CHECK(got.metadata.at(key) == value);
  CHECK(got.metadata.at("ganode.format") == "1");
  CHECK(got.metadata.at("ganode.checksum").size() == 8);

  const Checkpoint header = readSafetensors(path, /*headerOnly=*/true);
  CHECK(header.tensors.empty());
  CHECK(header.metadata == got.metadata);
  CHECK(header.infos.size() == got.infos.size());
  CHECK(header.bytes == bytes);
}

TEST_CASE("safetensors: a file without tensors") {
  const TemporaryFolder folder;
  writeSafetensors(folder / "none", {}, {{"key", "value"}});
  const Checkpoint got = readSafetensors(folder / "none");
  CHECK(got.tensors.empty());
  CHECK(got.metadata.at("key") == "value");
}

TEST_CASE("safetensors: what was read outlives the file") {
  const TemporaryFolder folder;
  const at::Tensor original = at::arange(1000, at::kFloat);
  writeSafetensors(folder / "file", {{"x", original}}, {});
  const Checkpoint got = readSafetensors(folder / "file");
  std::filesystem::resize_file(folder / "file", 0);
  checkSame(got.tensors.at("x"), original);
}

TEST_CASE("safetensors: every tensor is aligned to its type") {
  const TemporaryFolder folder;
  writeSafetensors(folder / "file",
                   {{"u8", noise({3}, at::kByte, 1)},
                    {"f16", noise({3}, at::kHalf, 2)},
                    {"f64", noise({1}, at::kDouble, 3)}},
                   {{"odd", "x"}});
  const std::string bytes = readBytes(folder / "file");
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  CHECK(length % 8 == 0);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  CHECK(header["f64"]["data_offsets"] == nlohmann::json({0, 8}));
  CHECK(header["f16"]["data_offsets"] == nlohmann::json({8, 14}));
  CHECK(header["u8"]["data_offsets"] == nlohmann::json({14, 17}));
}

TEST_CASE("safetensors: a file of Python's safetensors") {
  const Checkpoint got = readSafetensors(kFixture);
  CHECK(got.metadata == Metadata{{"origin", "Python's safetensors"}, {"quote", "a \"b\" \\ c"}});
  CHECK(got.tensors.size() == 13);
  const std::map<std::string, std::pair<std::string, at::ScalarType>> types = {
      {"float64", {"F64", at::kDouble}}, {"float32", {"F32", at::kFloat}},
      {"float16", {"F16", at::kHalf}},   {"bfloat16", {"BF16", at::kBFloat16}},
      {"int64", {"I64", at::kLong}},     {"int32", {"I32", at::kInt}},
      {"int16", {"I16", at::kShort}},    {"int8", {"I8", at::kChar}},
      {"uint8", {"U8", at::kByte}},      {"bool", {"BOOL", at::kBool}}};
  const at::Tensor counted = at::arange(1, 7).reshape({2, 3});
  for (const auto& [name, type] : types) {
    CAPTURE(name);
    CHECK(got.infos.at("all." + name).dtype == type.first);
    checkSame(got.tensors.at("all." + name),
              (type.second == at::kBool ? counted % 2 : counted).to(type.second));
  }
  CHECK(got.tensors.at("scalar").dim() == 0);
  CHECK(got.tensors.at("scalar").item<float>() == 7.0f);
  CHECK(got.tensors.at("empty").sizes() == at::IntArrayRef{3, 0, 2});
  CHECK(got.tensors.at("naïve “名前”").item<int>() == 42);
  CHECK(readSafetensors(kFixture, /*headerOnly=*/true).infos.size() == 13);
}

TEST_CASE("safetensors: the writer refuses what no reader would take back") {
  const TemporaryFolder folder;
  const at::Tensor x = at::zeros({1});
  const auto write = [&](const NamedTensors& tensors, const Metadata& metadata = {}) {
    return codeOf([&] { writeSafetensors(folder / "file", tensors, metadata); });
  };
  CHECK(write({{"x", x}, {"x", x}}) == "INTERNAL");
  CHECK(write({{"", x}}) == "INTERNAL");
  CHECK(write({{"__metadata__", x}}) == "INTERNAL");
  CHECK(write({{"line\nbreak", x}}) == "INTERNAL");
  CHECK(write({{"not \xff UTF-8", x}}) == "INTERNAL");
  CHECK(write({{"x", x}}, {{"key", "not \xff UTF-8"}}) == "INTERNAL");
  CHECK(write({{"complex", at::zeros({1}, at::kComplexFloat)}}) == "INTERNAL");
  CHECK(write({{"x", x}}, {{"key", std::string(100'000'001, 'x')}}) == "INTERNAL");
  CHECK(folder.files() == 0);
}

TEST_CASE("safetensors: what cannot be opened is an IO error, and nothing waits") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& path) { return codeOf([&] { readSafetensors(path); }); };
  CHECK(read(folder / "missing") == "IO");
  CHECK(read(folder.path().string()) == "IO");
  CHECK(read("/dev/zero") == "IO");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(read(folder / "pipe") == "IO");
  writeBytes(folder / "file", "");
  CHECK(read(folder / "file/below") == "IO");
}

TEST_CASE("safetensors: threads that write one path leave one of their files") {
  const TemporaryFolder folder;
  std::vector<std::thread> threads;
  for (int64_t value = 0; value < 4; ++value) {
    threads.emplace_back([&, value] {
      for (int i = 0; i < 5; ++i)
        writeSafetensors(folder / "file", {{"x", at::full({100'000}, value, at::kByte)}}, {});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const at::Tensor x = readSafetensors(folder / "file").tensors.at("x");
  CHECK(x.eq(x[0]).all().item<bool>());
  CHECK(folder.files() == 1);
}
