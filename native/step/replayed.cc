#include "step/replayed.h"

#include <ATen/ATen.h>

#include <utility>

#include "profile/recorder.h"
#include "step/latent.h"

namespace ganode {

ReplayedStep::ReplayedStep(std::unique_ptr<Step> step, const at::Device& device, Replay::Changed changed)
    : step_(std::move(step)),
      replay_(
          device, [this](const Replay::Tensors& inputs) { return work(inputs); }, std::move(changed)) {}

at::Tensor ReplayedStep::watch(const StepData& data, const StepDraws& draws, const StepPosition& position) {
  std::vector<Request> requests;
  at::Tensor state = draws.random.get_state();
  const auto note = [&](Request request, const auto& draw) {
    drawsMore_ = drawsMore_ || !at::equal(draws.random.get_state(), state);
    requests.push_back(request);
    at::Tensor drawn = draw();
    state = draws.random.get_state();
    return drawn;
  };
  const StepDraws noted{[&](int64_t n) {
                          return note({n, std::nullopt}, [&] { return draws.latents(n); });
                        },
                        [&](int64_t n, int64_t size) {
                          return note({n, size}, [&] { return draws.noise(n, size); });
                        },
                        draws.random};
  at::Tensor row = step_->launch(data, noted, position);
  drawsMore_ = drawsMore_ || !at::equal(draws.random.get_state(), state);
  requests_ = std::move(requests);
  return row;
}

at::Tensor ReplayedStep::launch(const StepData& data, const StepDraws& draws, const StepPosition& position) {
  if (!requests_) return watch(data, draws, position);
  if (drawsMore_ || profile::Recorder::current() != nullptr) return step_->launch(data, draws, position);
  position_ = position;
  labelled_ = data.labels.defined();
  Replay::Tensors inputs = {data.images};
  if (labelled_) inputs.push_back(data.labels);
  for (const Request& request : *requests_) {
    const at::Tensor drawn = request.size ? draws.noise(request.n, *request.size) : draws.latents(request.n);
    inputs.push_back(drawn.to(data.images.device()));
  }
  return replay_(inputs);
}

at::Tensor ReplayedStep::work(const Replay::Tensors& inputs) {
  size_t next = 0;
  StepData data{inputs.at(next++), {}};
  if (labelled_) data.labels = inputs.at(next++);
  at::Generator unused = makeGenerator(0);
  const StepDraws draws{[&](int64_t) { return inputs.at(next++); },
                        [&](int64_t, int64_t) { return inputs.at(next++); }, unused};
  return step_->launch(data, draws, position_);
}

}  // namespace ganode
