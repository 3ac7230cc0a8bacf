// What a step does and how long each part takes: ATen's operators, autograd's backward functions, and spans
// of our own around them.
//
// A recorder listens to one thread (and to the threads that autograd takes along from it, on a GPU) while a
// `Recording` lives there. Nothing is recorded, and nothing allocated, on a thread that has none.
#pragma once

#include <ATen/record_function.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ganode::profile {

enum class Kind : uint8_t {
  Step,      // one whole step
  Phase,     // a part of it: "generator forward", "statistics"
  Network,   // a forward pass, by the network's name
  Node,      // a node of its graph
  Operator,  // of ATen: "aten::convolution"
  Backward,  // of autograd: "ConvolutionBackward0"
};

struct Event {
  Kind kind = Kind::Operator;
  std::string name;
  std::string detail;   // operators: shapes of the inputs; nodes: the operator's name; or empty
  uint64_t thread = 0;  // as ATen counts them
  int64_t start = 0;    // nanoseconds since the recorder was made
  int64_t end = 0;
  int64_t parent = -1;  // index of the event it happened in, on the same thread; -1: none
  int64_t self = 0;     // end - start, less what happened in it; nanoseconds
  // Index of the event of the node that it belongs to: the node it happened in; for what happened in backward
  // functions, the node whose forward pass made them. -1: none.
  int64_t node = -1;
};

class Recorder : public c10::DebugInfoBase {
 public:
  Recorder();

  // The one that listens to this thread; nullptr: none.
  static Recorder* current();

  // Begins an event on this thread; returns what `close` takes. Events of a thread end in the reverse order.
  size_t open(Kind kind, std::string name, std::string detail);
  // Of autograd, by the number that the function got when it was made, and the thread that made it.
  size_t openBackward(std::string name, int64_t sequence, uint64_t madeBy);
  void close(size_t index);

  // Every event so far, in the order in which they began, and forgets them. None may be open.
  std::vector<Event> take();

 private:
  // How autograd numbers backward functions: in the order in which a thread makes them.
  struct Sequence {
    int64_t own = -1;     // of a backward function
    uint64_t madeBy = 0;  // thread
    int64_t first = 0;    // of those that were made while the event was open
    int64_t pastLast = 0;
  };

  size_t add(Event event, Sequence sequence);
  int64_t now() const;
  void assignNodes();

  const int64_t began_;
  std::mutex mutex_;
  std::vector<Event> events_;
  std::vector<Sequence> sequences_;                  // one an event
  std::unordered_map<uint64_t, int64_t> innermost_;  // open event, by thread
};

// While it lives, `recorder` listens to this thread.
class Recording {
 public:
  explicit Recording(const std::shared_ptr<Recorder>& recorder);
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording();

 private:
  c10::DebugInfoGuard guard_;
  at::CallbackHandle callback_;
};

// A stretch of time under a name, recorded where somebody listens. `suffix` is appended to the name.
class Span {
 public:
  explicit Span(Kind kind, std::string_view name, std::string_view suffix = {}, std::string_view detail = {})
      : recorder_(Recorder::current()) {
    if (recorder_ != nullptr)
      index_ = recorder_->open(kind, std::string(name).append(suffix), std::string(detail));
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  ~Span() {
    if (recorder_ != nullptr) recorder_->close(index_);
  }

 private:
  Recorder* recorder_;
  size_t index_ = 0;
};

// What `body` returns; the time it takes is a phase.
template <typename Body>
auto phase(std::string_view name, Body body) {
  const Span span(Kind::Phase, name);
  return body();
}

}  // namespace ganode::profile
