// Steps that are recorded, on a device that only pretends to record.
#include "step/replayed.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <stdexcept>

#include "pretended_device.h"
#include "profile/recorder.h"
#include "step/latent.h"

namespace {

using ganode::StepData;
using ganode::StepDraws;
using ganode::StepPosition;

struct Behaviour {
  bool drawsMore = false;  // a number of its own
  bool fails = false;      // to be recorded
  bool isAnother = false;  // when it is replayed
};

// Moves a weight by what it is given.
struct MovingStep : ganode::Step {
  explicit MovingStep(Behaviour behaviour) : does(behaviour) {}

  const std::vector<std::string>& columns() const override { return names; }

  at::Tensor launch(const StepData& data, const StepDraws& draws, const StepPosition&) override {
    ++launches;
    const at::Tensor first = draws.latents(2);
    const at::Tensor noise = draws.noise(3, 4);
    const at::Tensor second = draws.latents(5);
    if (does.drawsMore) own.random_(0, 9, draws.random);
    const at::Tensor row = at::empty({1});
    const auto kernel = [=, weight = weight, own = own, images = data.images,
                         labels = data.labels](double factor) {
      weight.add_(first.sum() + 2 * noise.sum() * images.mean() + 3 * second.sum() + own, factor);
      if (labels.defined()) weight.add_(labels.sum());
      row.copy_(weight.sum());
    };
    if (!Pretended::recording) {
      kernel(1);
    } else {
      if (does.fails) throw std::runtime_error("reads a value");
      Pretended::kernel = [kernel, factor = does.isAnother ? 2.0 : 1.0] { kernel(factor); };
    }
    return row;
  }

  ganode::RowReader reader() const override {
    return [](const at::Tensor& row, int64_t) { return std::vector<double>{row.item<double>()}; };
  }

  std::vector<std::string> names = {"sum"};
  Behaviour does;
  at::Tensor weight = at::ones({2});
  at::Tensor own = at::zeros({});
  int launches = 0;
};

// The numbers of six steps, and how many were launched kernel by kernel.
std::pair<std::vector<double>, int> sixSteps(Behaviour behaviour, bool recorded, bool labelled = false,
                                             bool profiled = false) {
  auto moving = std::make_unique<MovingStep>(behaviour);
  MovingStep& inner = *moving;
  std::unique_ptr<ganode::Step> step = std::move(moving);
  if (recorded)
    step = std::make_unique<ganode::ReplayedStep>(std::move(step), kPretended,
                                                  [&] { return std::vector<at::Tensor>{inner.weight}; });
  at::Generator random = ganode::makeGenerator(4);
  const auto normal = [&](int64_t n, int64_t size) { return at::empty({n, size}).normal_(0, 1, random); };
  const StepDraws draws{[&](int64_t n) { return normal(n, 3); }, normal, random};
  std::optional<ganode::profile::Recording> profiling;
  if (profiled) profiling.emplace(std::make_shared<ganode::profile::Recorder>());
  std::vector<double> numbers;
  for (int64_t i = 0; i < 6; ++i) {
    StepPosition position;
    position.step = i;
    const StepData data{at::full({1, 2}, static_cast<double>(i)),
                        labelled ? at::full({1, 2}, i) : at::Tensor()};
    numbers.push_back(step->run(data, draws, position).at(0));
  }
  numbers.push_back(inner.weight[1].item<double>());
  return {numbers, inner.launches};
}

}  // namespace

TEST_CASE("recorded steps do what steps do, and are launched at once from the fourth on") {
  for (const bool labelled : {false, true}) {
    Pretended::replays = 0;
    const auto [numbers, launches] = sixSteps({}, true, labelled);
    CHECK(numbers == sixSteps({}, false, labelled).first);
    CHECK(launches == 5);  // three steps, the last one three times: to warm up, and to be recorded
    CHECK(Pretended::replays == 4);
  }
}

TEST_CASE("steps that cannot be recorded, or not rightly, are as they are") {
  const auto check = [](Behaviour behaviour, int launches) {
    const auto recorded = sixSteps(behaviour, true);
    CHECK(recorded.first == sixSteps(behaviour, false).first);
    CHECK(recorded.second == launches);
  };
  check({.drawsMore = true}, 6);
  check({.fails = true}, 8);
  check({.isAnother = true}, 8);
}

TEST_CASE("steps that are being profiled are launched kernel by kernel") {
  CHECK(sixSteps({}, true, false, /*profiled=*/true).second == 6);
}
