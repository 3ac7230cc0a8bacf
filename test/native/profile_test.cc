// What is recorded of a step: which operators, in which order, for how long, and of which node.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <set>
#include <thread>

#include "error.h"
#include "profile/profiler.h"
#include "step/session.h"

namespace {

using ganode::profile::Event;
using ganode::profile::Kind;
using ganode::profile::Recorder;
using ganode::profile::Recording;
using ganode::profile::Span;

const char* const kRecipe = R"({
  "latentSize": 3, "batch": 4, "threads": 1, "seed": 7, "loss": {"kind": "wasserstein"}, "ema": {"decay": 0.9},
  "penalties": [{"kind": "gradientPenalty", "weight": 10}],
  "optimizers": {"generator": {"kind": "adam", "learningRate": 0.001}, "discriminator": {"kind": "adam", "learningRate": 0.001}},
  "models": {
    "generator": {"version": 1, "inputs": {"z": {"shape": [3]}}, "outputs": {"image": "image"}, "nodes": [
      {"name": "first", "op": "dense", "inputs": ["z"], "units": 16},
      {"name": "shaped", "op": "reshape", "inputs": ["first"], "shape": [1, 4, 4]},
      {"name": "image", "op": "tanh", "inputs": ["shaped"]}]},
    "discriminator": {"version": 1, "inputs": {"image": {"shape": [1, 4, 4]}}, "outputs": {"logits": "last"}, "nodes": [
      {"name": "seen", "op": "conv2d", "inputs": ["image"], "filters": 2, "kernel": 3, "padding": "same"},
      {"name": "bent", "op": "tanh", "inputs": ["seen"]},
      {"name": "flat", "op": "flatten", "inputs": ["bent"]},
      {"name": "last", "op": "dense", "inputs": ["flat"], "units": 1}]}
  }})";

ganode::RunData makeData(int64_t steps) {
  ganode::RunData data;
  data.steps = steps;
  data.images = at::arange(steps * 4 * 16, at::kLong).remainder(256).to(at::kByte);
  return data;
}

bool never() { return false; }

std::set<std::string> namesOf(const std::vector<Event>& events, Kind kind) {
  std::set<std::string> names;
  for (const Event& event : events) {
    if (event.kind == kind) names.insert(event.name);
  }
  return names;
}

// Of the node that an event belongs to; empty: none.
std::string nodeOf(const std::vector<Event>& events, const Event& event) {
  return event.node < 0 ? "" : events.at(static_cast<size_t>(event.node)).name;
}

void checkNesting(const std::vector<Event>& events) {
  int64_t outer = 0;
  int64_t self = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    const Event& event = events[i];
    REQUIRE(event.start <= event.end);
    REQUIRE(event.self >= 0);
    self += event.self;
    if (event.parent < 0) {
      outer += event.end - event.start;
      continue;
    }
    REQUIRE(event.parent < static_cast<int64_t>(i));
    const Event& parent = events[static_cast<size_t>(event.parent)];
    REQUIRE(parent.thread == event.thread);
    REQUIRE(parent.start <= event.start);
    REQUIRE(event.end <= parent.end);
  }
  CHECK(self == outer);
}

}  // namespace

TEST_CASE("the steps asked for are recorded: phases, networks, nodes, operators, backward functions") {
  ganode::Session session(ganode::parseSessionOptions(kRecipe));
  session.startProfile(1, 2);
  session.run(makeData(2), never);
  session.run(makeData(2), never);
  const ganode::profile::Profile profile = session.takeProfile();
  CHECK(profile.firstStep == 2);
  CHECK(profile.steps == 2);
  const auto& events = profile.events;
  checkNesting(events);

  const auto steps = std::count_if(events.begin(), events.end(),
                                   [](const Event& event) { return event.kind == Kind::Step; });
  CHECK(steps == 2);
  for (const Event& event : events) CHECK((event.kind == Kind::Step) == (event.parent < 0));
  CHECK(namesOf(events, Kind::Network) == std::set<std::string>{"generator", "discriminator"});
  CHECK(namesOf(events, Kind::Phase) ==
        std::set<std::string>{"data", "discriminator update", "generator update", "generator forward",
                              "discriminator forward both", "discriminator forward fake",
                              "penalty gradientPenalty", "discriminator backward", "discriminator optimizer",
                              "generator backward", "generator optimizer", "statistics", "weight average"});
  CHECK(namesOf(events, Kind::Node) ==
        std::set<std::string>{"first", "shaped", "image", "seen", "bent", "flat", "last"});

  std::set<std::string> tanhOf;
  bool shaped = false;
  for (const Event& event : events) {
    if (event.name == "ConvolutionBackward0") CHECK(nodeOf(events, event) == "seen");
    if (event.name == "TanhBackward0") tanhOf.insert(nodeOf(events, event));
    if (event.name == "aten::convolution" && event.detail.starts_with("[4, 1, 4, 4], [2, 1, 3, 3]"))
      shaped = true;
  }
  CHECK(tanhOf == std::set<std::string>{"bent", "image"});
  CHECK(shaped);

  // Taken: nothing is left, and later steps are not recorded.
  session.run(makeData(1), never);
  CHECK(session.takeProfile().events.empty());
}

TEST_CASE("a recording changes nothing of what is computed") {
  ganode::Session one(ganode::parseSessionOptions(kRecipe));
  ganode::Session two(ganode::parseSessionOptions(kRecipe));
  two.startProfile(0, 3);
  CHECK(one.run(makeData(3), never).values == two.run(makeData(3), never).values);
  const auto tensors = one.tensors();
  const auto others = two.tensors();
  REQUIRE(tensors.size() == others.size());
  for (size_t i = 0; i < tensors.size(); ++i) CHECK(at::equal(tensors[i].second, others[i].second));
}

TEST_CASE("backward functions belong to the node that made them, those of second order too") {
  const auto recorder = std::make_shared<Recorder>();
  const at::Tensor x = at::ones({3}, at::kDouble).set_requires_grad(true);
  {
    const Recording recording(recorder);
    at::Tensor y;
    {
      const Span span(Kind::Node, "a");
      y = x.sin();
    }
    at::Tensor z;
    {
      const Span span(Kind::Node, "b");
      z = y.cos();
    }
    const at::Tensor gradient =
        torch::autograd::grad({z.sum()}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true).at(0);
    const Span span(Kind::Phase, "second");
    torch::autograd::grad({gradient.sum()}, {x});
  }
  const std::vector<Event> events = recorder->take();
  checkNesting(events);
  std::set<std::pair<std::string, std::string>> first;
  std::set<std::pair<std::string, std::string>> second;
  for (const Event& event : events) {
    if (event.kind != Kind::Backward) continue;
    (event.parent < 0 ? first : second).emplace(event.name, nodeOf(events, event));
  }
  using Pairs = std::set<std::pair<std::string, std::string>>;
  CHECK(first == Pairs{{"SumBackward0", ""}, {"CosBackward0", "b"}, {"SinBackward0", "a"}});
  // d/dx of cos(x) · -sin(y): what SinBackward0 made is a's, what CosBackward0 made is b's.
  CHECK(second.contains({"CosBackward0", "a"}));
  CHECK(second.contains({"SinBackward0", "b"}));
  CHECK(second.contains({"SinBackward0", "a"}));  // x moves y
  CHECK(second.contains({"SumBackward0", ""}));
}

TEST_CASE("nothing is recorded where nobody listens") {
  CHECK(Recorder::current() == nullptr);
  const auto recorder = std::make_shared<Recorder>();
  const at::Tensor x = at::ones({2, 2});
  {
    const Recording recording(recorder);
    CHECK(Recorder::current() == recorder.get());
  }
  CHECK(Recorder::current() == nullptr);
  CHECK_FALSE(at::hasThreadLocalCallbacks());
  {
    const Span span(Kind::Phase, "unheard");
    x.matmul(x);
  }
  CHECK(recorder->take().empty());
}

TEST_CASE("recorders of several threads do not mix") {
  std::vector<Event> sums;
  std::vector<Event> products;
  const auto record = [](std::vector<Event>& events, auto work) {
    return std::thread([&events, work] {
      const auto recorder = std::make_shared<Recorder>();
      const at::Tensor x = at::ones({4, 4});
      {
        const Recording recording(recorder);
        for (int i = 0; i < 200; ++i) work(x);
      }
      events = recorder->take();
    });
  };
  std::thread one = record(sums, [](const at::Tensor& x) { return x.add(x); });
  std::thread two = record(products, [](const at::Tensor& x) { return x.mul(x); });
  one.join();
  two.join();
  CHECK(sums.size() == 200);
  CHECK(products.size() == 200);
  CHECK(namesOf(sums, Kind::Operator) == std::set<std::string>{"aten::add"});
  CHECK(namesOf(products, Kind::Operator) == std::set<std::string>{"aten::mul"});
}

TEST_CASE("a step that fails leaves no recorder behind") {
  ganode::Session session(ganode::parseSessionOptions(kRecipe));
  session.startProfile(0, 2);
  for (const auto& [name, tensor] : session.tensors()) {
    if (name == "generator.first.weight") tensor.detach().fill_(NAN);
  }
  CHECK_THROWS_AS(session.run(makeData(1), never), ganode::Error);
  CHECK(Recorder::current() == nullptr);
  checkNesting(session.takeProfile().events);
  CHECK_THROWS_AS(session.startProfile(0, 0), ganode::Error);
}
