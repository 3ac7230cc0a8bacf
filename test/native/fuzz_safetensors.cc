// Fuzzes the reader of checkpoints: seeded mutations of valid files, of their bytes and of their headers'
// structure.
//
// The same check is an entry point for libFuzzer, where clang is at hand:
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DGANODE_LIBFUZZER -Inative -isystem
//   native/third_party
//     -isystem $LIBTORCH/include test/native/fuzz_safetensors.cc native/checkpoint/*.cc -L$LIBTORCH/lib
//     -ltorch_cpu -lc10
#include <ATen/ATen.h>

#include <cstring>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#ifndef GANODE_LIBFUZZER
#include <doctest/doctest.h>
#endif

#include "checkpoint/checksum.h"
#include "checkpoint/header.h"
#include "checkpoint/safetensors.h"
#include "error.h"
#include "temporary.h"

namespace {

using namespace ganode;
using ganode::test::safetensorsBytes;
using ganode::test::TemporaryFolder;
using ganode::test::writeBytes;

[[noreturn]] void defect(const std::string& what) { throw std::logic_error("the reader " + what); }

// What one reading came to: the message of the refusal without the path, or "" and a checkpoint.
std::string readOnce(const std::string& path, bool headerOnly, Checkpoint& out) {
  try {
    out = readSafetensors(path, headerOnly);
    return "";
  } catch (const Error& error) {
    const std::string message = error.what();
    if (error.code() != "CHECKPOINT_CORRUPT" && error.code() != "CHECKPOINT_VERSION")
      defect("threw " + error.code() + ": " + message);
    if (!message.starts_with(path + ": ")) defect("did not name the path: " + message);
    if (message.find('\n') != std::string::npos || message.size() > path.size() + 400)
      defect("did not keep to one line: " + message);
    return message.substr(path.size() + 2);
  }
}

// Reads `bytes` through the file at `path`, and throws std::logic_error unless the reader keeps what it
// promises.
std::string check(const std::string& path, const std::string& bytes) {
  writeBytes(path, bytes);
  Checkpoint whole;
  Checkpoint header;
  std::string refusal = readOnce(path, false, whole);
  const std::string headerRefusal = readOnce(path, true, header);
  if (!refusal.empty()) {
    if (!headerRefusal.empty() && headerRefusal != refusal)
      defect("gave two reasons: " + refusal + " / " + headerRefusal);
    return refusal;
  }
  if (!headerRefusal.empty()) defect("refused a header and took the file: " + headerRefusal);
  if (header.metadata != whole.metadata || header.infos.size() != whole.tensors.size())
    defect("found two headers");
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  uint64_t expected = sizeof length + length;
  for (const auto& [name, tensor] : whole.tensors) {
    const TensorInfo& info = header.infos.at(name);
    if (tensor.nbytes() != info.bytes || tensor.sizes().vec() != info.shape ||
        dtypeName(tensor.scalar_type()) != info.dtype) {
      defect("made another tensor than its header says: " + name);
    }
    // Every byte is there to be read (a sanitizer would say if not) and stands in the file.
    const std::string content(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes());
    if (bytes.find(content, sizeof length + length) == std::string::npos)
      defect("made up the bytes of " + name);
    expected += info.bytes;
  }
  if (expected != bytes.size()) defect("took a file with bytes that belong to nothing");
  return "";
}

}  // namespace

#ifdef GANODE_LIBFUZZER

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const TemporaryFolder folder;
  check(folder / "file", std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}

#else

namespace {

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  size_t below(size_t n) { return n == 0 ? 0 : random_() % n; }

  std::string mutate(std::string bytes) {
    const size_t times = 1 + below(3);
    for (size_t i = 0; i < times; ++i) {
      if (below(3) == 0) {
        mutateBytes(bytes);
      } else {
        mutateHeader(bytes);
      }
    }
    return bytes;
  }

 private:
  template <size_t N>
  std::string pick(const char* const (&all)[N]) {
    return all[below(N)];
  }

  // Anywhere, without knowing what is there.
  void mutateBytes(std::string& bytes) {
    const size_t at = below(bytes.size());
    const size_t length = below(std::min<size_t>(bytes.size() - at, 16) + 1);
    switch (below(7)) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(below(256));
        break;
      case 2:
        bytes.insert(at, length, static_cast<char>(below(256)));
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:
        bytes.insert(at, bytes.substr(below(bytes.size()), length));
        break;
      case 5:
        bytes.resize(at);
        break;
      default: {
        const uint64_t header = below(2) == 0 ? random_() >> below(64) : bytes.size() - 12 + below(8);
        if (bytes.size() >= 8) std::memcpy(bytes.data(), &header, sizeof header);
      }
    }
  }

  // Within the JSON, whose length is then put right, mostly with data of the old length.
  void mutateHeader(std::string& bytes) {
    uint64_t length = 0;
    if (bytes.size() < 8) return;
    std::memcpy(&length, bytes.data(), sizeof length);
    if (length > bytes.size() - 8) return;
    std::string header = bytes.substr(8, length);
    std::string data = bytes.substr(8 + length);
    const std::vector<std::pair<size_t, size_t> > all = tokens(header);
    if (all.empty()) return;
    const auto [at, size] = all[below(all.size())];
    const auto [from, fromSize] = all[below(all.size())];
    const bool isNumber = header[at] >= '0' && header[at] <= '9';
    const std::string other = header.substr(from, fromSize);
    switch (below(6)) {
      case 0:
        header.replace(at, size, isNumber ? pick(kNumbers) : pick(kTexts));
        break;
      case 1:
        header.replace(at, size, other);
        break;
      case 2:
        header.erase(at, size);
        break;
      case 3:
        header.insert(at, other);
        break;
      case 4:
        header.replace(at, size, pick(kTexts));
        break;
      default: {
        // Numbers that nearly fit come closest to being believed.
        const uint64_t value =
            isNumber ? std::strtoull(header.c_str() + at, nullptr, 10) + below(9) - 4 : below(64);
        header.replace(at, size, std::to_string(value));
      }
    }
    if (below(4) == 0) data.resize(data.size() + below(9) - std::min<size_t>(4, data.size()));
    bytes = safetensorsBytes(header, data);
  }

  // Positions and lengths of strings, numbers and punctuation.
  static std::vector<std::pair<size_t, size_t> > tokens(const std::string& text) {
    static const std::string word = "-+.0123456789abcdefghijklmnopqrstuvwxyzE";
    std::vector<std::pair<size_t, size_t> > all;
    for (size_t at = 0; at < text.size();) {
      size_t end = at + 1;
      if (text[at] == '"') {
        end = std::min(text.find('"', at + 1), text.size() - 1) + 1;
      } else if (word.find(text[at]) != std::string::npos) {
        end = std::min(text.find_first_not_of(word, at), text.size());
      }
      all.emplace_back(at, end - at);
      at = end;
    }
    return all;
  }

  static constexpr const char* kNumbers[] = {"0",
                                             "1",
                                             "2",
                                             "3",
                                             "7",
                                             "8",
                                             "9",
                                             "-1",
                                             "-0",
                                             "1.0",
                                             "1e3",
                                             "1e999",
                                             "00",
                                             "255",
                                             "65536",
                                             "2147483648",
                                             "4294967296",
                                             "4611686018427387904",
                                             "9223372036854775807",
                                             "9223372036854775808",
                                             "18446744073709551615",
                                             "18446744073709551616"};
  static constexpr const char* kTexts[] = {"\"dtype\"",
                                           "\"shape\"",
                                           "\"data_offsets\"",
                                           "\"__metadata__\"",
                                           "\"ganode.format\"",
                                           "\"ganode.checksum\"",
                                           "\"00000000\"",
                                           "\"F64\"",
                                           "\"F32\"",
                                           "\"F16\"",
                                           "\"BF16\"",
                                           "\"I64\"",
                                           "\"U8\"",
                                           "\"BOOL\"",
                                           "\"F8_E5M2\"",
                                           "\"\"",
                                           "\"\\u0000\"",
                                           "\"\\ud800\"",
                                           "\"\xff\"",
                                           "null",
                                           "true",
                                           "[]",
                                           "{}",
                                           "[[[[[[[[",
                                           "{\"a\":{\"a\":{\"a\":",
                                           "[0,0]",
                                           ",",
                                           ":",
                                           "]",
                                           "}",
                                           " ",
                                           "//",
                                           "\n"};

  std::mt19937_64 random_;  // its values are fixed by the standard
};

// Puts the checksum of an altered file right, where there still is one, so that the checks behind it are
// reached.
std::string repair(std::string bytes) {
  static const std::string key = "\"ganode.checksum\":\"";
  const size_t found = bytes.find(key);
  if (found == std::string::npos || found + key.size() + 8 > bytes.size()) return bytes;
  bytes.replace(found + key.size(), 8, "00000000");
  Checksum checksum;
  checksum.add(bytes.data(), bytes.size());
  return bytes.replace(found + key.size(), 8, checksum.hex());
}

// The kind of a refusal: its message without numbers and quoted names.
std::string kindOf(const std::string& message) {
  std::string kind;
  bool inside = false;
  for (const char c : message) {
    if (c == '"') inside = !inside;
    if (!inside && c != '"' && (c < '0' || c > '9')) kind += c;
  }
  return kind;
}

}  // namespace

TEST_CASE("fuzz: 20,000 mutations of safetensors files") {
  const TemporaryFolder folder;
  const std::string path = folder / "file";
  const NamedTensors tensors = {{"g.dense.weight", at::arange(6, at::kFloat).reshape({2, 3})},
                                {"g.dense.bias", at::arange(3, at::kDouble)},
                                {"empty", at::empty({0, 4}, at::kHalf)},
                                {"flag", at::ones({}, at::kBool)},
                                {"random", at::arange(20, at::kByte)}};
  writeSafetensors(path, tensors, {{"key", "value"}});
  const std::string ours = test::readBytes(path);
  REQUIRE(repair(ours) == ours);
  const std::string foreign =
      safetensorsBytes(R"({"a":{"dtype":"I64","shape":[1,2],"data_offsets":[0,16]},)"
                       R"("b":{"dtype":"F16","shape":[],"data_offsets":[16,18]},)"
                       R"("c":{"dtype":"U8","shape":[0,5],"data_offsets":[18,18]},)"
                       R"("d":{"dtype":"BF16","shape":[2,1],"data_offsets":[18,22]}})",
                       "0123456789abcdefghijkl");
  REQUIRE(check(path, foreign) == "");

  Mutator mutator(20141);
  size_t taken = 0;
  std::set<std::string> kinds;
  for (int i = 0; i < 20'000; ++i) {
    const int mode = i % 3;  // ours as it is, ours with its checksum put right, a file without one
    std::string bytes = mutator.mutate(mode == 2 ? foreign : ours);
    if (mode == 1) bytes = repair(std::move(bytes));
    CAPTURE(i);
    std::string refusal;
    REQUIRE_NOTHROW(refusal = check(path, bytes));
    if (refusal.empty()) {
      // A file of ours is only ever taken as it was written, or as something that says nothing of being ours.
      if (mode == 0) REQUIRE((bytes == ours || bytes.find("ganode.") == std::string::npos));
      ++taken;
    } else {
      kinds.insert(kindOf(refusal));
    }
  }
  // The mutations reach far: some files are taken, and the others are refused for many reasons.
  CHECK(taken > 200);
  CHECK(kinds.size() > 30);
}

#endif
