#include "step/bytes.h"

#include <ATen/ATen.h>

namespace ganode {

at::Tensor fromBytes(const at::Tensor& images) {
  return images.scalar_type() == at::kByte ? images.to(at::kFloat).div_(127.5).sub_(1) : images;
}

at::Tensor toBytes(const at::Tensor& images) {
  return images.to(at::kFloat).add(1).mul_(127.5).round_().clamp_(0, 255).to(at::kByte);
}

}  // namespace ganode
