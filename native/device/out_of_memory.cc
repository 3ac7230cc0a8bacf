#include "device/out_of_memory.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <new>
#include <string>

namespace ganode {
namespace {

// A number of bytes in the unit that people read it in: 8.6 GB.
std::string inWords(double bytes) {
  const char* unit = "bytes";
  for (const char* larger : {"kB", "MB", "GB", "TB", "PB"}) {
    if (bytes < 1000) break;
    bytes /= 1000;
    unit = larger;
  }
  std::string text = std::to_string(bytes);
  text.resize(text.find('.') + (bytes < 10 && *unit != 'b' ? 2 : 0));
  return text + " " + unit;
}

// The N of "you tried to allocate N bytes"; 0 where it does not say.
double bytesAskedFor(const std::string& text) {
  const std::string before = "tried to allocate ";
  const size_t at = text.find(before);
  if (at == std::string::npos) return 0;
  const size_t start = at + before.size();
  const size_t end = text.find_first_not_of("0123456789", start);
  return end == start ? 0 : std::stod(text.substr(start, end - start));
}

Error onTheProcessor(double bytes) {
  if (bytes == 0) return Error("MEMORY", "out of memory");
  return Error("MEMORY", "out of memory: " + inWords(bytes) + " were asked for at once", {{"bytes", bytes}});
}

// "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 23.69 GiB of which 13.00
// MiB is free. …": the first three sentences say all.
Error onTheDevice(const std::string& text) {
  size_t end = 0;
  for (int sentence = 0; sentence < 3 && end != std::string::npos; ++sentence) end = text.find(". ", end + 1);
  return Error("MEMORY", text.substr(0, end), {{"device", "cuda"}});
}

}  // namespace

std::optional<Error> outOfMemory(const std::exception& thrown) {
  if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr) return onTheProcessor(0);
  const auto* error = dynamic_cast<const c10::Error*>(&thrown);
  if (error == nullptr) return std::nullopt;
  const std::string whole = error->what_without_backtrace();
  const std::string text = whole.substr(0, whole.find('\n'));
  if (dynamic_cast<const c10::OutOfMemoryError*>(error) != nullptr) return onTheDevice(text);
  // A size that 64 bits do not hold is beyond any memory.
  for (const char* words : {"DefaultCPUAllocator", "Storage size calculation overflowed"}) {
    if (text.find(words) != std::string::npos) return onTheProcessor(bytesAskedFor(text));
  }
  return std::nullopt;
}

void throwIfOutOfMemory(const std::exception& thrown) {
  const auto memory = outOfMemory(thrown);
  if (memory) throw Error(memory->code(), memory->what(), memory->details());
}

}  // namespace ganode
