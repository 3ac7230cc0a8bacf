#include "checkpoint/header.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "error.h"
#include "graph/spec.h"

namespace ganode {
namespace {

using nlohmann::json;

constexpr size_t kMostDepth = 4;  // header > tensor > shape is 3
constexpr size_t kMostDims = 16;

const std::map<std::string, at::ScalarType>& types() {
  static const std::map<std::string, at::ScalarType> all = {
      {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf},  {"BF16", at::kBFloat16}, {"I64", at::kLong},
      {"I32", at::kInt},    {"I16", at::kShort}, {"I8", at::kChar},   {"U8", at::kByte},       {"BOOL", at::kBool}};
  return all;
}

// JSON of bounded depth without repeated keys: nlohmann keeps the last of two, another reader might keep the first.
json parseStrictly(const std::string& text, const std::string& where) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (static_cast<size_t>(depth) > kMostDepth) throw Error("CHECKPOINT_CORRUPT", where + ": the header is nested too deeply");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw Error("CHECKPOINT_CORRUPT", where + ": the header names " + value.dump(-1, ' ', true, json::error_handler_t::replace) + " twice");
    }
    return true;
  };
  json value = json::parse(text, watch, /*allow_exceptions=*/false);
  if (!value.is_object()) throw Error("CHECKPOINT_CORRUPT", where + ": the header is no JSON object");
  return value;
}

class EntryParser {
 public:
  EntryParser(const std::string& name, uint64_t dataBytes, const std::string& where)
      : dataBytes_(dataBytes), where_(where + ": tensor \"" + name.substr(0, 200) + "\"") {}

  HeaderEntry parse(const json& value) const {
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype") || !value.contains("shape") || !value.contains("data_offsets")) {
      fail("expected dtype, shape and data_offsets");
    }
    HeaderEntry entry;
    const json& dtype = value["dtype"];
    const auto type = dtype.is_string() ? types().find(dtype.get<std::string>()) : types().end();
    if (type == types().end()) fail("unknown dtype");
    entry.type = type->second;
    entry.info.dtype = type->first;
    uint64_t bytes = c10::elementSize(entry.type);
    const json& shape = value["shape"];
    if (!shape.is_array() || shape.size() > kMostDims) fail("expected shape to be at most 16 whole numbers");
    for (const json& dim : shape) {
      if (!dim.is_number_unsigned()) fail("expected shape to be whole numbers");
      const auto size = dim.get<uint64_t>();
      if (size != 0 && bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) / size) fail("its shape is larger than memory can be");
      bytes *= size;
      entry.info.shape.push_back(static_cast<int64_t>(size));
    }
    const json& offsets = value["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) {
      fail("expected data_offsets to be two whole numbers");
    }
    entry.begin = offsets[0].get<uint64_t>();
    entry.end = offsets[1].get<uint64_t>();
    if (entry.begin > entry.end || entry.end > dataBytes_) {
      fail("its offsets " + offsets.dump() + " are out of range: " + std::to_string(dataBytes_) + " bytes of data follow the header");
    }
    if (entry.end - entry.begin != bytes) {
      fail("its offsets hold " + std::to_string(entry.end - entry.begin) + " bytes, its shape and dtype need " + std::to_string(bytes));
    }
    entry.info.bytes = bytes;
    return entry;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { throw Error("CHECKPOINT_CORRUPT", where_ + ": " + message); }

  uint64_t dataBytes_;
  std::string where_;
};

Metadata parseMetadata(const json& value, const std::string& where) {
  if (!value.is_object()) throw Error("CHECKPOINT_CORRUPT", where + ": expected __metadata__ to be an object of strings");
  Metadata metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) throw Error("CHECKPOINT_CORRUPT", where + ": expected __metadata__ to be an object of strings");
    metadata[key] = text.get<std::string>();
  }
  return metadata;
}

void checkLayout(const Header& header, uint64_t dataBytes, const std::string& where) {
  std::vector<std::pair<uint64_t, uint64_t>> spans;
  for (const auto& [name, entry] : header.entries) spans.emplace_back(entry.begin, entry.end);
  std::sort(spans.begin(), spans.end());
  uint64_t at = 0;
  for (const auto& [begin, end] : spans) {
    if (begin < at) throw Error("CHECKPOINT_CORRUPT", where + ": tensors overlap at byte " + std::to_string(begin));
    if (begin > at) throw Error("CHECKPOINT_CORRUPT", where + ": no tensor holds the bytes from " + std::to_string(at));
    at = end;
  }
  if (at != dataBytes) {
    throw Error("CHECKPOINT_CORRUPT", where + ": expected " + std::to_string(at) + " bytes of data, got " + std::to_string(dataBytes));
  }
}

}  // namespace

std::string dtypeName(at::ScalarType type) {
  for (const auto& [name, known] : types()) {
    if (known == type) return name;
  }
  throw Error("INTERNAL", std::string("no safetensors type for ") + c10::toString(type));
}

size_t findChecksum(const std::string& text) {
  // Quotes inside a JSON string are escaped, so this stands only where the key does.
  static const std::string key = "\"ganode.checksum\":\"";
  const size_t found = text.find(key);
  return found == std::string::npos || found + key.size() + 8 > text.size() ? std::string::npos : found + key.size();
}

Header parseHeader(const std::string& text, uint64_t dataBytes, const std::string& where) {
  const json value = parseStrictly(text, where);
  Header header;
  for (const auto& [name, item] : value.items()) {
    if (name == "__metadata__") {
      header.metadata = parseMetadata(item, where);
    } else {
      header.entries.emplace(name, EntryParser(name, dataBytes, where).parse(item));
    }
  }
  checkLayout(header, dataBytes, where);
  return header;
}

}  // namespace ganode
