#include "step/latent.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

namespace ganode {

at::Generator makeGenerator(uint64_t seed) { return at::detail::createCPUGenerator(seed); }

at::Tensor drawLatents(int64_t n, int64_t size, bool uniform, std::optional<double> truncation,
                       at::Generator& generator) {
  const at::NoGradGuard noGrad;
  at::Tensor z = at::empty({n, size});
  if (uniform) {
    z.uniform_(-1, 1, generator);
    return truncation ? z.mul_(*truncation) : z;
  }
  z.normal_(0, 1, generator);
  if (!truncation) return z;
  // Inverse transform on the allowed interval: the distribution that redrawing gives, in one draw.
  const double bound = 2 * *truncation;
  const at::Tensor limit = at::scalar_tensor(bound, at::kDouble);
  const at::Tensor tail = at::special_ndtr(limit.neg());
  at::Tensor u = at::empty({n, size}, at::kDouble);
  u.uniform_(0, 1, generator);
  return at::special_ndtri(tail + u * (1 - 2 * tail)).clamp_(-bound, bound).to(at::kFloat);
}

}  // namespace ganode
