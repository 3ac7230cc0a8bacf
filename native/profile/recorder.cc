#include "profile/recorder.h"

#include <ATen/SequenceNumber.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <chrono>
#include <map>
#include <utility>

namespace ganode::profile {
namespace {

constexpr std::string_view kSlotName = "GANODE_RECORDER";
// Where a thread keeps its recorder. Autograd hands what is kept so to the threads that it uses.
constexpr c10::DebugInfoKind kSlot(&kSlotName);

int64_t steadyNanoseconds() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

int64_t nextSequence() { return static_cast<int64_t>(at::sequence_number::peek()); }

// "[64, 100], [100, 512]": of the tensors among the inputs.
std::string shapesOf(c10::ArrayRef<const c10::IValue> inputs) {
  std::string text;
  const auto append = [&](const std::string& shape) { text += (text.empty() ? "" : ", ") + shape; };
  for (const c10::IValue& input : inputs) {
    if (input.isTensorList()) append(std::to_string(input.toListRef().size()) + " tensors");
    if (!input.isTensor() || !input.toTensor().defined()) continue;
    std::string dims;
    for (const int64_t dim : input.toTensor().sizes())
      dims += (dims.empty() ? "" : ", ") + std::to_string(dim);
    append("[" + dims + "]");
  }
  return text;
}

struct OpenEvent : at::ObserverContext {
  explicit OpenEvent(size_t index) : index(index) {}
  const size_t index;
};

std::unique_ptr<at::ObserverContext> onStart(const at::RecordFunction& function) {
  Recorder* recorder = Recorder::current();
  if (recorder == nullptr) return nullptr;
  std::string name = function.name();
  if (function.scope() == at::RecordScope::BACKWARD_FUNCTION) {
    return std::make_unique<OpenEvent>(
        recorder->openBackward(std::move(name), function.seqNr(), function.forwardThreadId()));
  }
  // Around each backward function; says nothing that the function does not.
  if (name.starts_with("autograd::engine::")) return nullptr;
  return std::make_unique<OpenEvent>(
      recorder->open(Kind::Operator, std::move(name), shapesOf(function.inputs())));
}

void onEnd(const at::RecordFunction&, at::ObserverContext* context) {
  Recorder* recorder = Recorder::current();
  if (recorder != nullptr && context != nullptr) recorder->close(static_cast<OpenEvent*>(context)->index);
}

at::RecordFunctionCallback callback() {
  return at::RecordFunctionCallback(onStart, onEnd)
      .needsInputs(true)
      .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION});
}

// The node that made a backward function, by the function's number; of one thread.
class Makers {
 public:
  void add(int64_t first, int64_t pastLast, int64_t node) {
    if (pastLast > first) ranges_[first] = {pastLast, node};
  }
  int64_t find(int64_t sequence) const {
    auto range = ranges_.upper_bound(sequence);
    if (range == ranges_.begin()) return -1;
    --range;
    return sequence < range->second.first ? range->second.second : -1;
  }

 private:
  std::map<int64_t, std::pair<int64_t, int64_t>> ranges_;
};

}  // namespace

Recorder::Recorder() : began_(steadyNanoseconds()) {}

Recorder* Recorder::current() { return static_cast<Recorder*>(c10::ThreadLocalDebugInfo::get(kSlot)); }

int64_t Recorder::now() const { return steadyNanoseconds() - began_; }

size_t Recorder::open(Kind kind, std::string name, std::string detail) {
  return add({.kind = kind, .name = std::move(name), .detail = std::move(detail)}, {});
}

size_t Recorder::openBackward(std::string name, int64_t sequence, uint64_t madeBy) {
  return add({.kind = Kind::Backward, .name = std::move(name), .detail = {}},
             {.own = sequence, .madeBy = madeBy});
}

size_t Recorder::add(Event event, Sequence sequence) {
  event.thread = at::RecordFunction::currentThreadId();
  sequence.first = nextSequence();
  const std::lock_guard lock(mutex_);
  const size_t index = events_.size();
  int64_t& innermost = innermost_.try_emplace(event.thread, -1).first->second;
  event.parent = std::exchange(innermost, static_cast<int64_t>(index));
  event.start = now();
  events_.push_back(std::move(event));
  sequences_.push_back(sequence);
  return index;
}

void Recorder::close(size_t index) {
  const int64_t end = now();
  const std::lock_guard lock(mutex_);
  Event& event = events_.at(index);
  event.end = end;
  sequences_[index].pastLast = nextSequence();
  innermost_[event.thread] = event.parent;
}

// Backward functions begin after the nodes that made them ended, so one pass in the order of time will do.
void Recorder::assignNodes() {
  std::unordered_map<uint64_t, Makers> makers;
  for (size_t i = 0; i < events_.size(); ++i) {
    Event& event = events_[i];
    const Sequence& sequence = sequences_[i];
    if (event.kind == Kind::Node) {
      event.node = static_cast<int64_t>(i);
    } else if (event.kind == Kind::Backward) {
      event.node = makers[sequence.madeBy].find(sequence.own);
    } else {
      if (event.parent >= 0) event.node = events_[static_cast<size_t>(event.parent)].node;
      continue;
    }
    // A backward function of a backward function (second order) belongs to the same node.
    if (event.node >= 0) makers[event.thread].add(sequence.first, sequence.pastLast, event.node);
  }
}

std::vector<Event> Recorder::take() {
  const std::lock_guard lock(mutex_);
  for (Event& event : events_) {
    event.self += event.end - event.start;
    if (event.parent >= 0) events_[static_cast<size_t>(event.parent)].self -= event.end - event.start;
  }
  assignNodes();
  sequences_.clear();
  return std::exchange(events_, {});
}

Recording::Recording(const std::shared_ptr<Recorder>& recorder)
    : guard_(kSlot, recorder), callback_(at::addThreadLocalCallback(callback())) {}

Recording::~Recording() { at::removeCallback(callback_); }

}  // namespace ganode::profile
