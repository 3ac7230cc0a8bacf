// Under AddressSanitizer, memory that is kept for later is closed to everyone, as freed memory is; else this
// does nothing.
#pragma once

#include <cstddef>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace ganode {

inline void closeMemory([[maybe_unused]] const void* from, [[maybe_unused]] size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  __asan_poison_memory_region(from, bytes);
#endif
}

inline void openMemory([[maybe_unused]] const void* from, [[maybe_unused]] size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(from, bytes);
#endif
}

}  // namespace ganode
