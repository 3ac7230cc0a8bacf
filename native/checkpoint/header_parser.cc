#include "checkpoint/header_parser.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "checkpoint/header.h"
#include "error.h"

namespace ganode {
namespace {

using nlohmann::json;

constexpr size_t kMostNameBytes = 1024;

// Follows the tokens of a header. Every callback either accepts its token where it stands, or throws.
class Handler final : public nlohmann::json_sax<json> {
 public:
  explicit Handler(const std::string& path) : path_(path) {}

  ParsedHeader take() { return std::move(header_); }

  bool start_object(size_t) override {
    if (place_ == Place::kStart) return enter(Place::kTop);
    if (place_ != Place::kTop) unexpected();
    entry_ = {};
    seen_.clear();
    return enter(key_ == kMetadataKey ? Place::kMetadata : Place::kTensor);
  }

  bool key(std::string& text) override {
    if (place_ == Place::kTop) {
      startItem(text);
    } else if (place_ == Place::kMetadata) {
      if (header_.metadata.size() == kMostMetadata)
        refuse(path_, "its __metadata__ has more than " + std::to_string(kMostMetadata) + " entries");
      metadataKey_ = text;
    } else {
      if (text != "dtype" && text != "shape" && text != "data_offsets")
        fail("unknown field " + quoteName(text));
      if (std::find(seen_.begin(), seen_.end(), text) != seen_.end()) fail("names " + text + " twice");
      seen_.push_back(text);
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kTop) return enter(Place::kStart);
    if (place_ == Place::kTensor) {
      if (seen_.size() != 3) fail("expected dtype, shape and data_offsets");
      header_.entries[key_] = std::move(entry_);
    }
    return enter(Place::kTop);
  }

  bool start_array(size_t) override {
    if (place_ != Place::kTensor || seen_.empty() || seen_.back() == "dtype") unexpected();
    return enter(seen_.back() == "shape" ? Place::kShape : Place::kOffsets);
  }

  bool end_array() override {
    if (place_ == Place::kOffsets && entry_.offsets.size() != 2) unexpected();
    return enter(Place::kTensor);
  }

  bool number_unsigned(uint64_t value) override {
    if (place_ != Place::kShape && place_ != Place::kOffsets) unexpected();
    std::vector<uint64_t>& list = place_ == Place::kShape ? entry_.shape : entry_.offsets;
    if (list.size() == (place_ == Place::kShape ? kMostDims : 2)) unexpected();
    list.push_back(value);
    return true;
  }

  bool string(std::string& text) override {
    if (place_ == Place::kMetadata) {
      if (!header_.metadata.emplace(metadataKey_, text).second) {
        refuse(path_, "its __metadata__ names " + quoteName(metadataKey_) + " twice");
      }
    } else if (place_ == Place::kTensor && seen_.back() == "dtype") {
      entry_.dtype = text;
    } else {
      unexpected();
    }
    return true;
  }

  bool null() override { unexpected(); }
  bool boolean(bool) override { unexpected(); }
  bool number_integer(int64_t) override { unexpected(); }  // negative
  bool number_float(double, const std::string&) override { unexpected(); }
  bool binary(binary_t&) override { unexpected(); }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    refuse(path_, "its header is not valid JSON at character " + std::to_string(position));
  }

 private:
  enum class Place { kStart, kTop, kMetadata, kTensor, kShape, kOffsets };

  bool enter(Place place) {
    place_ = place;
    return true;
  }

  void startItem(const std::string& name) {
    const bool metadata = name == kMetadataKey;
    if (metadata ? sawMetadata_ : header_.entries.contains(name)) {
      refuse(path_, "its header names " + quoteName(name) + " twice");
    }
    sawMetadata_ = sawMetadata_ || metadata;
    if (header_.entries.size() == kMostTensors)
      refuse(path_, "its header names more than " + std::to_string(kMostTensors) + " tensors");
    key_ = name;
    if (const std::string fault = nameFault(name); !metadata && !fault.empty()) fail(fault);
  }

  [[noreturn]] void fail(const std::string& message) const {
    refuse(path_, "tensor " + quoteName(key_) + ": " + message);
  }

  [[noreturn]] void unexpected() const {
    if (place_ == Place::kStart) refuse(path_, "its header is no JSON object");
    if (key_ == kMetadataKey) refuse(path_, "expected __metadata__ to be an object of strings");
    if (place_ == Place::kTop) fail("expected an object");
    if (seen_.back() == "dtype") fail("expected dtype to be a string");
    if (seen_.back() == "shape") fail("expected shape to be at most 16 whole numbers");
    fail("expected data_offsets to be two whole numbers");
  }

  const std::string& path_;
  ParsedHeader header_;
  Place place_ = Place::kStart;
  bool sawMetadata_ = false;
  std::string key_;                // of the item at the top
  std::string metadataKey_;        // within __metadata__
  ParsedEntry entry_;              // within a tensor
  std::vector<std::string> seen_;  // its fields so far; the last one is under way
};

}  // namespace

void refuse(const std::string& path, const std::string& message) {
  throw Error("CHECKPOINT_CORRUPT", path + ": " + message, {{"path", path}});
}

std::string quoteName(const std::string& name) {
  return json(name.substr(0, 100)).dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
}

std::string nameFault(const std::string& name) {
  if (name == kMetadataKey) return "its name is reserved";
  if (name.empty()) return "its name is empty";
  if (name.size() > kMostNameBytes) return "its name is longer than 1024 bytes";
  const auto control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
  return std::any_of(name.begin(), name.end(), control) ? "its name has control characters" : "";
}

ParsedHeader parseHeaderText(const std::string& text, const std::string& path) {
  // The specification asks for the brace; the parser would skip a byte order mark, and take a zero byte for
  // the end.
  if (text.empty() || text.front() != '{') refuse(path, "is no checkpoint: its header does not begin with {");
  if (const size_t zero = text.find('\0'); zero != std::string::npos) {
    refuse(path, "its header is not valid JSON at character " + std::to_string(zero + 1));
  }
  Handler handler(path);
  json::sax_parse(text, &handler);
  return handler.take();
}

}  // namespace ganode
