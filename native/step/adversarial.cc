#include "step/adversarial.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "device/device.h"
#include "error.h"

namespace ganode {
namespace {

Values inputsOf(const Graph& graph, const char* name, const at::Tensor& value, const at::Tensor& labels) {
  Values inputs = {{name, value}};
  if (graph.hasInput("label")) inputs["label"] = labels;
  return inputs;
}

// Of D's penalties, above 1, each once; G has none.
std::vector<int64_t> lazyIntervals(const std::vector<WeightedPenalty>& penalties) {
  std::set<int64_t> intervals;
  for (const WeightedPenalty& one : penalties) {
    if (one.interval > 1) intervals.insert(one.interval);
  }
  return {intervals.begin(), intervals.end()};
}

bool classifies(const Player& discriminator) {
  return discriminator.graph().spec().outputs.contains("classLogits");
}

std::vector<std::string> columnsOf(const AdversarialStep::Options& options,
                                   const std::vector<WeightedPenalty>& penalties, bool classifies) {
  std::vector<std::string> columns = {"discriminatorLoss",
                                      "generatorLoss",
                                      "realLogit",
                                      "fakeLogit",
                                      "discriminatorAccuracy",
                                      "discriminatorGradientNorm",
                                      "generatorGradientNorm",
                                      "sampleDiversity"};
  const LossKind kind = options.loss.kind;
  if (isRelativistic(kind) || kind == LossKind::Minimax || kind == LossKind::NonSaturating)
    columns.emplace_back("discriminatorSaturation");
  if (classifies) {
    columns.emplace_back("realClassAccuracy");
    columns.emplace_back("fakeClassAccuracy");
  }
  std::set<std::string> seen;
  for (const WeightedPenalty& one : penalties) {
    if (seen.insert(one.kind).second) columns.push_back("penalty." + one.kind);
  }
  if (!options.augment.is_null()) columns.emplace_back("augmentProbability");
  return columns;
}

// Mean over the values of an image of their standard deviation over the batch.
at::Tensor spread(const at::Tensor& images) { return images.std(0, /*unbiased=*/false).mean(); }

at::Tensor classAccuracy(const at::Tensor& logits, const at::Tensor& labels) {
  return logits.argmax(1).eq(labels).to(at::kFloat).mean();
}

}  // namespace

double lazyRatio(const nlohmann::json& penalties) {
  double updates = 1;
  for (const int64_t interval : lazyIntervals(parsePenalties(penalties)))
    updates += 1 / static_cast<double>(interval);
  return 1 / updates;
}

AdversarialStep::AdversarialStep(Options options, Player& generator, Player& discriminator)
    : options_(std::move(options)),
      generator_(generator),
      discriminator_(discriminator),
      penalties_(parsePenalties(options_.penalties)),
      lazyIntervals_(lazyIntervals(penalties_)),
      terms_(columnsOf(options_, penalties_, classifies(discriminator))) {
  for (const WeightedPenalty& one : penalties_) {
    if (one.side == Side::Generator && one.interval > 1)
      throw Error("INVALID_OPTION", "penalties." + one.kind + ": expected interval 1 for the generator");
  }
  if (!options_.augment.is_null()) augment_.emplace(options_.augment);
}

std::vector<std::pair<std::string, at::Tensor>> AdversarialStep::state() const {
  std::vector<std::pair<std::string, at::Tensor>> all;
  for (size_t i = 0; i < penalties_.size(); ++i) {
    const std::string prefix = "penalty." + std::to_string(i) + "." + penalties_[i].kind + ".";
    for (const auto& [name, tensor] : penalties_[i].penalty->state()) all.emplace_back(prefix + name, tensor);
  }
  if (augment_ && augment_->adaptive()) all.emplace_back("augment", augment_->state());
  return all;
}

AdversarialStep::Fakes AdversarialStep::generate(const Run& run, int64_t n, const at::Tensor& labels) const {
  const Graph& graph = generator_.graph();
  const PrecisionScope precision(options_.bfloat16, graph.device());
  const Values outputs = graph.forward(inputsOf(graph, "z", run.latents(n), labels), Mode{true, &run.random});
  return {packed(outputs.at("image")), labels};
}

at::Tensor AdversarialStep::packed(const at::Tensor& images) const {
  const int64_t m = options_.packing;
  if (m == 1) return images;
  return images.reshape({images.size(0) / m, images.size(1) * m, images.size(2), images.size(3)});
}

at::Tensor AdversarialStep::unpacked(const at::Tensor& images) const {
  const int64_t m = options_.packing;
  if (m == 1) return images;
  return images.reshape({images.size(0) * m, images.size(1) / m, images.size(2), images.size(3)});
}

AdversarialStep::Verdict AdversarialStep::judge(const Run& run, const at::Tensor& packed,
                                                const at::Tensor& labels) const {
  const Graph& graph = discriminator_.graph();
  const at::Tensor images = augment_ ? this->packed(augment_->apply(unpacked(packed), run.random)) : packed;
  const PrecisionScope precision(options_.bfloat16, graph.device());
  Values outputs = graph.forward(inputsOf(graph, "image", images, labels), Mode{true, &run.random});
  Verdict verdict{outputs.at("logits").to(at::kFloat), {}};
  if (const auto found = outputs.find("classLogits"); found != outputs.end())
    verdict.classLogits = found->second.to(at::kFloat);
  return verdict;
}

PenaltyContext AdversarialStep::contextFor(const Run& run, const at::Tensor& real, const at::Tensor& fake,
                                           const at::Tensor& labels, int64_t interval) const {
  PenaltyContext context(discriminator_.graph(), run.random);
  const auto wanted = [&](bool (Penalty::*wants)() const) {
    return std::any_of(penalties_.begin(), penalties_.end(), [&](const WeightedPenalty& one) {
      return one.interval == interval && ((*one.penalty).*wants)();
    });
  };
  context.real = real.detach().set_requires_grad(wanted(&Penalty::wantsRealGradient));
  context.fake = fake.detach().set_requires_grad(wanted(&Penalty::wantsFakeGradient));
  context.packing = options_.packing;
  context.judge = [this, &run, labels](const at::Tensor& images) {
    return judge(run, images, labels).logits;
  };
  return context;
}

at::Tensor AdversarialStep::penalties(const Run& run, Side side, int64_t interval,
                                      const PenaltyContext& context) {
  at::Tensor sum;
  for (const WeightedPenalty& one : penalties_) {
    if (one.side != side || one.interval != interval) continue;
    const at::Tensor value = one.penalty->value(context);
    terms_.add("penalty." + one.kind, value);
    const at::Tensor weighted = value * (one.weight.at(run.position.images) * static_cast<double>(interval));
    sum = sum.defined() ? sum + weighted : weighted;
  }
  return sum;
}

void AdversarialStep::observe(const at::Tensor& real, const at::Tensor& fake, const Verdict& realVerdict,
                              const Verdict& fakeVerdict) {
  const at::NoGradGuard noGrad;
  const LossKind kind = options_.loss.kind;
  terms_.add("realLogit", realVerdict.logits.mean());
  terms_.add("fakeLogit", fakeVerdict.logits.mean());
  terms_.add("discriminatorAccuracy", discriminatorAccuracy(kind, realVerdict.logits, fakeVerdict.logits));
  const at::Tensor saturation = discriminatorSaturation(kind, realVerdict.logits, fakeVerdict.logits);
  if (saturation.defined()) terms_.add("discriminatorSaturation", saturation);
  if (options_.batch > 1)
    terms_.add("sampleDiversity", spread(unpacked(fake)) / spread(unpacked(real)).clamp_min(1e-8));
  if (augment_) {
    // Where a logit alone says nothing, D's mistakes show in pairs.
    augment_->observe(hasThreshold(kind) ? realVerdict.logits : realVerdict.logits - fakeVerdict.logits);
  }
}

void AdversarialStep::updateDiscriminator(const Run& run, int64_t update) {
  // The last update's fakes keep their graph: the first G-update goes on from them and saves a forward pass
  // of G.
  const bool keep = update == options_.discriminatorSteps - 1;
  const double share = 1.0 / static_cast<double>(options_.accumulation);
  std::vector<Fakes> reals;
  std::vector<Fakes> fakes;
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    const int64_t microbatch = update * options_.accumulation + part;
    const at::Tensor labels = run.labels(microbatch);
    reals.push_back({packed(run.data.images[microbatch]), labels});
    {
      const at::AutoGradMode gradients(keep);
      fakes.push_back(generate(run, options_.batch, labels));
    }
    PenaltyContext context = contextFor(run, reals.back().images, fakes.back().images, labels, 1);
    const Verdict real = judge(run, context.real, labels);
    const Verdict fake = judge(run, context.fake, labels);
    context.setLogits(real.logits, fake.logits);
    at::Tensor loss = discriminatorLoss(options_.loss, real.logits, fake.logits);
    terms_.add("discriminatorLoss", loss);
    if (real.classLogits.defined()) {
      const at::Tensor classLoss =
          at::cross_entropy_loss(real.classLogits, labels) + at::cross_entropy_loss(fake.classLogits, labels);
      loss = loss + classLoss * options_.discriminatorClassification;
      terms_.add("realClassAccuracy", classAccuracy(real.classLogits, labels));
      terms_.add("fakeClassAccuracy", classAccuracy(fake.classLogits, labels));
    }
    const at::Tensor penalty = penalties(run, Side::Discriminator, 1, context);
    if (penalty.defined()) loss = loss + penalty;
    discriminator_.gather(options_.accumulation > 1 ? loss * share : loss);
    observe(reals.back().images, fakes.back().images.detach(), real, fake);
  }
  terms_.add("discriminatorGradientNorm", discriminator_.update(run.position.images));
  updateLazily(run, update, reals, fakes);
  if (options_.weightClipping) discriminator_.clip(*options_.weightClipping);
  if (keep) kept_ = std::move(fakes);
}

void AdversarialStep::updateLazily(const Run& run, int64_t update, const std::vector<Fakes>& reals,
                                   const std::vector<Fakes>& fakes) {
  const int64_t index = run.position.step * options_.discriminatorSteps + update;
  const double share = 1.0 / static_cast<double>(options_.accumulation);
  for (const int64_t interval : lazyIntervals_) {
    if (index % interval != 0) continue;
    for (size_t part = 0; part < reals.size(); ++part) {
      const PenaltyContext context =
          contextFor(run, reals[part].images, fakes[part].images, reals[part].labels, interval);
      discriminator_.gather(penalties(run, Side::Discriminator, interval, context) * share);
    }
    discriminator_.update(run.position.images);
  }
}

void AdversarialStep::updateGenerator(const Run& run, bool fresh) {
  const Player::Frozen frozen(discriminator_);
  const double share = 1.0 / static_cast<double>(options_.accumulation);
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    const int64_t last = (options_.discriminatorSteps - 1) * options_.accumulation + part;
    const at::Tensor labels = run.labels(last);
    const Fakes fakes =
        fresh ? generate(run, options_.batch, labels) : std::move(kept_[static_cast<size_t>(part)]);
    const Verdict fake = judge(run, fakes.images, labels);
    at::Tensor realLogits;
    if (isRelativistic(options_.loss.kind)) {
      const at::NoGradGuard noGrad;
      realLogits = judge(run, packed(run.data.images[last]), labels).logits;
    }
    at::Tensor fakeLogits = fake.logits;
    if (options_.topK) {
      const auto n = static_cast<double>(fakeLogits.size(0));
      const double wanted = std::round(options_.topK->at(run.position.images) * n);
      fakeLogits = std::get<0>(fakeLogits.topk(static_cast<int64_t>(std::clamp(wanted, 1.0, n)), 0));
    }
    at::Tensor loss = generatorLoss(options_.loss, fakeLogits, realLogits);
    terms_.add("generatorLoss", loss);
    if (fake.classLogits.defined())
      loss = loss + at::cross_entropy_loss(fake.classLogits, labels) * options_.generatorClassification;
    const at::Tensor penalty =
        penalties(run, Side::Generator, 1, PenaltyContext(generator_.graph(), run.random));
    if (penalty.defined()) loss = loss + penalty;
    generator_.gather(options_.accumulation > 1 ? loss * share : loss);
  }
  terms_.add("generatorGradientNorm", generator_.update(run.position.images));
}

std::vector<double> AdversarialStep::run(const StepData& data, const LatentSource& latents,
                                         at::Generator& random, const StepPosition& position) {
  const Run run{data, latents, random, position};
  kept_.clear();
  if (augment_) augment_->begin(position.images);
  for (int64_t update = 0; update < options_.discriminatorSteps; ++update) updateDiscriminator(run, update);
  for (int64_t update = 0; update < options_.generatorSteps; ++update) updateGenerator(run, update > 0);
  kept_.clear();
  if (augment_) {
    terms_.add("augmentProbability", at::scalar_tensor(augment_->probability()));
    const int64_t images = options_.batch * options_.accumulation * options_.discriminatorSteps;
    augment_->end(position.step + 1, static_cast<double>(images));
  }
  return terms_.take(position.step + 1);
}

}  // namespace ganode
