#include "step/player.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "profile/recorder.h"

namespace ganode {

Player::Player(GraphSpec spec, const nlohmann::json& optimizer, const std::string& name,
               const at::Device& device, at::Generator& generator, double lazyRatio)
    : name_(name), graph_(std::move(spec)) {
  graph_.materialize(device, at::kFloat, generator);
  optimizer_ = makeOptimizer(optimizer, graph_.trainable(), lazyRatio, "optimizers." + name);
}

void Player::gather(const at::Tensor& loss) { gather({loss}, {at::ones_like(loss)}); }

at::Tensor Player::gather(const std::vector<at::Tensor>& roots, const std::vector<at::Tensor>& gradients,
                          const at::Tensor& input, bool retainGraph) {
  std::vector<at::Tensor> wanted = optimizer_->parameters();
  const size_t trained = wanted.size();
  if (input.defined()) wanted.push_back(input);
  if (wanted.empty()) return {};
  const profile::Span span(profile::Kind::Phase, name_, " backward");
  // Of roots that nothing trained leads to (a frozen D's verdict on real images) there is no gradient.
  std::vector<at::Tensor> leading;
  std::vector<at::Tensor> atThem;
  for (size_t i = 0; i < roots.size(); ++i) {
    if (!roots[i].requires_grad()) continue;
    leading.push_back(roots[i]);
    atThem.push_back(gradients[i]);
  }
  if (leading.empty()) return {};
  std::vector<at::Tensor> found = torch::autograd::grad(leading, wanted, atThem, retainGraph,
                                                        /*create_graph=*/false, /*allow_unused=*/true);
  add(at::ArrayRef<at::Tensor>(found).slice(0, trained));
  return input.defined() ? found.back() : at::Tensor();
}

void Player::gather(const std::vector<Player*>& players, const at::Tensor& loss, bool retainGraph) {
  std::vector<at::Tensor> wanted;
  std::string names;
  for (const Player* player : players) {
    const auto& own = player->optimizer_->parameters();
    wanted.insert(wanted.end(), own.begin(), own.end());
    names += (names.empty() ? "" : ", ") + player->name_;
  }
  if (wanted.empty() || !loss.requires_grad()) return;
  const profile::Span span(profile::Kind::Phase, names, " backward");
  const std::vector<at::Tensor> found = torch::autograd::grad({loss}, wanted, {}, retainGraph,
                                                              /*create_graph=*/false, /*allow_unused=*/true);
  size_t start = 0;
  for (Player* player : players) {
    const size_t count = player->optimizer_->parameters().size();
    player->add(at::ArrayRef<at::Tensor>(found).slice(start, count));
    start += count;
  }
}

void Player::add(at::ArrayRef<at::Tensor> gradients) {
  gathered_.resize(gradients.size());
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) continue;
    gathered_[i] = gathered_[i].defined() ? gathered_[i].add(gradients[i]) : gradients[i];
  }
}

at::Tensor Player::update(double images) {
  if (gathered_.empty()) return {};
  const profile::Span span(profile::Kind::Phase, name_, " optimizer");
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> there;
  for (const at::Tensor& gradient : gathered_) {
    if (gradient.defined()) there.push_back(gradient);
  }
  at::Tensor norm;
  if (!there.empty()) norm = at::stack(at::_foreach_norm(there, 2)).norm();
  optimizer_->step(gathered_, images);
  gathered_.clear();
  return norm;
}

void Player::clip(double limit) {
  const at::NoGradGuard noGrad;
  if (optimizer_->parameters().empty()) return;
  at::_foreach_clamp_min_(optimizer_->parameters(), -limit);
  at::_foreach_clamp_max_(optimizer_->parameters(), limit);
}

Player::Frozen::Frozen(const Player& player) : parameters_(player.optimizer_->parameters()) {
  for (const at::Tensor& parameter : parameters_) parameter.set_requires_grad(false);
}

Player::Frozen::~Frozen() {
  for (const at::Tensor& parameter : parameters_) parameter.set_requires_grad(true);
}

std::vector<std::pair<std::string, at::Tensor>> Player::state() const {
  std::vector<std::pair<std::string, at::Tensor>> all;
  for (const auto& [name, tensor] : graph_.tensors()) all.emplace_back(name_ + "." + name, tensor);
  for (const auto& [name, tensor] : optimizer_->state())
    all.emplace_back("optimizer." + name_ + "." + name, tensor);
  return all;
}

uint64_t Player::bytes() const { return graph_.bytes() + optimizer_->bytes(); }

}  // namespace ganode
