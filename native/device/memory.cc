#include "device/memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "device/poison.h"

namespace ganode {
namespace {

constexpr size_t kSmallest = size_t{64} << 10;  // smaller blocks are the C library's, which is good at them
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kAlignment = 64;  // ATen's

// To the next eighth of a power of two, so that tensors of nearly the same size can follow each other.
size_t roundedUp(size_t bytes) {
  const size_t step = std::max<size_t>(std::bit_floor(bytes) / 8, 1);
  return (bytes + step - 1) / step * step;
}

class KeepingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    if (bytes < kSmallest) return c10::GetDefaultCPUAllocator()->allocate(bytes);
    const size_t size = roundedUp(bytes);
    void* block = take(size);
    if (block == nullptr) {
      release();
      block = fresh(size);
    }
    // Its error says how much was asked for.
    if (block == nullptr) return c10::GetDefaultCPUAllocator()->allocate(bytes);
    openMemory(block, bytes);
    closeMemory(static_cast<char*>(block) + bytes, size - bytes);
    return {block, block, &giveBack, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &giveBack; }

  void copy_data(void* to, const void* from, size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }

  void release() {
    std::map<size_t, std::vector<void*>> blocks;
    {
      const std::lock_guard lock(mutex_);
      blocks.swap(kept_);
      memory_.kept = 0;
      most_ = memory_.inUse;
    }
    for (const auto& [size, list] : blocks) {
      for (void* block : list) std::free(block);
    }
  }

  TensorMemory memory() const {
    const std::lock_guard lock(mutex_);
    return memory_;
  }

 private:
  // A kept block, or a fresh one; nullptr where the system has none.
  void* take(size_t size) {
    std::vector<void*> spare;
    {
      const std::lock_guard lock(mutex_);
      const auto found = kept_.find(size);
      if (found != kept_.end() && !found->second.empty()) {
        void* block = found->second.back();
        found->second.pop_back();
        memory_.kept -= size;
        lend(block, size);
        return block;
      }
      spare = spareFor(size);
    }
    for (void* block : spare) std::free(block);
    return fresh(size);
  }

  // Kept blocks, the largest first, that must go so that a fresh one takes the process no higher than it was.
  std::vector<void*> spareFor(size_t size) {
    std::vector<void*> spare;
    while (memory_.kept > 0 && memory_.inUse + memory_.kept + size > most_) {
      auto largest = std::prev(kept_.end());
      while (largest->second.empty()) largest = std::prev(kept_.erase(largest));
      spare.push_back(largest->second.back());
      largest->second.pop_back();
      memory_.kept -= largest->first;
    }
    return spare;
  }

  void* fresh(size_t size) {
    const bool huge = size >= 2 * kHugePage;
    void* block = nullptr;
    if (posix_memalign(&block, huge ? kHugePage : kAlignment, size) != 0) return nullptr;
#if defined(__linux__)
    if (huge) madvise(block, size, MADV_HUGEPAGE);  // a wish: where it is not granted, nothing is lost
#endif
    const std::lock_guard lock(mutex_);
    lend(block, size);
    return block;
  }

  void lend(void* block, size_t size) {
    sizes_[block] = size;
    memory_.inUse += size;
    most_ = std::max(most_, memory_.inUse);
  }

  static void giveBack(void* block);

  void keepOrFree(void* block) {
    {
      const std::lock_guard lock(mutex_);
      const auto lent = sizes_.find(block);
      if (lent == sizes_.end()) {
        c10::free_cpu(block);  // a small one, of the C library
        return;
      }
      const size_t size = lent->second;
      sizes_.erase(lent);
      memory_.inUse -= size;
      // Never more, with what is in use, than once was in use.
      if (memory_.inUse + memory_.kept + size <= most_) {
        closeMemory(block, size);
        kept_[size].push_back(block);
        memory_.kept += size;
        return;
      }
    }
    std::free(block);
  }

  mutable std::mutex mutex_;
  std::unordered_map<void*, size_t> sizes_;    // of what is in use
  std::map<size_t, std::vector<void*>> kept_;  // by size
  TensorMemory memory_;
  size_t most_ = 0;  // bytes in use at once since the last release
};

// Never destroyed: tensors that libtorch keeps outlive static objects.
KeepingAllocator& allocator() {
  static auto* const instance = new KeepingAllocator;
  return *instance;
}

void KeepingAllocator::giveBack(void* block) { allocator().keepOrFree(block); }

}  // namespace

void keepTensorMemory() {
  static const bool once = [] {
    c10::SetCPUAllocator(&allocator(), /*priority=*/1);
    return true;
  }();
  static_cast<void>(once);
}

void releaseTensorMemory() { allocator().release(); }

TensorMemory tensorMemory() { return allocator().memory(); }

}  // namespace ganode
