#define GANODE_KERNELS plainKernels
#include "convolution/kernels.inc"
