#include "device/arithmetic.h"

#include <ATen/Context.h>

#include <cstdlib>

#include "error.h"

namespace ganode {
namespace {

// What libtorch asks for before it lets cuBLAS compute where algorithms are to be deterministic.
void fixWorkspacesOfCublas() {
  constexpr const char* name = "CUBLAS_WORKSPACE_CONFIG";
  if (std::getenv(name) != nullptr) return;
#ifdef _WIN32
  _putenv_s(name, ":4096:8");
#else
  setenv(name, ":4096:8", /*overwrite=*/0);
#endif
}

}  // namespace

Arithmetic::Tf32 Arithmetic::parseTf32(const std::string& name) {
  if (name == "none") return Tf32::None;
  if (name == "convolutions") return Tf32::Convolutions;
  if (name == "all") return Tf32::All;
  throw Error("INVALID_OPTION", "expected tf32 to be 'none', 'convolutions' or 'all', got '" + name + "'");
}

void useArithmetic(const Arithmetic& arithmetic, const at::Device& device) {
  if (device.is_cpu()) return;
  at::Context& context = at::globalContext();
  context.setAllowTF32CuDNN(arithmetic.tf32 != Arithmetic::Tf32::None);
  context.setAllowTF32CuBLAS(arithmetic.tf32 == Arithmetic::Tf32::All);
  context.setBenchmarkCuDNN(!arithmetic.deterministic);
  context.setDeterministicCuDNN(arithmetic.deterministic);
  context.setDeterministicAlgorithms(arithmetic.deterministic, /*warn_only=*/false);
  if (!arithmetic.deterministic) return;
  // Else every tensor that is made would be filled first.
  context.setDeterministicFillUninitializedMemory(false);
  fixWorkspacesOfCublas();
}

}  // namespace ganode
