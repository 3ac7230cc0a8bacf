// A thread that an object owns, and promises for what it does.
//
// OpenMP keeps a pool for every thread that calls it, so work on tensors must not wander over libuv's pool;
// and Node may leave in many ways (exit, process.exit in a callback, an uncaught throw, a terminated worker
// thread, a collected object), each of which must find the thread stopped before libtorch is torn down. Both
// are settled here, once.
#pragma once

#include <napi.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ganode::binding {

// Makes the value that a promise resolves with; runs on the JavaScript thread and is given the owner of the
// work.
using Finish = std::function<Napi::Value(Napi::Env, const Napi::Object&)>;
// Runs on the owned thread; throws to reject.
using Work = std::function<Finish()>;

class Worker {
 public:
  explicit Worker(Napi::Env env);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // Queues work. `owner`, and `kept` (buffers that the work reads), stay alive until the promise is settled.
  Napi::Promise enqueue(const Napi::Object& owner, Work work, const std::vector<Napi::Value>& kept = {});

  // Asks all that is queued or under way to stop; work that looks at `cancelled` with the ticket it was
  // queued under does.
  void cancel() { ++ticket_; }
  uint64_t ticket() const { return ticket_; }
  bool cancelled(uint64_t ticket) const { return ticket_ != ticket; }

  // Seconds that the thread has stood with nothing to do; for the thread itself.
  double idleSeconds() const { return idleSeconds_; }

  // Cancels, drops what is queued (its promises stay open) and waits for the thread. Later calls do nothing.
  void stop();
  // The same, and gives up the way back to JavaScript; when the environment goes, or the worker.
  void close();
  // What the thread does at its end, to free tensors where they were made.
  void atEnd(std::function<void()> last);

 private:
  struct Job;
  struct Channel;

  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> queue_;
  std::function<void()> last_;
  bool stopping_ = false;
  double idleSeconds_ = 0;
  std::atomic<uint64_t> ticket_{0};
  napi_env env_;
  Channel* channel_;
  std::thread thread_;
};

// Turns what was thrown on the owned thread, or in a check of arguments, into a JavaScript error with `code`.
Napi::Error toJavaScript(Napi::Env env, const std::exception_ptr& thrown);

// Runs `body`; C++ exceptions become JavaScript ones.
template <typename Body>
auto guarded(Napi::Env env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw toJavaScript(env, std::current_exception());
  }
}

}  // namespace ganode::binding
