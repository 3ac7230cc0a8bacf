#include <ATen/ATen.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "checkpoint/atomic_file.h"
#include "checkpoint/blocks.h"
#include "checkpoint/checksum.h"
#include "checkpoint/header.h"
#include "checkpoint/header_parser.h"
#include "error.h"

namespace ganode {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

void checkNames(const NamedTensors& tensors, const std::string& path) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    const std::string fault = names.insert(name).second ? nameFault(name) : "it is given twice";
    if (!fault.empty())
      throw Error("INTERNAL", "could not write " + path + ": tensor " + quoteName(name) + ": " + fault);
  }
}

// Wide types first, as the reference implementation: every tensor is then aligned to its type.
NamedTensors aligned(NamedTensors tensors) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return a.second.element_size() > b.second.element_size();
  });
  return tensors;
}

std::string makeHeader(const NamedTensors& tensors, Metadata metadata, const std::string& path) {
  metadata[kFormatKey] = std::to_string(kCheckpointVersion);
  metadata[kChecksumKey] = "00000000";
  json header = {{kMetadataKey, metadata}};
  uint64_t at = 0;
  for (const auto& [name, tensor] : tensors) {
    const uint64_t end = at + tensor.nbytes();
    header[name] = {{"dtype", dtypeName(tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception&) {
    throw Error("INTERNAL", "could not write " + path + ": expected names and metadata to be UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begins aligned
  if (text.size() > kMostHeaderBytes)
    throw Error("INTERNAL", "could not write " + path + ": its header is longer than a reader takes");
  return text;
}

// All bytes of the file in order, in blocks; returns how many there are.
uint64_t pass(const std::string& header, const NamedTensors& tensors,
              const std::function<void(const char*, size_t)>& take) {
  uint64_t bytes = 0;
  const auto all = [&](const void* data, size_t size) {
    for (size_t done = 0; done < size; done += kBytesOfBlock)
      take(static_cast<const char*>(data) + done, std::min(size - done, kBytesOfBlock));
    bytes += size;
  };
  const uint64_t length = header.size();
  all(&length, sizeof length);
  all(header.data(), header.size());
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor values = tensor.detach().cpu().contiguous();
    all(values.const_data_ptr(), values.nbytes());
  }
  return bytes;
}

}  // namespace

uint64_t writeSafetensors(const std::string& path, const NamedTensors& tensors, const Metadata& metadata) {
  checkNames(tensors, path);
  const NamedTensors ordered = aligned(tensors);
  std::string header = makeHeader(ordered, metadata, path);
  const size_t digitsAt = findChecksum(header);
  AtomicFile file(path);
  const auto write = [&](const char* block, size_t size) { file.write(block, size); };
  if (file.canRewrite()) {
    Checksum checksum;
    const uint64_t bytes = pass(header, ordered, [&](const char* block, size_t size) {
      checksum.add(block, size);
      write(block, size);
    });
    const std::string digits = checksum.hex();
    file.writeAt(sizeof(uint64_t) + digitsAt, digits.data(), digits.size());
    file.commit();
    return bytes;
  }
  Checksum checksum;
  pass(header, ordered, [&](const char* block, size_t size) { checksum.add(block, size); });
  header.replace(digitsAt, checksum.hex().size(), checksum.hex());
  const uint64_t bytes = pass(header, ordered, write);
  file.commit();
  return bytes;
}

}  // namespace ganode
