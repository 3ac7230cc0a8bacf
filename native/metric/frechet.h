// The Fréchet distance between Gaussians fitted to features.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace ganode {

struct FeatureStatistics {
  int64_t count = 0;
  at::Tensor mean;        // double [size]
  at::Tensor covariance;  // double [size, size], divided by count - 1
};

// Of rows [n, size], n at least 2. Throws Error("INVALID_DATA").
FeatureStatistics featureStatistics(const at::Tensor& rows);

// |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2(Σ₁Σ₂)^½) (Dowson & Landau 1982; with Inception features the FID of Heusel et
// al. 2017). The trace of the root comes from the eigenvalues of the symmetric Σ₁^½Σ₂Σ₁^½, which has those of
// Σ₁Σ₂: no square root of a matrix that need not be symmetric. Throws Error("INVALID_DATA") where the sizes
// differ.
double frechetDistance(const FeatureStatistics& a, const FeatureStatistics& b);

// The distance between the Gaussians of two sets of rows [n, size] and [m, size], at least 2 each. Where few
// rows have many features, no covariance is made: with centred rows A and B, tr Σ₁ = |A|²/(n - 1), and the
// singular values of A Bᵀ [n, m] over √((n - 1)(m - 1)) are those of Σ₁^½Σ₂^½, whose sum is the trace of the
// root. Equally exact; memory grows with n·m in place of size². Throws Error("INVALID_DATA").
double frechetDistance(const at::Tensor& real, const at::Tensor& fake);

}  // namespace ganode
