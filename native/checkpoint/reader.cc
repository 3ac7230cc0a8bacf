#include <ATen/ATen.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "checkpoint/blocks.h"
#include "checkpoint/checksum.h"
#include "checkpoint/header.h"
#include "checkpoint/header_parser.h"
#include "checkpoint/input_file.h"
#include "error.h"

namespace ganode {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

std::string readHeaderText(InputFile& file, const std::string& path) {
  uint64_t length = 0;
  if (file.size() < sizeof length) {
    refuse(path, "is cut short: expected a header, got " + std::to_string(file.size()) + " bytes");
  }
  file.read(&length, sizeof length);
  if (length > kMostHeaderBytes) {
    refuse(path, "is no checkpoint: its header claims " + std::to_string(length) + " bytes, and " +
                     std::to_string(kMostHeaderBytes) + " is the most");
  }
  const uint64_t follow = file.size() - sizeof length;
  if (length > follow) {
    refuse(path, "is cut short: its header claims " + std::to_string(length) + " bytes, and " +
                     std::to_string(follow) + " follow");
  }
  std::string text(length, '\0');
  file.read(text.data(), text.size());
  return text;
}

// The checksum that the header promises, or "" where the file comes from other software and has none. The
// digits in `text` become zeros, as they were when the checksum was taken.
std::string takeExpected(const Metadata& metadata, std::string& text, const std::string& path) {
  const auto expected = metadata.find(kChecksumKey);
  if (expected == metadata.end() && !metadata.contains(kFormatKey)) return "";
  const size_t digits = findChecksum(text);
  if (expected == metadata.end() || digits == std::string::npos)
    refuse(path, "was altered: its checksum is gone");
  if (expected->second.size() != 8)
    refuse(path, "was altered: its checksum is " + quoteName(expected->second));
  text.replace(digits, 8, "00000000");
  return expected->second;
}

at::Tensor allocate(const HeaderEntry& entry, const std::string& path) {
  try {
    return at::empty(entry.info.shape, at::TensorOptions().dtype(entry.type));
  } catch (const c10::Error&) {
    throw Error("MEMORY",
                "could not read " + path + ": not enough memory for a tensor of " +
                    std::to_string(entry.info.bytes) + " bytes",
                {{"path", path}, {"bytes", static_cast<double>(entry.info.bytes)}});
  }
}

// Whether a number of so many bits has no other exponent than that of infinities and NaN, `exponent`.
template <typename Bits>
bool allFinite(const char* block, size_t bytes, Bits exponent) {
  bool finite = true;
  for (size_t at = 0; at + sizeof(Bits) <= bytes; at += sizeof(Bits)) {
    Bits bits;
    std::memcpy(&bits, block + at, sizeof bits);
    finite = finite & ((bits & exponent) != exponent);
  }
  return finite;
}

// What values of a type must not be, where one of them is; nullptr: all are fine.
const char* faultOf(at::ScalarType type, const char* block, size_t bytes) {
  constexpr const char* kNotFinite = "holds a value that is NaN or infinite, of which nothing comes";
  const auto unlessFinite = [](bool finite) { return finite ? nullptr : kNotFinite; };
  switch (type) {
    case at::kDouble:
      return unlessFinite(allFinite<uint64_t>(block, bytes, 0x7ff0'0000'0000'0000));
    case at::kFloat:
      return unlessFinite(allFinite<uint32_t>(block, bytes, 0x7f80'0000));
    case at::kHalf:
      return unlessFinite(allFinite<uint16_t>(block, bytes, 0x7c00));
    case at::kBFloat16:
      return unlessFinite(allFinite<uint16_t>(block, bytes, 0x7f80));
    case at::kBool: {
      // Any other value in a C++ bool is undefined behaviour.
      const auto isBool = [](unsigned char byte) { return byte <= 1; };
      return std::all_of(block, block + bytes, isBool)
                 ? nullptr
                 : "of dtype BOOL, holds a value that is neither 0 nor 1";
    }
    default:
      return nullptr;
  }
}

// Reads the bytes of tensors one after another, and keeps the checksum.
class DataReader {
 public:
  DataReader(InputFile& file, const std::string& path, const std::string& headerText)
      : file_(file), path_(path) {
    const uint64_t length = headerText.size();
    checksum_.add(&length, sizeof length);
    checksum_.add(headerText.data(), headerText.size());
  }

  // Into `target`, or through a buffer where that is null.
  void read(const std::string& name, const HeaderEntry& entry, void* target) {
    if (target == nullptr) buffer_.resize(kBytesOfBlock);
    for (uint64_t done = 0; done < entry.info.bytes;) {
      const size_t now = std::min<uint64_t>(entry.info.bytes - done, kBytesOfBlock);
      char* block = target == nullptr ? buffer_.data() : static_cast<char*>(target) + done;
      file_.read(block, now);
      checksum_.add(block, now);
      if (const char* fault = faultOf(entry.type, block, now)) {
        // A file that was altered is told as such.
        if (firstFault_.empty()) firstFault_ = "tensor " + quoteName(name) + ": " + fault;
      }
      done += now;
    }
  }

  std::string checksum() const { return checksum_.hex(); }
  // What is wrong with a value of the tensors; empty: nothing.
  const std::string& firstFault() const { return firstFault_; }

 private:
  InputFile& file_;
  const std::string& path_;
  Checksum checksum_;
  std::vector<char> buffer_;
  std::string firstFault_;
};

}  // namespace

Checkpoint readSafetensors(const std::string& path, bool headerOnly) {
  InputFile file(path);
  std::string text = readHeaderText(file, path);
  Header header = parseHeader(text, file.size() - sizeof(uint64_t) - text.size(), path);
  const std::string expected = takeExpected(header.metadata, text, path);

  Checkpoint result;
  result.bytes = file.size();
  std::vector<std::pair<const std::string*, const HeaderEntry*>> order;
  for (const auto& [name, entry] : header.entries) {
    result.infos[name] = entry.info;
    order.emplace_back(&name, &entry);
  }
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.second->begin < b.second->begin; });

  DataReader reader(file, path, text);
  for (const auto& [name, entry] : order) {
    if (headerOnly) {
      reader.read(*name, *entry, nullptr);
    } else {
      const at::Tensor tensor = allocate(*entry, path);
      reader.read(*name, *entry, tensor.mutable_data_ptr());
      result.tensors[*name] = tensor;
    }
  }
  if (!expected.empty() && reader.checksum() != expected) {
    refuse(path, "was altered: its checksum is " + reader.checksum() + ", and " + quoteName(expected) +
                     " was written");
  }
  if (!reader.firstFault().empty()) refuse(path, reader.firstFault());
  result.metadata = std::move(header.metadata);
  return result;
}

}  // namespace ganode
