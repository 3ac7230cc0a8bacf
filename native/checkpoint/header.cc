#include "checkpoint/header.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "checkpoint/header_parser.h"
#include "error.h"

namespace ganode {
namespace {

const std::map<std::string, at::ScalarType>& types() {
  static const std::map<std::string, at::ScalarType> all = {
      {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf},  {"BF16", at::kBFloat16},
      {"I64", at::kLong},   {"I32", at::kInt},   {"I16", at::kShort}, {"I8", at::kChar},
      {"U8", at::kByte},    {"BOOL", at::kBool}};
  return all;
}

void checkVersion(const Metadata& metadata, const std::string& path) {
  const auto format = metadata.find(kFormatKey);
  if (format == metadata.end()) return;
  const std::string& text = format->second;
  const bool number =
      !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!number) refuse(path, "expected ganode.format to be a whole number, got " + quoteName(text));
  if (std::stol(text) > kCheckpointVersion) {
    throw Error("CHECKPOINT_VERSION",
                path + ": was written by a newer ganode (format " + text + "); this one reads up to format " +
                    std::to_string(kCheckpointVersion),
                {{"path", path}});
  }
}

HeaderEntry checkEntry(const ParsedEntry& parsed, const std::string& name, const std::string& path) {
  const auto fail = [&](const std::string& message) {
    refuse(path, "tensor " + quoteName(name) + ": " + message);
  };
  const auto type = types().find(parsed.dtype);
  if (type == types().end()) fail("unknown dtype " + quoteName(parsed.dtype));
  HeaderEntry entry{
      {type->first, {}, c10::elementSize(type->second)}, type->second, parsed.offsets[0], parsed.offsets[1]};
  // Strides are products too, and count an empty dimension as one: `span` bounds them, `bytes` is the size.
  uint64_t span = entry.info.bytes;
  for (const uint64_t size : parsed.shape) {
    const uint64_t factor = std::max<uint64_t>(size, 1);
    if (span > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) / factor)
      fail("its shape overflows 64 bits");
    span *= factor;
    entry.info.bytes *= size;
    entry.info.shape.push_back(static_cast<int64_t>(size));
  }
  if (entry.begin > entry.end) {
    fail("its data_offsets are the wrong way round: [" + std::to_string(entry.begin) + "," +
         std::to_string(entry.end) + "]");
  }
  if (entry.end - entry.begin != entry.info.bytes) {
    fail("its data_offsets span " + std::to_string(entry.end - entry.begin) +
         " bytes, and its shape and dtype need " + std::to_string(entry.info.bytes));
  }
  return entry;
}

// Tensors side by side from the first byte of data to the last.
void checkLayout(const Header& header, uint64_t dataBytes, const std::string& path) {
  using Item = std::pair<const std::string, HeaderEntry>;
  std::vector<const Item*> items;
  for (const Item& item : header.entries) items.push_back(&item);
  std::sort(items.begin(), items.end(), [](const Item* a, const Item* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  const std::string follow = std::to_string(dataBytes) + " bytes of data follow the header";
  uint64_t at = 0;
  for (const Item* item : items) {
    const auto& [name, entry] = *item;
    const std::string tensor = "tensor " + quoteName(name) + ": ";
    if (entry.begin < at)
      refuse(path, tensor + "overlaps the one before it at byte " + std::to_string(entry.begin));
    if (entry.begin > at && entry.end > dataBytes) {
      refuse(path,
             tensor + "its data_offsets reach to byte " + std::to_string(entry.end) + ", and " + follow);
    }
    if (entry.begin > at) {
      refuse(path, tensor + "begins at byte " + std::to_string(entry.begin) +
                       ", and no tensor holds the bytes from " + std::to_string(at));
    }
    at = entry.end;
  }
  if (at > dataBytes)
    refuse(path, "is cut short: its tensors need " + std::to_string(at) + " bytes, and " + follow);
  if (at < dataBytes)
    refuse(path, "has trailing bytes: its tensors need " + std::to_string(at) + ", and " + follow);
}

}  // namespace

std::string dtypeName(at::ScalarType type) {
  for (const auto& [name, known] : types()) {
    if (known == type) return name;
  }
  throw Error("INTERNAL", std::string("no safetensors type for ") + c10::toString(type));
}

size_t findChecksum(const std::string& text) {
  // A quote inside a JSON string follows a backslash, so a quote after { or , opens a string: this is the key
  // itself.
  for (const char before : {'{', ','}) {
    const std::string key = before + ('"' + std::string(kChecksumKey)) + "\":\"";
    const size_t found = text.find(key);
    if (found != std::string::npos && found + key.size() + 8 <= text.size()) return found + key.size();
  }
  return std::string::npos;
}

Header parseHeader(const std::string& text, uint64_t dataBytes, const std::string& path) {
  ParsedHeader parsed = parseHeaderText(text, path);
  // First, because a newer version may have types that this one does not know.
  checkVersion(parsed.metadata, path);
  Header header;
  header.metadata = std::move(parsed.metadata);
  for (const auto& [name, entry] : parsed.entries)
    header.entries.emplace(name, checkEntry(entry, name, path));
  checkLayout(header, dataBytes, path);
  return header;
}

}  // namespace ganode
