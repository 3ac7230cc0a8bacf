#include "step/adversarial.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "error.h"
#include "profile/recorder.h"
#include "step/one_stage.h"

namespace ganode {
namespace {

std::string expertUse(int64_t expert) { return "expertUse." + std::to_string(expert); }

// Of a player's penalties, above 1, each once.
std::vector<int64_t> lazyIntervals(const std::vector<WeightedPenalty>& penalties, Side side) {
  std::set<int64_t> intervals;
  for (const WeightedPenalty& one : penalties) {
    if (one.side == side && one.interval > 1) intervals.insert(one.interval);
  }
  return {intervals.begin(), intervals.end()};
}

bool hasOutput(const Player& player, const char* name) {
  return player.graph().spec().outputs.contains(name);
}

std::vector<std::string> columnsOf(const AdversarialStep::Options& options,
                                   const std::vector<WeightedPenalty>& penalties, const Player& generator,
                                   const Player& discriminator) {
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
  if (hasOutput(discriminator, "classLogits")) {
    columns.emplace_back("realClassAccuracy");
    columns.emplace_back("fakeClassAccuracy");
  }
  if (hasOutput(generator, "gate")) {
    for (int64_t expert = 0; expert < generator.graph().outputShape("gate")[0]; ++expert)
      columns.push_back(expertUse(expert));
  }
  if (hasOutput(discriminator, "expertLogits")) columns.emplace_back("expertAccuracy");
  std::set<std::string> seen;
  for (const WeightedPenalty& one : penalties) {
    if (seen.insert(one.kind).second) columns.push_back("penalty." + one.kind);
  }
  if (options.grows) columns.emplace_back("lod");
  if (!options.augment.is_null()) columns.emplace_back("augmentProbability");
  return columns;
}

// Where the gate is soft, so are the targets.
at::Tensor expertLoss(const at::Tensor& logits, const at::Tensor& gate) {
  return at::cross_entropy_loss(logits, gate.detach().to(logits.scalar_type()));
}

at::Tensor classAccuracy(const at::Tensor& logits, const at::Tensor& labels) {
  return logits.argmax(1).eq(labels).to(at::kFloat).mean();
}

}  // namespace

double lazyRatio(const nlohmann::json& penalties, Side side) {
  double updates = 1;
  for (const int64_t interval : lazyIntervals(parsePenalties(penalties), side))
    updates += 1 / static_cast<double>(interval);
  return 1 / updates;
}

AdversarialStep::AdversarialStep(Options options, Player& generator, Player& discriminator)
    : options_(std::move(options)),
      generator_(generator),
      discriminator_(discriminator),
      penalties_(parsePenalties(options_.penalties)),
      lazyIntervalsOfD_(lazyIntervals(penalties_, Side::Discriminator)),
      lazyIntervalsOfG_(lazyIntervals(penalties_, Side::Generator)),
      augment_(options_.augment.is_null() ? std::nullopt
                                          : std::make_optional<AugmentControl>(options_.augment)),
      passes_({options_.packing, options_.bfloat16}, generator.graph(), discriminator.graph(),
              augment_ ? &*augment_ : nullptr),
      terms_(columnsOf(options_, penalties_, generator, discriminator)) {
  for (const WeightedPenalty& one : penalties_) {
    const Graph& network = (one.side == Side::Generator ? generator : discriminator).graph();
    one.penalty->check(network);
    one.penalty->moveTo(network.device());
  }
  if (options_.simultaneous) requireOneStage(discriminator.graph(), options_.generatorSteps);
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

PenaltyContext AdversarialStep::contextFor(const StepRun& run, const at::Tensor& real, const at::Tensor& fake,
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
    return passes_.judge(run, images, labels).logits;
  };
  return context;
}

at::Tensor AdversarialStep::penalties(const StepRun& run, Side side, int64_t interval,
                                      const PenaltyContext& context) {
  at::Tensor sum;
  for (const WeightedPenalty& one : penalties_) {
    if (one.side != side || one.interval != interval) continue;
    const profile::Span span(profile::Kind::Phase, "penalty ", one.kind);
    const at::Tensor value = one.penalty->value(context);
    terms_.add("penalty." + one.kind, value);
    const at::Tensor weighted = value * (one.weight.at(run.position.images) * static_cast<double>(interval));
    sum = sum.defined() ? sum + weighted : weighted;
  }
  return sum;
}

void AdversarialStep::observe(const at::Tensor& real, const at::Tensor& fake, const Verdict& realVerdict,
                              const Verdict& fakeVerdict) {
  const profile::Span span(profile::Kind::Phase, "statistics");
  const at::NoGradGuard noGrad;
  const LossKind kind = options_.loss.kind;
  terms_.add("realLogit", realVerdict.logits.mean());
  terms_.add("fakeLogit", fakeVerdict.logits.mean());
  terms_.add("discriminatorAccuracy", discriminatorAccuracy(kind, realVerdict.logits, fakeVerdict.logits));
  const at::Tensor saturation = discriminatorSaturation(kind, realVerdict.logits, fakeVerdict.logits);
  if (saturation.defined()) terms_.add("discriminatorSaturation", saturation);
  if (real.size(0) * options_.packing > 1)
    terms_.add("sampleDiversity", sampleDiversity(passes_.unpacked(fake), passes_.unpacked(real)));
  if (augment_) {
    // Where a logit alone says nothing, D's mistakes show in pairs.
    augment_->observe(hasThreshold(kind) ? realVerdict.logits : realVerdict.logits - fakeVerdict.logits);
  }
}

void AdversarialStep::observeExperts(const at::Tensor& gate) {
  if (!gate.defined()) return;
  const at::Tensor use = gate.detach().mean(0);
  for (int64_t expert = 0; expert < use.size(0); ++expert) terms_.add(expertUse(expert), use[expert]);
}

at::Tensor AdversarialStep::penaltiesOfGenerator(const StepRun& run, int64_t part, int64_t interval,
                                                 const Fakes* fakes) {
  PenaltyContext context(generator_.graph(), run.random);
  const at::Tensor labels = run.labels((options_.discriminatorSteps - 1) * options_.accumulation + part);
  context.batch = run.position.batch;
  if (fakes != nullptr) context.gate = fakes->gate;
  context.generate = [this, &run, labels](int64_t n) {
    return passes_.outputsOfGenerator(run, n, labels.defined() ? labels.narrow(0, 0, n) : labels);
  };
  return penalties(run, Side::Generator, interval, context);
}

at::Tensor AdversarialStep::shared(const at::Tensor& loss) const {
  return options_.accumulation > 1 ? loss / static_cast<double>(options_.accumulation) : loss;
}

AdversarialStep::Round AdversarialStep::play(const StepRun& run, int64_t microbatch, bool keep, bool trace) {
  Round round;
  const at::Tensor labels = run.labels(microbatch);
  round.real = {passes_.packed(run.data.images[microbatch]), labels, {}};
  {
    const at::AutoGradMode gradients(keep);
    round.fake = passes_.generate(run, run.position.batch, labels);
  }
  PenaltyContext context = contextFor(run, round.real.images, round.fake.images, labels, 1);
  round.shown = context.fake;
  // One of its own, unless a penalty wants the gradient too: what else penalties make of the fakes is not
  // G's.
  if (trace && !round.shown.requires_grad()) round.shown = round.fake.images.detach().set_requires_grad(true);
  std::tie(round.realVerdict, round.fakeVerdict) = passes_.judgeBoth(run, context.real, round.shown, labels);
  const Verdict& real = round.realVerdict;
  const Verdict& fake = round.fakeVerdict;
  context.setLogits(real.logits, fake.logits);
  round.loss = discriminatorLoss(options_.loss, real.logits, fake.logits);
  terms_.add("discriminatorLoss", round.loss);
  if (real.classLogits.defined()) {
    const at::Tensor classLoss =
        at::cross_entropy_loss(real.classLogits, labels) + at::cross_entropy_loss(fake.classLogits, labels);
    round.loss = round.loss + classLoss * options_.discriminatorClassification;
    terms_.add("realClassAccuracy", classAccuracy(real.classLogits, labels));
    terms_.add("fakeClassAccuracy", classAccuracy(fake.classLogits, labels));
  }
  if (fake.expertLogits.defined()) {
    round.loss = round.loss + expertLoss(fake.expertLogits, round.fake.gate) * options_.discriminatorExperts;
    terms_.add("expertAccuracy", classAccuracy(fake.expertLogits, round.fake.gate.argmax(1)));
  }
  observeExperts(round.fake.gate);
  round.penalty = penalties(run, Side::Discriminator, 1, context);
  round.penaltyOfFakes = round.penalty.defined() && context.usedFakeLogits();
  observe(round.real.images, round.fake.images.detach(), real, fake);
  return round;
}

void AdversarialStep::updateDiscriminator(const StepRun& run, int64_t update) {
  const profile::Span span(profile::Kind::Phase, "discriminator update");
  // The last update's fakes keep their graph: the first G-update goes on from them and saves a forward pass
  // of G.
  const bool keep = update == options_.discriminatorSteps - 1;
  std::vector<Round> rounds;
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    rounds.push_back(play(run, update * options_.accumulation + part, keep, /*trace=*/false));
    Round& round = rounds.back();
    discriminator_.gather(shared(round.penalty.defined() ? round.loss + round.penalty : round.loss));
    round.forgetGraph();
  }
  moveDiscriminator(run, update, rounds);
  if (!keep) return;
  for (Round& round : rounds) kept_.push_back(std::move(round.fake));
}

void AdversarialStep::moveDiscriminator(const StepRun& run, int64_t update,
                                        const std::vector<Round>& rounds) {
  terms_.add("discriminatorGradientNorm", discriminator_.update(run.position.images));
  updateLazily(run, update, rounds);
  if (options_.weightClipping) discriminator_.clip(*options_.weightClipping);
}

void AdversarialStep::updateLazily(const StepRun& run, int64_t update, const std::vector<Round>& rounds) {
  const int64_t index = run.position.step * options_.discriminatorSteps + update;
  for (const int64_t interval : lazyIntervalsOfD_) {
    if (index % interval != 0) continue;
    const profile::Span span(profile::Kind::Phase, "lazy penalties");
    for (const Round& round : rounds) {
      const PenaltyContext context =
          contextFor(run, round.real.images, round.fake.images, round.real.labels, interval);
      discriminator_.gather(shared(penalties(run, Side::Discriminator, interval, context)));
    }
    discriminator_.update(run.position.images);
  }
}

void AdversarialStep::updateGeneratorLazily(const StepRun& run, int64_t update) {
  const int64_t index = run.position.step * options_.generatorSteps + update;
  for (const int64_t interval : lazyIntervalsOfG_) {
    if (index % interval != 0) continue;
    const profile::Span span(profile::Kind::Phase, "lazy penalties");
    for (int64_t part = 0; part < options_.accumulation; ++part)
      generator_.gather(shared(penaltiesOfGenerator(run, part, interval)));
    generator_.update(run.position.images);
  }
}

at::Tensor AdversarialStep::lossOfGenerator(const StepRun& run, const at::Tensor& realLogits,
                                            at::Tensor fakeLogits) const {
  if (options_.topK) {
    const auto n = static_cast<double>(fakeLogits.size(0));
    const double wanted = std::round(options_.topK->at(run.position.images) * n);
    fakeLogits = std::get<0>(fakeLogits.topk(static_cast<int64_t>(std::clamp(wanted, 1.0, n)), 0));
  }
  return generatorLoss(options_.loss, fakeLogits, realLogits);
}

void AdversarialStep::updateGenerator(const StepRun& run, int64_t update) {
  const profile::Span span(profile::Kind::Phase, "generator update");
  const bool fresh = update > 0;
  const Player::Frozen frozen(discriminator_);
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    const int64_t last = (options_.discriminatorSteps - 1) * options_.accumulation + part;
    const at::Tensor labels = run.labels(last);
    const Fakes fakes = fresh ? passes_.generate(run, run.position.batch, labels)
                              : std::move(kept_[static_cast<size_t>(part)]);
    const Verdict fake = profile::phase("discriminator forward fake",
                                        [&] { return passes_.judge(run, fakes.images, labels); });
    at::Tensor realLogits;
    if (isRelativistic(options_.loss.kind)) {
      const at::NoGradGuard noGrad;
      realLogits = passes_.judge(run, passes_.packed(run.data.images[last]), labels).logits;
    }
    at::Tensor loss = lossOfGenerator(run, realLogits, fake.logits);
    terms_.add("generatorLoss", loss);
    if (fake.classLogits.defined())
      loss = loss + at::cross_entropy_loss(fake.classLogits, labels) * options_.generatorClassification;
    if (fake.expertLogits.defined())
      loss = loss + expertLoss(fake.expertLogits, fakes.gate) * options_.generatorExperts;
    const at::Tensor penalty = penaltiesOfGenerator(run, part, 1, &fakes);
    generator_.gather(shared(penalty.defined() ? loss + penalty : loss));
  }
  terms_.add("generatorGradientNorm", generator_.update(run.position.images));
  updateGeneratorLazily(run, update);
}

void AdversarialStep::updateTogether(const StepRun& run, int64_t update) {
  const profile::Span span(profile::Kind::Phase, "update of both");
  std::vector<Round> rounds;
  for (int64_t part = 0; part < options_.accumulation; ++part) {
    rounds.push_back(play(run, update * options_.accumulation + part, /*keep=*/true, /*trace=*/true));
    Round& round = rounds.back();
    const auto lossOfD = [&](const at::Tensor& real, const at::Tensor& fake) {
      return shared(discriminatorLoss(options_.loss, real, fake));
    };
    const auto lossOfG = [&](const at::Tensor& real, const at::Tensor& fake) {
      const at::Tensor loss = lossOfGenerator(run, real, fake);
      terms_.add("generatorLoss", loss);
      return shared(loss);
    };
    const OneStage start(lossOfD, lossOfG, round.realVerdict.logits, round.fakeVerdict.logits);
    std::vector<at::Tensor> roots = {round.realVerdict.logits, round.fakeVerdict.logits};
    std::vector<at::Tensor> gradients = {start.real, start.fake};
    if (round.penalty.defined() && !round.penaltyOfFakes) {
      roots.push_back(shared(round.penalty));
      gradients.push_back(at::ones_like(round.penalty));
    }
    const at::Tensor atFakes = discriminator_.gather(roots, gradients, round.shown, round.penaltyOfFakes);
    if (round.penaltyOfFakes) discriminator_.gather(shared(round.penalty));
    std::vector<at::Tensor> rootsOfG;
    std::vector<at::Tensor> gradientsOfG;
    if (atFakes.defined()) {
      rootsOfG.push_back(round.fake.images);
      gradientsOfG.push_back((atFakes * start.scale.view({-1, 1, 1, 1})).to(round.fake.images.scalar_type()));
    }
    if (const at::Tensor penalty = penaltiesOfGenerator(run, part, 1, &round.fake); penalty.defined()) {
      rootsOfG.push_back(shared(penalty));
      gradientsOfG.push_back(at::ones_like(penalty));
    }
    generator_.gather(rootsOfG, gradientsOfG);
    round.forgetGraph();
    round.fake.images = round.fake.images.detach();
    round.fake.gate.reset();
  }
  moveDiscriminator(run, update, rounds);
  terms_.add("generatorGradientNorm", generator_.update(run.position.images));
  updateGeneratorLazily(run, 0);
}

void AdversarialStep::begin(const StepPosition& position) {
  kept_.clear();
  if (augment_) augment_->begin(position.images);
  for (Player* player : {&generator_, &discriminator_}) {
    if (position.restartsOptimizers) player->restartOptimizer();
    player->setLearningRateFactor(position.learningRateFactor);
    if (position.lod) player->graph().setLod(*position.lod);
  }
}

at::Tensor AdversarialStep::launch(const StepData& data, const StepDraws& draws,
                                   const StepPosition& position) {
  const StepRun run{data, draws.latents, draws.random, position};
  begin(position);
  const int64_t last = options_.discriminatorSteps - 1;
  for (int64_t update = 0; update < last; ++update) updateDiscriminator(run, update);
  if (options_.simultaneous) {
    updateTogether(run, last);
  } else {
    updateDiscriminator(run, last);
    for (int64_t update = 0; update < options_.generatorSteps; ++update) updateGenerator(run, update);
  }
  kept_.clear();
  if (position.lod) terms_.set("lod", *position.lod);
  if (augment_) {
    terms_.set("augmentProbability", augment_->probability());
    augment_->end(position.step + 1, position.imagesPerStep);
  }
  return terms_.row();
}

}  // namespace ganode
