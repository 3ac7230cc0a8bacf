// Latents: drawn on the CPU, so that a seed means the same on every device.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace ganode {

// A generator of random numbers of its own; equal seeds give equal numbers.
at::Generator makeGenerator(uint64_t seed);

// [n, size] of N(0, 1), or uniform on [-1, 1).
// With a truncation ψ, normal values are redrawn until |z| <= 2ψ (Brock et al. 2019, section 3.1, where the
// standard threshold of a truncated normal is 2), and uniform ones are scaled by ψ.
at::Tensor drawLatents(int64_t n, int64_t size, bool uniform, std::optional<double> truncation,
                       at::Generator& generator);

}  // namespace ganode
