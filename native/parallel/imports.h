// What loaded libraries call of each other: reading it, and putting other functions in place.
//
// A library calls a function of another through a slot that the linker has filled. Filling it with another
// function changes what this one library calls, and nothing for the rest of the process (another addon may
// use the same OpenMP). The method is that of profilers and of the `plthook` library.
#pragma once

#include <string>
#include <vector>

namespace ganode::parallel {

// A slot of a loaded library.
struct Import {
  std::string library;  // path
  std::string name;     // of the function, without its version
  void** slot;
  bool readOnly;  // the linker has taken away the right to write there
};

// Slots for functions whose names `wanted` accepts, of the loaded libraries that `among` accepts by path.
// Empty where the system has no such slots (other than ELF).
std::vector<Import> findImports(bool (*among)(const std::string& path),
                                bool (*wanted)(const std::string& name));

// False where the system refuses; then the slot is as it was.
bool replaceImport(const Import& import, void* function);

// Path of the library that an address lies in; empty where there is none.
std::string libraryOf(const void* address);

}  // namespace ganode::parallel
