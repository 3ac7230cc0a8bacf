// Files that were cut, altered, made to harm, or come from the future: each is refused with one clear line.
#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "checkpoint/safetensors.h"
#include "error.h"
#include "temporary.h"

using namespace ganode;
using ganode::test::readBytes;
using ganode::test::safetensorsBytes;
using ganode::test::TemporaryFolder;
using ganode::test::writeBytes;

namespace {

// "CODE message", the path taken out; "" where the file is taken.
std::string refusal(const std::string& path, bool headerOnly = false) {
  try {
    readSafetensors(path, headerOnly);
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(message.find('\n') == std::string::npos);
    CHECK(message.size() < path.size() + 300);
    REQUIRE(message.starts_with(path + ": "));
    CHECK(std::get<std::string>(error.details().at("path")) == path);
    return error.code() + " " + message.substr(path.size() + 2);
  }
  return "";
}

// A small checkpoint of ours, in several dtypes.
std::string makeSmall(const TemporaryFolder& folder) {
  writeSafetensors(folder / "small",
                   {{"a", at::arange(3, at::kFloat)},
                    {"b", at::ones({2, 2}, at::kBool)},
                    {"c", at::full({}, 5, at::kLong)}},
                   {{"key", "é\""}});
  return readBytes(folder / "small");
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

struct Hostile {
  std::string header;
  size_t dataBytes;
  std::string expected;  // part of the message
};

}  // namespace

TEST_CASE("hostile safetensors: every flipped bit is refused") {
  const TemporaryFolder folder;
  const std::string whole = makeSmall(folder);
  const std::string path = folder / "flipped";
  REQUIRE(refusal(folder / "small") == "");
  size_t taken = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      writeBytes(path, flipped);
      for (const bool headerOnly : {false, true}) taken += refusal(path, headerOnly).empty() ? 1 : 0;
    }
  }
  CHECK(taken == 0);
}

TEST_CASE("hostile safetensors: every other length is refused") {
  const TemporaryFolder folder;
  const std::string whole = makeSmall(folder);
  for (size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    writeBytes(folder / "cut", whole.substr(0, length));
    CHECK(refusal(folder / "cut").starts_with("CHECKPOINT_CORRUPT is cut short"));
    CHECK(refusal(folder / "cut", true).starts_with("CHECKPOINT_CORRUPT is cut short"));
  }
  writeBytes(folder / "long", whole + '\0');
  CHECK(refusal(folder / "long").starts_with("CHECKPOINT_CORRUPT has trailing bytes"));
}

TEST_CASE("hostile safetensors: header lengths") {
  const TemporaryFolder folder;
  const std::string path = folder / "file";
  const auto withLength = [&](uint64_t length) {
    std::string bytes = safetensorsBytes("{}", "");
    bytes.replace(0, 8, reinterpret_cast<const char*>(&length), 8);
    writeBytes(path, bytes);
    return refusal(path);
  };
  CHECK(withLength(2) == "");
  CHECK(withLength(3) == "CHECKPOINT_CORRUPT is cut short: its header claims 3 bytes, and 2 follow");
  CHECK(withLength(100'000'000).find("is cut short") != std::string::npos);
  for (const uint64_t length : {uint64_t{100'000'001}, uint64_t{1} << 63, ~uint64_t{0}, ~uint64_t{7}}) {
    CHECK(withLength(length).starts_with("CHECKPOINT_CORRUPT is no checkpoint: its header claims " +
                                         std::to_string(length)));
  }
  CHECK(withLength(1).find("not valid JSON") != std::string::npos);
  CHECK(withLength(0).find("does not begin with {") != std::string::npos);
}

TEST_CASE("hostile safetensors: headers, each with a message of its own") {
  const std::string u8 = "\"U8\"";
  const std::string max = "18446744073709551615";
  const std::string good = entry(u8, "[4]", "[0,4]");
  const std::vector<Hostile> all = {
      {"\x89PNG\r\n", 0, "does not begin with {"},
      {"[]", 0, "does not begin with {"},
      {"\xef\xbb\xbf{}", 0, "does not begin with {"},
      {"{\"a\":" + good, 4, "not valid JSON"},
      {"{\"a\":" + good + "}}", 4, "not valid JSON"},
      {"{\"a\":" + good + "}" + std::string(1, '\0') + "x", 4, "not valid JSON"},
      {"{\"\xff\":" + good + "}", 4, "not valid JSON"},
      {"{\"a\":" + entry(u8, "[1e999]", "[0,4]") + "}", 4, "not valid JSON"},
      {"{\"a\":4}", 4, "tensor \"a\": expected an object"},
      {"{\"a\":" + std::string(100'000, '[') + "}", 4, "tensor \"a\": expected an object"},
      {"{\"a\":{\"shape\":" + std::string(100'000, '['), 4, "expected shape to be at most 16 whole numbers"},
      {"{\"a\":{\"shape\":{\"shape\":", 4, "expected shape to be at most 16 whole numbers"},
      {"{\"a\":" + entry(u8, "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,4]", "[0,4]") + "}", 4,
       "expected shape to be at most 16"},
      {"{\"a\":" + entry(u8, "[-4]", "[0,4]") + "}", 4, "expected shape to be at most 16"},
      {"{\"a\":" + entry(u8, "[4.0]", "[0,4]") + "}", 4, "expected shape to be at most 16"},
      {"{\"a\":" + entry(u8, "4", "[0,4]") + "}", 4, "expected shape to be at most 16"},
      {"{\"a\":" + entry(u8, "[18446744073709551616]", "[0,4]") + "}", 4, "expected shape to be at most 16"},
      {"{\"a\":" + entry(u8, "[4]", "[0]") + "}", 4, "expected data_offsets to be two whole numbers"},
      {"{\"a\":" + entry(u8, "[4]", "[0,4,8]") + "}", 4, "expected data_offsets to be two whole numbers"},
      {"{\"a\":" + entry(u8, "[4]", "null") + "}", 4, "expected data_offsets to be two whole numbers"},
      {"{\"a\":" + entry("7", "[4]", "[0,4]") + "}", 4, "expected dtype to be a string"},
      {"{\"a\":" + entry("\"F8_E4M3\"", "[4]", "[0,4]") + "}", 4, "unknown dtype \"F8_E4M3\""},
      {"{\"a\":{\"dtype\":\"U8\",\"shape\":[4]}}", 4, "expected dtype, shape and data_offsets"},
      {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\"}}", 4, "names dtype twice"},
      {"{\"a\":{\"dtype\":\"U8\",\"strides\":[4]}}", 4, "unknown field \"strides\""},
      {"{\"a\":" + good + ",\"a\":" + good + "}", 4, "names \"a\" twice"},
      {"{\"a\":" + good + ",\"\\u0061\":" + good + "}", 4, "names \"a\" twice"},
      {"{\"\":" + good + "}", 4, "its name is empty"},
      {"{\"a\\nb\":" + good + "}", 4, "tensor \"a\\nb\": its name has control characters"},
      {"{\"" + std::string(5000, 'n') + "\":" + good + "}", 4, "its name is longer than 1024 bytes"},
      {"{\"__metadata__\":[],\"a\":" + good + "}", 4, "expected __metadata__ to be an object of strings"},
      {"{\"__metadata__\":{\"a\":1},\"a\":" + good + "}", 4,
       "expected __metadata__ to be an object of strings"},
      {"{\"__metadata__\":{\"a\":{}},\"a\":" + good + "}", 4,
       "expected __metadata__ to be an object of strings"},
      {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":" + good + "}", 4,
       "__metadata__ names \"k\" twice"},
      {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "its header names \"__metadata__\" twice"},
      {"{\"a\":" + entry(u8, "[4294967296,4294967296]", "[0,0]") + "}", 0, "its shape overflows"},
      {"{\"a\":" + entry("\"F64\"", "[2305843009213693952]", "[0,0]") + "}", 0, "its shape overflows"},
      {"{\"a\":" + entry(u8, "[0," + max + "]", "[0,0]") + "}", 0, "its shape overflows"},
      {"{\"a\":" + entry(u8, "[4294967296,0,4294967296]", "[0,0]") + "}", 0, "its shape overflows"},
      {"{\"a\":" + entry(u8, "[4]", "[4,0]") + "}", 4, "its data_offsets are the wrong way round"},
      {"{\"a\":" + entry(u8, "[4]", "[0,3]") + "}", 4,
       "its data_offsets span 3 bytes, and its shape and dtype need 4"},
      {"{\"a\":" + entry(u8, "[4]", "[" + max + "," + max + "]") + "}", 4, "its data_offsets span 0 bytes"},
      {"{\"a\":" + entry(u8, "[9223372036854775807]", "[0,9223372036854775807]") + "}", 4,
       "is cut short: its tensors need 9223372036854775807 bytes"},
      {"{\"a\":" + entry(u8, "[4]", "[18446744073709551611," + max + "]") + "}", 4,
       "its data_offsets reach to byte " + max},
      {"{\"a\":" + good + ",\"b\":" + entry(u8, "[4]", "[2,6]") + "}", 6,
       "tensor \"b\": overlaps the one before it at byte 2"},
      {"{\"a\":" + good + ",\"b\":" + good + "}", 4, "overlaps the one before it at byte 0"},
      {"{\"a\":" + good + ",\"b\":" + entry(u8, "[0]", "[2,2]") + "}", 4,
       "overlaps the one before it at byte 2"},
      {"{\"a\":" + good + ",\"b\":" + entry(u8, "[4]", "[6,10]") + "}", 10,
       "no tensor holds the bytes from 4"},
      {"{\"a\":" + entry(u8, "[4]", "[2,6]") + "}", 6, "no tensor holds the bytes from 0"},
      {"{\"a\":" + good + "}", 5, "has trailing bytes: its tensors need 4"},
      {"{\"a\":" + good + "}", 3, "is cut short: its tensors need 4"},
      {"{\"a\":" + entry("\"BOOL\"", "[4]", "[0,4]") + "}", 4, "holds a value that is neither 0 nor 1"},
      {"{\"__metadata__\":{\"ganode.format\":\"one\"}}", 0,
       "expected ganode.format to be a whole number, got \"one\""},
      {"{\"__metadata__\":{\"ganode.format\":\"1\"}}", 0, "was altered: its checksum is gone"},
      {"{\"__metadata__\":{\"ganode.checksum\" : \"00000000\"}}", 0, "was altered: its checksum is gone"},
      {"{\"__metadata__\":{\"ganode.checksum\":\"x\\ny\"}}        ", 0,
       "was altered: its checksum is \"x\\ny\""},
      {"{\"__metadata__\":{\"ganode.checksum\":\"00000000\"}}", 0, "was altered: its checksum is "},
  };
  const TemporaryFolder folder;
  const std::string path = folder / "file";
  for (const Hostile& hostile : all) {
    writeBytes(path, safetensorsBytes(hostile.header, std::string(hostile.dataBytes, '\x02')));
    const std::string message = refusal(path);
    CAPTURE(hostile.header.substr(0, 200));
    CAPTURE(message);
    CHECK(message.starts_with("CHECKPOINT_CORRUPT "));
    CHECK(message.find(hostile.expected) != std::string::npos);
  }
  // The parts they share are whole: nothing above was refused for another reason.
  writeBytes(path,
             safetensorsBytes("{\"a\":" + good + ",\"b\":" + entry(u8, "[0,7]", "[4,4]") + "} \n", "1234"));
  CHECK(refusal(path) == "");
}

TEST_CASE("hostile safetensors: a newer version, whatever else is new in it") {
  const TemporaryFolder folder;
  const std::string path = folder / "file";
  const std::string text =
      "{\"a\":" + entry("\"F4\"", "[8]", "[0,4]") + ",\"__metadata__\":{\"ganode.format\":\"2\"}}";
  writeBytes(path, safetensorsBytes(text, "1234"));
  const std::string expected =
      "CHECKPOINT_VERSION was written by a newer ganode (format 2); this one reads up to format 1";
  CHECK(refusal(path) == expected);
  CHECK(refusal(path, true) == expected);
}

TEST_CASE("hostile safetensors: a file larger than memory") {
  const TemporaryFolder folder;
  const std::string path = folder / "sparse";
  const uint64_t bytes = uint64_t{1} << 43;
  const std::string size = std::to_string(bytes);
  writeBytes(path,
             safetensorsBytes("{\"a\":" + entry("\"U8\"", "[" + size + "]", "[0," + size + "]") + "}", ""));
  std::error_code unsupported;
  std::filesystem::resize_file(path, std::filesystem::file_size(path) + bytes, unsupported);
  if (unsupported) return;  // the file system has no files of this size
  try {
    readSafetensors(path);
    FAIL("8 TiB were read");
  } catch (const Error& error) {
    CHECK(error.code() == "MEMORY");
    CHECK(std::get<double>(error.details().at("bytes")) == static_cast<double>(bytes));
    CHECK(std::string(error.what()).find("not enough memory") != std::string::npos);
  }
}
