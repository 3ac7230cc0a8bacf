#include "step/session.h"

#include <ATen/ATen.h>

#include <map>

#include "device/device.h"
#include "error.h"
#include "procedure/step.h"
#include "step/bytes.h"
#include "step/fit.h"
#include "step/late_row.h"
#include "step/latent.h"
#include "step/pair.h"
#include "step/replayed.h"

namespace ganode {
namespace {

Replay::Tensors values(const NamedTensors& named) {
  Replay::Tensors result;
  for (const auto& [name, tensor] : named) result.push_back(tensor);
  return result;
}

}  // namespace

Session::Session(SessionOptions options)
    : options_(std::move(options)),
      device_(prepareThread(options_.threads, options_.device)),
      bfloat16_(chooseBfloat16(options_.precision, device_)),
      random_(makeGenerator(options_.seed)),
      generator_(makePlayer(options_.generator, "generator", options_.lazyRatio("generator"))) {
  useArithmetic(options_.arithmetic, device_);
  if (options_.discriminator) {
    discriminator_.emplace(
        makePlayer(*options_.discriminator, "discriminator", options_.lazyRatio("discriminator")));
  }
  if (options_.encoder)
    encoder_.emplace(makePlayer(*options_.encoder, "encoder", options_.lazyRatio("encoder")));
  step_ = makeStep();
  if (options_.steady && whyNotRecorded(device_).empty())
    step_ = std::make_unique<ReplayedStep>(std::move(step_), device_, [this] { return values(tensors()); });
  grow();
  if (!options_.ema) return;
  average_.emplace(generator_.graph());
  if (encoder_) encoderAverage_.emplace(encoder_->graph());
}

Player Session::makePlayer(const SessionOptions::Network& network, const std::string& name,
                           double lazyRatio) {
  return Player(network.graph, network.optimizer, name, device_, random_, lazyRatio);
}

std::unique_ptr<Step> Session::makeStep() {
  const Graph& graph = generator_.graph();
  if (options_.procedure) return makeProcedureStep();
  if (options_.autoencoding) {
    options_.autoencoding->bfloat16 = bfloat16_;
    options_.autoencoding->latentSize = options_.latentSize;
    return std::make_unique<AutoencodingStep>(*options_.autoencoding, *encoder_, generator_,
                                              discriminator_ ? &*discriminator_ : nullptr);
  }
  options_.step.bfloat16 = bfloat16_;
  requireGrowth();
  requirePair(graph, discriminator_->graph(), options_.latentSize, options_.step.packing);
  return std::make_unique<AdversarialStep>(options_.step, generator_, *discriminator_);
}

std::unique_ptr<Step> Session::makeProcedureStep() {
  requireGrowth();
  std::vector<Player*> players = {&generator_};
  std::vector<ProcedureNetwork> networks = {{"generator", &generator_.graph()}};
  for (const auto& [name, player] : {std::pair("discriminator", &discriminator_), {"encoder", &encoder_}}) {
    if (!*player) continue;
    players.push_back(&**player);
    networks.push_back({name, &(*player)->graph()});
  }
  Procedure::Options facts;
  facts.image.dims = generator_.graph().outputShape("image");
  facts.classes = options_.classes;
  facts.latentSize = options_.latentSize;
  facts.hasAugmentation = !options_.step.augment.is_null();
  return std::make_unique<ProcedureStep>(ProcedureStep::Options{options_.step.accumulation, bfloat16_,
                                                                options_.step.augment, options_.step.grows},
                                         Procedure(*options_.procedure, std::move(networks), facts),
                                         std::move(players));
}

void Session::requireGrowth() const {
  const std::optional<Growing>& growing = options_.timeline.growing();
  if (!growing) return;
  for (const auto& [name, player] : {std::pair("generator", &generator_),
                                     {"discriminator", discriminator_ ? &*discriminator_ : nullptr}}) {
    if (player == nullptr) continue;
    const int64_t levels = player->graph().levels();
    if (levels >= growing->levels()) continue;
    throw Error("INVALID_OPTION",
                "growing.from: expected at least " +
                    std::to_string(growing->sizeAt(static_cast<double>(levels))) + ", for the " + name +
                    " can grow by " + std::to_string(levels) + " doublings, got " +
                    std::to_string(growing->sizeAt(static_cast<double>(growing->levels()))));
  }
}

void Session::grow() const {
  const StepPosition position = options_.timeline.at(stepsDone_);
  if (!position.lod) return;
  generator_.graph().setLod(*position.lod);
  if (discriminator_) discriminator_->graph().setLod(*position.lod);
  if (average_) average_->graph().setLod(*position.lod);
}

void Session::check(const RunData& data) const {
  if (data.steps < 0)
    throw Error("INVALID_DATA", "run: expected steps to be 0 or more, got " + std::to_string(data.steps));
  const int64_t given = data.images.numel();
  // A step shows at least one value: with more steps than values, what they show may be too much for an
  // integer.
  if (data.steps > given) {
    throw Error("INVALID_DATA", "run: expected images for " + std::to_string(data.steps) + " steps, got " +
                                    std::to_string(given) + " values");
  }
  const double shown =
      options_.timeline.images(stepsDone_ + data.steps) - options_.timeline.images(stepsDone_);
  const Dims& shape = generator_.graph().outputShape("image");
  if (static_cast<double>(given) != shown * static_cast<double>(product(shape))) {
    throw Error("INVALID_DATA", "run: expected images of " + describe(shape) + " for " +
                                    std::to_string(data.steps) + " steps, got " + std::to_string(given) +
                                    " values");
  }
  const auto items = static_cast<int64_t>(shown);
  for (const auto* player :
       {&generator_, discriminator_ ? &*discriminator_ : nullptr, encoder_ ? &*encoder_ : nullptr}) {
    if (player == nullptr || !player->graph().hasInput("label")) continue;
    if (!data.labels.defined())
      throw Error("INVALID_DATA", "run: expected labels: a network has a label input");
    if (data.labels.numel() != items) {
      throw Error("INVALID_DATA", "run: expected " + std::to_string(items) + " labels, got " +
                                      std::to_string(data.labels.numel()));
    }
    player->graph().requireClasses("label", data.labels);
  }
  if (data.latents.defined() && data.latents.numel() % options_.latentSize != 0) {
    throw Error("INVALID_DATA", "run: expected latents in rows of " + std::to_string(options_.latentSize) +
                                    ", got " + std::to_string(data.latents.numel()) + " values");
  }
}

std::optional<at::Tensor> Session::nextGiven(int64_t n) {
  if (!givenLatents_.defined()) return std::nullopt;
  if (givenLatentsUsed_ + n > givenLatents_.size(0)) {
    throw Error("INVALID_DATA",
                "run: expected more latents than the " + std::to_string(givenLatents_.size(0)) + " given");
  }
  givenLatentsUsed_ += n;
  return givenLatents_.narrow(0, givenLatentsUsed_ - n, n);
}

at::Tensor Session::nextLatents(int64_t n) {
  if (const auto given = nextGiven(n)) return *given;
  return drawLatents(n, options_.latentSize, options_.uniformLatents, std::nullopt, random_);
}

at::Tensor Session::nextNoise(int64_t n, int64_t size) {
  const auto given = nextGiven(n);
  if (!given) return drawLatents(n, size, /*uniform=*/false, std::nullopt, random_);
  if (size > options_.latentSize) {
    throw Error("INVALID_DATA",
                "run: expected noise of at most latentSize numbers where latents are given, got " +
                    std::to_string(size));
  }
  return given->narrow(1, 0, size);
}

RunData Session::sent(const RunData& data) const {
  const auto send = [&](const at::Tensor& values) {
    if (!values.defined() || device_.is_cpu()) return values;
    // From pinned memory a GPU copies by itself, while it computes what was queued before.
    return (device_.is_cuda() ? values.pin_memory() : values).to(device_, /*non_blocking=*/true);
  };
  const profile::Span span(profile::Kind::Phase, "data");
  return {data.steps, send(data.images), send(data.labels), data.latents};
}

StepData Session::stepData(const RunData& data, double skipped, const StepPosition& position) const {
  const auto part = [&](const at::Tensor& flat, const Dims& item) {
    Dims shape = {options_.batchesPerStep(), position.batch};
    shape.insert(shape.end(), item.begin(), item.end());
    return flat.narrow(0, static_cast<int64_t>(skipped) * product(item), product(shape)).view(shape);
  };
  const profile::Span span(profile::Kind::Phase, "data");
  StepData result;
  result.images = fromBytes(part(data.images, generator_.graph().outputShape("image")));
  if (position.lod) {
    const at::Tensor shown = options_.timeline.growing()->show(result.images.flatten(0, 1), *position.lod);
    result.images = shown.reshape(result.images.sizes());
  }
  if (data.labels.defined()) result.labels = part(data.labels, {}).to(at::kLong);
  return result;
}

RunResult Session::run(const RunData& given, const std::function<bool()>& cancelled) {
  RunResult result;
  result.columns = step_->columns();
  // Behind a run that stopped early, the data may be for steps with other batches.
  if (cancelled()) return result;
  check(given);
  useArithmetic(options_.arithmetic, device_);
  const RunData data = sent(given);
  givenLatents_ = data.latents.defined() ? data.latents.view({-1, options_.latentSize}) : at::Tensor();
  givenLatentsUsed_ = 0;
  const StepDraws draws{[this](int64_t n) { return nextLatents(n); },
                        [this](int64_t n, int64_t size) { return nextNoise(n, size); }, random_};
  const auto take = [&](LateRow& row) {
    const std::vector<double> values = row.read();
    result.values.insert(result.values.end(), values.begin(), values.end());
    ++result.completed;
  };
  std::optional<LateRow> previous;
  const double before = options_.timeline.images(stepsDone_);
  for (int64_t i = 0; i < data.steps && !cancelled(); ++i) {
    const StepPosition position = options_.timeline.at(stepsDone_);
    // Counted first: a step that throws has moved weights already.
    ++stepsDone_;
    const std::optional<profile::Recording> recording = profiler_.recordStep(stepsDone_);
    const profile::Span span(profile::Kind::Step, "step");
    const at::Tensor launched =
        step_->launch(stepData(data, position.images - before, position), draws, position);
    LateRow row(launched, step_->reader(), position.step + 1);
    if (device_.is_cpu()) take(row);
    if (average_) {
      const profile::Span average(profile::Kind::Phase, "weight average");
      const double decay = options_.ema->at(position.images, position.imagesPerStep);
      average_->update(generator_.graph(), decay);
      if (encoderAverage_) encoderAverage_->update(encoder_->graph(), decay);
    }
    if (previous) take(*previous);
    if (!device_.is_cpu()) previous.emplace(std::move(row));
  }
  if (previous) take(*previous);
  givenLatents_.reset();
  return result;
}

void Session::startProfile(int64_t skip, int64_t steps) {
  if (skip < 0 || steps < 1) {
    throw Error("INVALID_OPTION", "profile: expected skip from 0 and steps from 1, got " +
                                      std::to_string(skip) + " and " + std::to_string(steps));
  }
  profiler_.start(skip, steps);
}

at::Tensor Session::sample(SampleOptions options) const {
  options.uniformLatents = options_.uniformLatents;
  options.bfloat16 = bfloat16_;
  options.images = options_.timeline.images(stepsDone_);
  useArithmetic(options_.arithmetic, device_);
  return ganode::sample(options.ema && average_ ? average_->graph() : generator_.graph(), options, sampling_);
}

NamedTensors Session::tensors() const {
  NamedTensors all = generator_.state();
  const auto append = [&](const NamedTensors& more, const std::string& prefix = "") {
    for (const auto& [name, tensor] : more) all.emplace_back(prefix + name, tensor);
  };
  if (discriminator_) append(discriminator_->state());
  if (encoder_) append(encoder_->state());
  if (average_) append(average_->graph().tensors(), "ema.");
  if (encoderAverage_) append(encoderAverage_->graph().tensors(), "ema.encoder.");
  append(step_->state());
  return all;
}

uint64_t Session::save(const std::string& path, Metadata metadata) const {
  NamedTensors all = tensors();
  for (const auto& [name, tensor] : all) {
    if (tensor.is_floating_point() && !tensor.detach().isfinite().all().item<bool>()) {
      throw Error(
          "NON_FINITE",
          name + " is not finite after step " + std::to_string(stepsDone_) + "; no checkpoint was written",
          {{"step", static_cast<double>(stepsDone_)}, {"term", name}});
    }
  }
  all.emplace_back("random", random_.get_state());
  metadata["ganode.steps"] = std::to_string(stepsDone_);
  return writeSafetensors(path, all, metadata);
}

std::unique_ptr<Session> Session::resumed(SessionOptions options, const std::string& path) {
  const Checkpoint file = readSafetensors(path);
  const auto require = [&](const std::string& name, const std::optional<SessionOptions::Network>& network) {
    if (network) requireTensors(file, path, name + ".", Graph(network->graph));
  };
  require("generator", options.generator);
  require("discriminator", options.discriminator);
  require("encoder", options.encoder);
  auto session = std::make_unique<Session>(std::move(options));
  session->restore(file, path);
  return session;
}

Checkpoint Session::load(const std::string& path) {
  Checkpoint file = readSafetensors(path);
  restore(file, path);
  file.tensors.clear();
  return file;
}

void Session::restore(const Checkpoint& file, const std::string& path) {
  const NamedTensors own = tensors();
  for (const auto& [name, tensor] : own) requireTensor(file, path, name, tensor.sizes().vec());
  const auto random = file.tensors.find("random");
  const std::optional<int64_t> steps = stepsOf(file, path);
  if (random == file.tensors.end() || !steps)
    mismatch(path, "expected a training checkpoint, and it holds weights only");
  if (random->second.scalar_type() != at::kByte || random->second.sizes() != random_.get_state().sizes()) {
    mismatch(path, "expected random to be the state of a generator");
  }
  if (file.tensors.size() != own.size() + 1) mismatch(path, "holds tensors that the recipe has no place for");

  const at::NoGradGuard noGrad;
  try {
    random_.set_state(random->second);
  } catch (const c10::Error&) {
    // Bytes of the right number that are no state of this generator; it stays as it was.
    mismatch(path, "expected random to be the state of a generator");
  }
  for (const auto& [name, tensor] : own) tensor.detach().copy_(file.tensors.at(name));
  stepsDone_ = *steps;
}

TransferReport Session::transfer(const std::string& path) {
  TransferReport report = ganode::transfer(path, tensors());
  grow();  // the other training's growth is not this one's
  return report;
}

uint64_t Session::bytes() const {
  uint64_t sum = generator_.bytes();
  for (const auto* player : {&discriminator_, &encoder_}) {
    if (*player) sum += (*player)->bytes();
  }
  for (const auto* average : {&average_, &encoderAverage_}) {
    if (*average) sum += (*average)->graph().bytes();
  }
  return sum;
}

}  // namespace ganode
