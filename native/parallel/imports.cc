#include "parallel/imports.h"

#if defined(__linux__)

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace ganode::parallel {
namespace {

// The linker gives addresses as integers.
template <typename T>
T* pointerTo(ElfW(Addr) address) {
  return reinterpret_cast<T*>(address);  // NOLINT(performance-no-int-to-ptr)
}

// Relocations that put the address of a function into a slot.
bool isFunctionSlot(uint64_t type) {
#if defined(__x86_64__)
  return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT || type == R_X86_64_64;
#elif defined(__aarch64__)
  return type == R_AARCH64_JUMP_SLOT || type == R_AARCH64_GLOB_DAT || type == R_AARCH64_ABS64;
#else
  return false;
#endif
}

struct Tables {
  const ElfW(Sym) * symbols = nullptr;
  const char* strings = nullptr;
  const ElfW(Rela) * relocations = nullptr;
  size_t relocationBytes = 0;
  const ElfW(Rela) * jumps = nullptr;
  size_t jumpBytes = 0;
};

Tables tablesOf(const dl_phdr_info& info, const ElfW(Dyn) * dynamic) {
  Tables tables;
  // glibc has made addresses of these; other linkers leave them relative to the library.
  const auto at = [&](ElfW(Addr) value) { return value < info.dlpi_addr ? info.dlpi_addr + value : value; };
  for (; dynamic->d_tag != DT_NULL; ++dynamic) {
    const auto value = dynamic->d_un.d_ptr;
    switch (dynamic->d_tag) {
      case DT_SYMTAB:
        tables.symbols = pointerTo<const ElfW(Sym)>(at(value));
        break;
      case DT_STRTAB:
        tables.strings = pointerTo<const char>(at(value));
        break;
      case DT_RELA:
        tables.relocations = pointerTo<const ElfW(Rela)>(at(value));
        break;
      case DT_RELASZ:
        tables.relocationBytes = dynamic->d_un.d_val;
        break;
      case DT_JMPREL:
        tables.jumps = pointerTo<const ElfW(Rela)>(at(value));
        break;
      case DT_PLTRELSZ:
        tables.jumpBytes = dynamic->d_un.d_val;
        break;
      default:
        break;
    }
  }
  return tables;
}

struct Search {
  bool (*among)(const std::string&);
  bool (*wanted)(const std::string&);
  std::vector<Import> found;
};

int visit(dl_phdr_info* info, size_t, void* data) {
  auto& search = *static_cast<Search*>(data);
  const std::string library = info->dlpi_name;
  if (!search.among(library)) return 0;
  const ElfW(Dyn)* dynamic = nullptr;
  ElfW(Addr) sealed = 0;
  size_t sealedBytes = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type == PT_DYNAMIC) dynamic = pointerTo<const ElfW(Dyn)>(info->dlpi_addr + segment.p_vaddr);
    if (segment.p_type == PT_GNU_RELRO) {
      sealed = info->dlpi_addr + segment.p_vaddr;
      sealedBytes = segment.p_memsz;
    }
  }
  if (!dynamic) return 0;
  const Tables tables = tablesOf(*info, dynamic);
  if (!tables.symbols || !tables.strings) return 0;
  const auto scan = [&](const ElfW(Rela) * entries, size_t bytes) {
    for (size_t i = 0; entries && i < bytes / sizeof(ElfW(Rela)); ++i) {
      const ElfW(Rela)& entry = entries[i];
      const size_t symbol = ELF64_R_SYM(entry.r_info);
      if (symbol == 0 || entry.r_addend != 0 || !isFunctionSlot(ELF64_R_TYPE(entry.r_info))) continue;
      const std::string name = tables.strings + tables.symbols[symbol].st_name;
      if (!search.wanted(name)) continue;
      const ElfW(Addr) slot = info->dlpi_addr + entry.r_offset;
      const bool readOnly = slot >= sealed && slot < sealed + sealedBytes;
      search.found.push_back({library, name, pointerTo<void*>(slot), readOnly});
    }
  };
  scan(tables.jumps, tables.jumpBytes);
  scan(tables.relocations, tables.relocationBytes);
  return 0;
}

}  // namespace

std::vector<Import> findImports(bool (*among)(const std::string&), bool (*wanted)(const std::string&)) {
  Search search{among, wanted, {}};
  dl_iterate_phdr(visit, &search);
  return std::move(search.found);
}

bool replaceImport(const Import& import, void* function) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  void* begin = pointerTo<void>(reinterpret_cast<uintptr_t>(import.slot) & ~(page - 1));
  if (import.readOnly && mprotect(begin, page, PROT_READ | PROT_WRITE) != 0) return false;
  __atomic_store_n(import.slot, function, __ATOMIC_RELEASE);
  if (import.readOnly) mprotect(begin, page, PROT_READ);
  return true;
}

std::string libraryOf(const void* address) {
  Dl_info info;
  return dladdr(address, &info) != 0 && info.dli_fname ? info.dli_fname : "";
}

}  // namespace ganode::parallel

#else

namespace ganode::parallel {

std::vector<Import> findImports(bool (*)(const std::string&), bool (*)(const std::string&)) { return {}; }
bool replaceImport(const Import&, void*) { return false; }
std::string libraryOf(const void*) { return ""; }

}  // namespace ganode::parallel

#endif
