// Memory that ran out has a code of its own, whoever says it.
#include "device/out_of_memory.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <doctest/doctest.h>

#include <new>
#include <string>

using ganode::outOfMemory;

TEST_CASE("out of memory: of the processor, with how much was asked for") {
  const int64_t bytes = int64_t{1} << 50;
  try {
    at::empty({bytes}, at::kByte);
    FAIL("a petabyte was allocated");
  } catch (const std::exception& thrown) {
    const auto error = outOfMemory(thrown);
    REQUIRE(error.has_value());
    CHECK(error->code() == "MEMORY");
    CHECK(std::string(error->what()) == "out of memory: 1.1 PB were asked for at once");
    CHECK(std::get<double>(error->details().at("bytes")) == static_cast<double>(bytes));
  }
}

TEST_CASE("out of memory: of the C++ library, and a size beyond 64 bits") {
  CHECK(outOfMemory(std::bad_alloc())->code() == "MEMORY");
  try {
    at::empty({int64_t{1} << 40, int64_t{1} << 40}, at::kFloat);
    FAIL("it was allocated");
  } catch (const std::exception& thrown) {
    CHECK(outOfMemory(thrown).has_value());
  }
}

TEST_CASE("out of memory: of a device, in libtorch's own words") {
  const std::string words =
      "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 23.69 GiB of which "
      "13.00 "
      "MiB is free. Process 1 has 23 GiB memory in use.";
  const c10::OutOfMemoryError thrown({__func__, __FILE__, 1}, words);
  const auto error = outOfMemory(thrown);
  REQUIRE(error.has_value());
  CHECK(std::string(error->what()) ==
        "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 23.69 GiB of which "
        "13.00 "
        "MiB is free");
  CHECK(std::get<std::string>(error->details().at("device")) == "cuda");
}

TEST_CASE("out of memory: any other error is none") {
  CHECK(!outOfMemory(std::runtime_error("out of luck")).has_value());
  try {
    at::empty({2}).view({3});
    FAIL("it fitted");
  } catch (const std::exception& thrown) {
    CHECK(!outOfMemory(thrown).has_value());
  }
}
