// Memory that tensors give back is kept for the next ones, and no more of it than was ever in use.
#include "device/memory.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

TEST_CASE("a large block goes to the next tensor of about its size") {
  ganode::keepTensorMemory();
  ganode::releaseTensorMemory();
  const size_t before = ganode::tensorMemory().inUse;
  CHECK(ganode::tensorMemory().kept == 0);
  void* first = nullptr;
  {
    const at::Tensor tensor = at::empty({1000, 1000});
    first = tensor.data_ptr();
    CHECK(reinterpret_cast<uintptr_t>(first) % 64 == 0);
    CHECK(ganode::tensorMemory().inUse - before >= 4'000'000);
  }
  CHECK(ganode::tensorMemory().inUse == before);
  CHECK(ganode::tensorMemory().kept >= 4'000'000);
  const at::Tensor next = at::ones({1001, 1000});
  CHECK(next.data_ptr() == first);
  CHECK(next.sum().item<double>() == 1001000);
  CHECK(ganode::tensorMemory().kept == 0);
}

TEST_CASE("what is kept never exceeds what was in use at once, and can be released") {
  ganode::keepTensorMemory();
  ganode::releaseTensorMemory();
  const size_t before = ganode::tensorMemory().inUse;
  // One after the other: at most one is in use.
  size_t largest = 0;
  for (const int64_t n : {1 << 20, 3 << 18, 1 << 19, 5 << 18}) {
    const at::Tensor tensor = at::zeros({n});
    largest = std::max(largest, ganode::tensorMemory().inUse - before);
  }
  CHECK(ganode::tensorMemory().kept <= largest);
  CHECK(ganode::tensorMemory().kept > 0);
  ganode::releaseTensorMemory();
  CHECK(ganode::tensorMemory().kept == 0);
}

TEST_CASE("what is kept makes room where it does not fit") {
  ganode::keepTensorMemory();
  ganode::releaseTensorMemory();
  const size_t before = ganode::tensorMemory().inUse;
  constexpr int64_t kMillion = 1 << 20;
  const size_t together = 12 * kMillion * sizeof(float);
  { const std::vector<at::Tensor> most = {at::zeros({8 * kMillion}), at::zeros({4 * kMillion})}; }
  CHECK(ganode::tensorMemory().kept == together);
  // Another size than those that are kept.
  const at::Tensor other = at::zeros({6 * kMillion});
  const auto memory = ganode::tensorMemory();
  CHECK(memory.inUse - before + memory.kept <= together);
  CHECK(memory.kept == 4 * kMillion * sizeof(float));
}

TEST_CASE("a resized tensor keeps its values; small tensors are left to the C library") {
  ganode::keepTensorMemory();
  at::Tensor tensor = at::arange(100'000, at::kFloat);
  tensor.resize_({300'000});
  CHECK(tensor.narrow(0, 0, 100'000).equal(at::arange(100'000, at::kFloat)));
  const size_t before = ganode::tensorMemory().inUse;
  const at::Tensor small = at::zeros({10});
  CHECK(ganode::tensorMemory().inUse == before);
}

#ifdef __SANITIZE_ADDRESS__
TEST_CASE("nobody may touch what is kept, nor the room behind a tensor") {
  ganode::keepTensorMemory();
  ganode::releaseTensorMemory();
  const char* block = nullptr;
  {
    const at::Tensor tensor = at::empty({1'000'001}, at::kByte);
    block = static_cast<const char*>(tensor.data_ptr());
    CHECK(!__asan_address_is_poisoned(block + 1'000'000));
    CHECK(__asan_address_is_poisoned(block + 1'000'001));
  }
  REQUIRE(ganode::tensorMemory().kept > 0);
  CHECK(__asan_address_is_poisoned(block));
  // The next one of its size has it, and not more than it asked for.
  const at::Tensor next = at::empty({999'999}, at::kByte);
  REQUIRE(next.data_ptr() == block);
  CHECK(!__asan_address_is_poisoned(block + 999'998));
  CHECK(__asan_address_is_poisoned(block + 999'999));
  ganode::releaseTensorMemory();
}
#endif
