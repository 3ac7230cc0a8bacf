// Compiled with AVX2 and FMA; called only where the processor has them.
#define GANODE_KERNELS avx2Kernels
#include "convolution/kernels.inc"
