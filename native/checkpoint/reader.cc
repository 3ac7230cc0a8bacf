#include <ATen/ATen.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "checkpoint/checksum.h"
#include "checkpoint/header.h"
#include "error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ganode {
namespace {

constexpr size_t kBlock = size_t{1} << 20;

class InputFile {
 public:
  explicit InputFile(const std::string& path) : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail();
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) failOpen(errno);
    if (S_ISDIR(status.st_mode)) failOpen(EISDIR);
    size_ = static_cast<uint64_t>(status.st_size);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { ::close(descriptor_); }

  uint64_t size() const { return size_; }

  // At the current position.
  void read(void* data, size_t length) {
    char* next = static_cast<char*>(data);
    while (length > 0) {
      const ssize_t got = ::read(descriptor_, next, std::min(length, size_t{1} << 30));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail();
      if (got == 0) throw Error("CHECKPOINT_CORRUPT", path_ + ": the file became shorter while it was read");
      next += got;
      length -= static_cast<size_t>(got);
    }
  }

 private:
  [[noreturn]] void fail() const {
    throw Error("IO", "could not read " + path_ + ": " + std::strerror(errno), {{"path", path_}});
  }
  [[noreturn]] void failOpen(int reason) {
    ::close(descriptor_);
    errno = reason;
    fail();
  }

  std::string path_;
  int descriptor_;
  uint64_t size_ = 0;
};

[[noreturn]] void corrupt(const std::string& path, const std::string& message) {
  throw Error("CHECKPOINT_CORRUPT", path + ": " + message, {{"path", path}});
}

std::string readHeaderText(InputFile& file, const std::string& path) {
  uint64_t length = 0;
  if (file.size() < sizeof length) corrupt(path, "is cut short: expected a header, got " + std::to_string(file.size()) + " bytes");
  file.read(&length, sizeof length);
  if (length > kMostHeaderBytes) {
    corrupt(path, "is no checkpoint: its header claims " + std::to_string(length) + " bytes, and 100000000 is the most");
  }
  if (length > file.size() - sizeof length) {
    corrupt(path, "is cut short: its header claims " + std::to_string(length) + " bytes, and " +
                      std::to_string(file.size() - sizeof length) + " follow");
  }
  std::string text(length, '\0');
  file.read(text.data(), text.size());
  return text;
}

void checkVersion(const Metadata& metadata, const std::string& path) {
  const auto format = metadata.find(kFormatKey);
  if (format == metadata.end()) return;
  const std::string& text = format->second;
  const bool number = !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!number) corrupt(path, "expected ganode.format to be a whole number");
  if (std::stol(text) > kCheckpointVersion) {
    throw Error("CHECKPOINT_VERSION",
                path + ": was written by a newer ganode (format " + text + "); this one reads up to format " + std::to_string(kCheckpointVersion),
                {{"path", path}});
  }
}

// Starts the checksum of a file with its header, the digits of the checksum itself taken as zeros.
Checksum beginChecksum(const std::string& text, size_t digits) {
  const uint64_t length = text.size();
  std::string zeroed = text;
  zeroed.replace(digits, 8, "00000000");
  Checksum checksum;
  checksum.add(&length, sizeof length);
  checksum.add(zeroed.data(), zeroed.size());
  return checksum;
}

}  // namespace

Checkpoint readSafetensors(const std::string& path, bool headerOnly) {
  InputFile file(path);
  const std::string text = readHeaderText(file, path);
  Header header;
  try {
    header = parseHeader(text, file.size() - sizeof(uint64_t) - text.size(), path);
  } catch (const Error& error) {
    throw Error(error.code(), error.what(), {{"path", path}});
  }
  checkVersion(header.metadata, path);
  const size_t digits = findChecksum(text);
  const auto expected = header.metadata.find(kChecksumKey);
  const bool checked = expected != header.metadata.end() && digits != std::string::npos;
  if (header.metadata.contains(kFormatKey) && !checked) corrupt(path, "was altered: its checksum is gone");
  Checksum checksum = checked ? beginChecksum(text, digits) : Checksum();

  Checkpoint result;
  result.bytes = file.size();
  std::vector<std::pair<const std::string*, const HeaderEntry*>> order;
  for (const auto& [name, entry] : header.entries) {
    result.infos[name] = entry.info;
    order.emplace_back(&name, &entry);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second->begin < b.second->begin; });

  std::vector<char> block(headerOnly ? kBlock : 0);
  for (const auto& [name, entry] : order) {
    if (!headerOnly) {
      const at::Tensor tensor = at::empty(entry->info.shape, at::TensorOptions().dtype(entry->type));
      if (entry->info.bytes > 0) {
        file.read(tensor.mutable_data_ptr(), entry->info.bytes);
        checksum.add(tensor.const_data_ptr(), entry->info.bytes);
      }
      result.tensors[*name] = tensor;
      continue;
    }
    for (uint64_t left = entry->info.bytes; left > 0;) {
      const size_t now = std::min<uint64_t>(left, block.size());
      file.read(block.data(), now);
      checksum.add(block.data(), now);
      left -= now;
    }
  }
  if (checked && checksum.hex() != expected->second) {
    corrupt(path, "was altered: its checksum is " + checksum.hex() + ", and " + expected->second + " was written");
  }
  result.metadata = std::move(header.metadata);
  return result;
}

}  // namespace ganode
