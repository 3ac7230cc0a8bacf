// OpenMP's regions in libtorch, run by our teams.
//
// libtorch, and MKL and oneDNN within it, are compiled for GNU's OpenMP runtime (libgomp), of which they call
// some twenty functions. Those of them that say who runs what are answered here, on `Team`; the rest (locks,
// how many processors there are) stay with libgomp. See
// https://gcc.gnu.org/onlinedocs/libgomp/The-libgomp-ABI.html.
#pragma once

#include <string>

namespace ganode::parallel {

// Puts our functions in place of libgomp's in all loaded libraries that lie in the folder of `library` (a
// path). Empty where that was done; else why everything stays with libgomp there: a library calls a function
// of libgomp's that is not known here ("it calls GOMP_task"), or the system does not let slots be changed.
std::string adoptOpenMP(const std::string& library);

}  // namespace ganode::parallel
