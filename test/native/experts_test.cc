// Mixtures of experts: load balancing and MGAN's objective by hand, gates, what is refused.
#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "error.h"
#include "graph/graph.h"
#include "objective/penalty.h"
#include "step/adversarial.h"
#include "step/latent.h"
#include "step/one_stage.h"
#include "step/pair.h"
#include "step/sampling.h"

namespace {

using ganode::Graph;
using ganode::Player;
using nlohmann::json;

// Two experts of two pixels: z's first two numbers are z, the greater of its others chooses.
ganode::GraphSpec mixtureSpec() {
  return ganode::parseGraph(std::string(
      R"({"version": 1, "inputs": {"z": {"shape": [4]}}, "outputs": {"image": "i", "gate": "g"}, "nodes": [
        {"name": "s", "op": "slice", "inputs": ["z"], "length": 2},
        {"name": "c", "op": "slice", "inputs": ["z"], "start": 2, "length": 2},
        {"name": "g", "op": "gate", "inputs": ["c"]},
        {"name": "d", "op": "dense", "inputs": ["s"], "units": 4, "bias": false},
        {"name": "m", "op": "mixture", "inputs": ["d", "g"]},
        {"name": "i", "op": "reshape", "inputs": ["m"], "shape": [1, 1, 2]}]})"));
}

ganode::GraphSpec discriminatorSpec(int64_t experts = 2) {
  return ganode::parseGraph(
      R"({"version": 1, "inputs": {"image": {"shape": [1, 1, 2]}}, "outputs": {"logits": "l", "expertLogits": "e"}, "nodes": [
        {"name": "f", "op": "flatten", "inputs": ["image"]},
        {"name": "l", "op": "dense", "inputs": ["f"], "units": 1, "bias": false},
        {"name": "e", "op": "dense", "inputs": ["f"], "bias": false, "units": )" +
      std::to_string(experts) + "}]}");
}

// The networks written out: the image of each item by the expert that is named, and both heads.
at::Tensor imagesOf(const at::Tensor& weight, const at::Tensor& z, const std::vector<int64_t>& experts) {
  std::vector<at::Tensor> images;
  for (size_t i = 0; i < experts.size(); ++i)
    images.push_back(weight.narrow(0, 2 * experts[i], 2).mv(z[static_cast<int64_t>(i)].narrow(0, 0, 2)));
  return at::stack(images);
}

at::Tensor minusLog(const at::Tensor& probabilities, const std::vector<int64_t>& experts) {
  std::vector<at::Tensor> terms;
  for (size_t i = 0; i < experts.size(); ++i)
    terms.push_back(-probabilities[static_cast<int64_t>(i)][experts[i]].log());
  return at::stack(terms).mean();
}

at::Tensor likelihoods(const at::Tensor& images, const at::Tensor& weight) {
  const at::Tensor e = images.mm(weight.t()).exp();
  return e / e.sum(1, true);
}

}  // namespace

TEST_CASE("load balancing is the squared distance of the loads from equal ones") {
  const auto penalties =
      ganode::parsePenalties(json::array({{{"kind", "loadBalance"}, {"network", "generator"}}}));
  CHECK(penalties[0].side == ganode::Side::Generator);
  const Graph graph(mixtureSpec());
  at::Generator random = ganode::makeGenerator(1);
  ganode::PenaltyContext context(graph, random);
  context.batch = 4;
  const at::Tensor gate = at::tensor({1., 0., 1., 0., 0., 1., 1., 0.}).view({4, 2}).set_requires_grad(true);
  context.gate = gate;
  const at::Tensor value = penalties[0].penalty->value(context);
  // Loads of 3/4 and 1/4: twice (1/4)².
  CHECK(value.item<double>() == doctest::Approx(0.125));
  // 2 (p_k - 1/2) / n.
  const at::Tensor gradient = torch::autograd::grad({value}, {gate})[0];
  CHECK(at::allclose(gradient, at::tensor({0.125, -0.125}).expand({4, 2})));

  context.gate = at::Tensor();
  context.generate = [&](int64_t n) {
    CHECK(n == 4);
    return ganode::Values{{"gate", at::full({n, 2}, 0.5)}};
  };
  CHECK(penalties[0].penalty->value(context).item<double>() == 0);
  CHECK_NOTHROW(penalties[0].penalty->check(graph));
  CHECK_THROWS_WITH(penalties[0].penalty->check(Graph(discriminatorSpec())),
                    "penalties.loadBalance: expected a generator with an output gate of shape [experts]");
}

TEST_CASE("a straight-through gate is exactly one-hot, and anneals by the images shown") {
  const ganode::GraphSpec spec = ganode::parseGraph(std::string(
      R"({"version": 1, "inputs": {"x": {"shape": [3]}}, "outputs": {"y": "g"}, "nodes": [
        {"name": "g", "op": "gate", "inputs": ["x"], "kind": "straightThrough",
         "temperature": {"schedule": "linear", "from": 2, "to": 1, "images": 100, "start": 50}}]})"));
  Graph graph(spec);
  at::Generator random = ganode::makeGenerator(1);
  graph.materialize(at::kCPU, at::kFloat, random);
  const at::Tensor x = at::empty({64, 3}).normal_(0, 3, random).set_requires_grad(true);
  const at::Tensor cotangent = at::arange(3, at::kFloat);
  for (const auto& [images, temperature] : {std::pair{0., 2.}, {100., 1.5}, {1000., 1.}}) {
    ganode::Mode mode{true, &random};
    mode.images = images;
    const at::Tensor y = graph.forward({{"x", x}}, mode).at("y");
    CHECK(at::equal(y, at::zeros({64, 3}).scatter_(1, x.detach().argmax(1, true), 1)));
    const at::Tensor soft = at::softmax(x / temperature, 1);
    const at::Tensor expected = torch::autograd::grad({(soft * cotangent).sum()}, {x})[0];
    CHECK(at::allclose(torch::autograd::grad({(y * cotangent).sum()}, {x})[0], expected));
  }
}

TEST_CASE("MGAN's objective: D and G tell the expert of each fake, G with its weight") {
  at::Generator random = ganode::makeGenerator(3);
  const double rate = 0.1;
  const json sgd = {{"kind", "sgd"}, {"learningRate", rate}};
  Player g(mixtureSpec(), sgd, "generator", at::kCPU, random);
  Player d(discriminatorSpec(), sgd, "discriminator", at::kCPU, random);
  ganode::requirePair(g.graph(), d.graph(), 4, 1);
  ganode::AdversarialStep::Options options;
  options.loss.kind = ganode::LossKind::NonSaturating;
  options.discriminatorExperts = 0.7;
  options.generatorExperts = 0.3;
  ganode::AdversarialStep step(options, g, d);

  const auto copy = [](const at::Tensor& tensor) { return tensor.detach().clone().set_requires_grad(true); };
  const at::Tensor weight = copy(g.graph().trainable()[0].second);
  const at::Tensor real = copy(d.graph().trainable()[0].second);
  const at::Tensor expert = copy(d.graph().trainable()[1].second);
  at::Tensor z = at::arange(12, at::kFloat).sin().view({3, 4});
  std::vector<int64_t> experts;
  for (int64_t i = 0; i < 3; ++i) experts.push_back(z[i][3].item<float>() > z[i][2].item<float>() ? 1 : 0);
  CHECK(std::set<int64_t>(experts.begin(), experts.end()).size() == 2);
  const at::Tensor x = at::arange(6, at::kFloat).cos().view({3, 2});

  const at::Tensor fakes = imagesOf(weight, z.narrow(1, 0, 2), experts);
  const at::Tensor seen = fakes.detach();
  const at::Tensor lossOfD = at::softplus(-x.mm(real.t())).mean() + at::softplus(seen.mm(real.t())).mean() +
                             0.7 * minusLog(likelihoods(seen, expert), experts);
  const auto gradients = torch::autograd::grad({lossOfD}, {real, expert});
  const at::Tensor realAfter = real.detach() - rate * gradients[0];
  const at::Tensor expertAfter = expert.detach() - rate * gradients[1];
  const at::Tensor lossOfG = at::softplus(-fakes.mm(realAfter.t())).mean() +
                             0.3 * minusLog(likelihoods(fakes, expertAfter), experts);
  const at::Tensor weightAfter = weight.detach() - rate * torch::autograd::grad({lossOfG}, {weight})[0];

  const std::vector<double> row =
      step.run({x.view({1, 3, 1, 1, 2}), {}}, {[&](int64_t) { return z; }, {}, random}, {0, 0, 3});
  CHECK((d.graph().trainable()[0].second - realAfter).abs().max().item<double>() < 1e-6);
  CHECK((d.graph().trainable()[1].second - expertAfter).abs().max().item<double>() < 1e-6);
  CHECK((g.graph().trainable()[0].second - weightAfter).abs().max().item<double>() < 1e-6);

  const auto& columns = step.columns();
  const auto value = [&](const std::string& name) {
    return row[static_cast<size_t>(std::find(columns.begin(), columns.end(), name) - columns.begin())];
  };
  double second = 0;
  for (const int64_t one : experts) second += static_cast<double>(one) / 3;
  CHECK(value("expertUse.1") == doctest::Approx(second));
  CHECK(value("expertUse.0") == doctest::Approx(1 - second));
  const at::Tensor told = seen.mm(expert.t()).argmax(1);
  double right = 0;
  for (int64_t i = 0; i < 3; ++i)
    right += told[i].item<int64_t>() == experts[static_cast<size_t>(i)] ? 1.0 / 3 : 0;
  CHECK(value("expertAccuracy") == doctest::Approx(right));
}

TEST_CASE("one expert can be asked for, and is the one that makes the images") {
  Graph graph(mixtureSpec());
  at::Generator random = ganode::makeGenerator(2);
  graph.materialize(at::kCPU, at::kFloat, random);
  CHECK(graph.experts() == 2);
  ganode::SamplingRecordings recordings;
  ganode::SampleOptions options;
  options.latents = at::arange(20, at::kFloat).sin();
  options.uint8 = false;
  options.expert = 1;
  const at::Tensor z = options.latents.view({5, 4}).narrow(1, 0, 2);
  const at::Tensor weight = graph.trainable()[0].second.detach();
  CHECK(at::allclose(ganode::sample(graph, options, recordings).flatten(1),
                     imagesOf(weight, z, {1, 1, 1, 1, 1})));
  options.name = "gate";
  CHECK(at::equal(ganode::sample(graph, options, recordings), at::tensor({0.f, 1.f}).expand({5, 2})));
  options.expert = 2;
  CHECK_THROWS_WITH(ganode::sample(graph, options, recordings),
                    "sample: expected an expert from 0 to 1, got 2");
}

TEST_CASE("mixtures that do not fit are refused") {
  const Graph g(mixtureSpec());
  CHECK_THROWS_WITH(ganode::requirePair(g, Graph(discriminatorSpec(3)), 4, 1),
                    "discriminator: expected the output \"expertLogits\" to be [2], got [3]");
  CHECK_THROWS_WITH(
      ganode::requireOneStage(Graph(discriminatorSpec()), 1),
      "update: 'simultaneous' expects a discriminator with logits only, and it has expertLogits");
  const auto node = [](const std::string& attributes) {
    return Graph(ganode::parseGraph(
        R"({"version": 1, "inputs": {"x": {"shape": [4]}, "y": {"shape": [3]}}, "outputs": {"o": "n"}, "nodes": [
          {"name": "n", )" +
        attributes + "}]}"));
  };
  CHECK_THROWS_WITH(node(R"("op": "mixture", "inputs": ["x", "y"])"),
                    "node \"n\" (mixture): expected values of 3 experts, a multiple of so many features or "
                    "channels, got [4]");
  CHECK_THROWS_WITH(node(R"("op": "gate", "inputs": ["x", "y"])"),
                    "node \"n\" (gate): expected noise for each of 4 scores, got [3]");
  CHECK_THROWS_WITH(node(R"("op": "gate", "inputs": ["x"], "temperature": 0)"),
                    doctest::Contains("expected temperature to be a number from"));
  CHECK_THROWS_WITH(
      node(
          R"("op": "gate", "inputs": ["x"], "temperature": {"schedule": "linear", "from": 1, "to": 0, "images": 5})"),
      doctest::Contains("expected temperature to be from 0.000001"));
  CHECK_THROWS_WITH(node(R"("op": "dense", "inputs": ["x"], "units": 4, "groups": 3)"),
                    "node \"n\" (dense): expected groups to divide 4 features and 4 units, got 3");
}
