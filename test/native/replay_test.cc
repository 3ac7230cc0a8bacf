// Recording and replaying, on a device that only pretends to have streams and graphs: nothing of it was run
// on a GPU.
#include "device/replay.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <stdexcept>

#include "pretended_device.h"

namespace {

using ganode::Replay;

// Doubles its input; `factor` is what replays multiply by.
struct Doubling {
  int done = 0;
  double factor = 2;

  Replay::Work work() {
    return [this](const Replay::Tensors& inputs) {
      ++done;
      at::Tensor output = inputs[0] * 2;
      if (Pretended::recording) {
        Pretended::kernel = [input = inputs[0], output, this] { output.copy_(input * factor); };
      }
      return output;
    };
  }
};

double doubled(Replay& replay, double value, int64_t n = 3) {
  const at::Tensor result = replay({at::full({n}, value, at::kFloat)});
  CHECK(result.numel() == n);
  return result[0].item<double>();
}

}  // namespace

TEST_CASE("without a recorder the work is done each time") {
  Doubling doubling;
  Replay replay(at::kCPU, doubling.work());
  for (int i = 0; i < 4; ++i) CHECK(doubled(replay, i) == 2 * i);
  CHECK(doubling.done == 4);
}

TEST_CASE("the second time of a shape is recorded, and replayed from then on with the inputs of the day") {
  Doubling doubling;
  Replay replay(kPretended, doubling.work());
  Pretended::replays = 0;
  CHECK(doubled(replay, 1) == 2);
  CHECK(doubling.done == 1);
  CHECK(doubled(replay, 2) == 4);
  CHECK(doubling.done == 4);  // itself, once to warm up, and once recorded
  CHECK(Pretended::replays == 1);
  for (int i = 3; i < 6; ++i) CHECK(doubled(replay, i) == 2 * i);
  CHECK(doubling.done == 4);
  CHECK(Pretended::replays == 4);
  CHECK(doubled(replay, 7, 5) == 14);
  CHECK(doubling.done == 5);
  CHECK(doubled(replay, 8) == 16);
  CHECK(doubling.done == 5);
}

TEST_CASE("what cannot be recorded is done each time") {
  int done = 0;
  Replay replay(kPretended, [&](const Replay::Tensors& inputs) {
    ++done;
    if (Pretended::recording) throw std::runtime_error("reads a value");
    return inputs[0] * 2;
  });
  for (int i = 0; i < 4; ++i) CHECK(doubled(replay, i) == 2 * i);
  CHECK(done == 6);  // the second time tried twice more
  CHECK_FALSE(Pretended::recording);
}

TEST_CASE("work that waits for the device is never recorded") {
  int recorded = 0;
  Replay replay(kPretended, [&](const Replay::Tensors& inputs) {
    recorded += Pretended::recording ? 1 : 0;
    return inputs[0] * 2;
  });
  Pretended::waits = true;
  for (int i = 0; i < 4; ++i) CHECK(doubled(replay, i) == 2 * i);
  Pretended::waits = false;
  CHECK(recorded == 0);
}

TEST_CASE("bytes of a recording may be two grey levels off, and no more") {
  for (const int off : {2, 3}) {
    CAPTURE(off);
    int done = 0;
    Replay replay(kPretended, [&](const Replay::Tensors& inputs) {
      ++done;
      at::Tensor output = inputs[0].to(at::kByte);
      Pretended::kernel = [=, input = inputs[0]] { output.copy_(input + off); };
      return output;
    });
    for (int i = 0; i < 5; ++i) replay({at::full({3}, 100, at::kFloat)});
    CHECK(done == (off == 2 ? 4 : 7));
  }
}

TEST_CASE("what is changed is judged together: something small may go its own way") {
  // The second moves by as much as rounding does, and in the recording the other way.
  const at::Tensor large = at::zeros({3});
  const at::Tensor small = at::zeros({3});
  int done = 0;
  Replay replay(
      kPretended,
      [&](const Replay::Tensors& inputs) {
        ++done;
        const at::Tensor output = inputs[0] * 2;
        const auto move = [=](double sign) {
          large.add_(1);
          small.add_(1e-4 * sign);
        };
        if (Pretended::recording)
          Pretended::kernel = [=] { move(-1); };
        else
          move(1);
        return output;
      },
      [&] {
        return Replay::Tensors{large, small};
      });
  for (int i = 0; i < 5; ++i) replay({at::ones({3})});
  CHECK(done == 4);
  CHECK(large[0].item<double>() == 5);
}

TEST_CASE("a recording that gives something else is not used") {
  Doubling doubling;
  doubling.factor = 3;
  Replay replay(kPretended, doubling.work());
  for (int i = 1; i < 5; ++i) CHECK(doubled(replay, i) == 2 * i);
  CHECK(doubling.done == 6);
}

TEST_CASE("what the work changes is changed once a call, recorded or not") {
  for (const double factor : {2.0, 3.0}) {
    CAPTURE(factor);
    const at::Tensor sum = at::zeros({3});
    Doubling doubling;
    doubling.factor = factor;
    const Replay::Work work = doubling.work();
    Replay replay(
        kPretended,
        [&](const Replay::Tensors& inputs) {
          const at::Tensor output = work(inputs);
          if (!Pretended::recording) {
            sum.add_(output);
            return output;
          }
          Pretended::kernel = [launch = Pretended::kernel, output, sum] {
            launch();
            sum.add_(output);
          };
          return output;
        },
        [&] { return Replay::Tensors{sum}; });
    for (int i = 1; i < 6; ++i) {
      CHECK(doubled(replay, i) == 2 * i);
      CHECK(sum[0].item<double>() == i * (i + 1));
    }
    CHECK(doubling.done == (factor == 2 ? 4 : 7));
  }
}
