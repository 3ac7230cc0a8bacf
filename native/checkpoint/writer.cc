#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include "checkpoint/atomic_file.h"
#include "checkpoint/checksum.h"
#include "checkpoint/header.h"
#include "error.h"

namespace ganode {
namespace {

// A tensor's bytes in row-major order on the CPU.
at::Tensor plain(const at::Tensor& tensor) { return tensor.detach().cpu().contiguous(); }

std::string makeHeader(const NamedTensors& tensors, Metadata metadata) {
  metadata[kFormatKey] = std::to_string(kCheckpointVersion);
  metadata[kChecksumKey] = "00000000";
  nlohmann::json header = {{"__metadata__", metadata}};
  uint64_t at = 0;
  for (const auto& [name, tensor] : tensors) {
    const uint64_t end = at + tensor.nbytes();
    header[name] = {{"dtype", dtypeName(tensor.scalar_type())}, {"shape", tensor.sizes().vec()}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begins aligned
  return text;
}

}  // namespace

uint64_t writeSafetensors(const std::string& path, const NamedTensors& tensors, const Metadata& metadata) {
  const std::string header = makeHeader(tensors, metadata);
  const uint64_t length = header.size();
  AtomicFile file(path);
  Checksum checksum;
  uint64_t bytes = 0;
  const auto put = [&](const void* data, size_t size) {
    checksum.add(data, size);
    file.write(data, size);
    bytes += size;
  };
  put(&length, sizeof length);
  put(header.data(), header.size());
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor values = plain(tensor);
    if (values.nbytes() > 0) put(values.const_data_ptr(), values.nbytes());
  }
  const std::string digits = checksum.hex();
  file.writeAt(sizeof length + findChecksum(header), digits.data(), digits.size());
  file.commit();
  return bytes;
}

}  // namespace ganode
