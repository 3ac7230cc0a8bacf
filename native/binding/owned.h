// What a session and a network have in common: a native object that lives on a thread of its own, promises
// for what it does, its memory reported to V8, and an end that happens once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/convert.h"
#include "binding/worker.h"
#include "error.h"

namespace ganode::binding {

// Runs `body`, which returns a promise; what it throws becomes a rejected one.
template <typename Body>
Napi::Value promised(Napi::Env env, Body body) {
  try {
    return body();
  } catch (const Napi::Error& error) {
    const auto deferred = Napi::Promise::Deferred::New(env);
    deferred.Reject(error.Value());
    return deferred.Promise();
  } catch (...) {
    const auto deferred = Napi::Promise::Deferred::New(env);
    deferred.Reject(toJavaScript(env, std::current_exception()).Value());
    return deferred.Promise();
  }
}

template <typename Core>
class Owned {
 public:
  explicit Owned(Napi::Env env) : env_(env), worker_(std::make_unique<Worker>(env)) {
    // Tensors are freed where they were made.
    worker_->atEnd([this] { core_.reset(); });
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    worker_.reset();
    report(0);
  }

  // Makes the core on its thread; the promise resolves with `self`.
  Napi::Value build(const Napi::Object& self, std::function<std::unique_ptr<Core>()> make) {
    return worker_->enqueue(self, [this, make = std::move(make)]() -> Finish {
      core_ = make();
      return [this, bytes = core_->bytes()](Napi::Env, const Napi::Object& owner) -> Napi::Value {
        report(bytes);
        return owner;
      };
    });
  }

  // Queues `work` on the core; `self` and `kept` live until it is settled.
  Napi::Value queue(const Napi::Object& self, std::function<Finish(Core&)> work, const Kept& kept = {}) {
    if (disposed_) throw Error("DISPOSED", "the " + std::string(Core::kNoun) + " was disposed of");
    return worker_->enqueue(
        self,
        [this, work = std::move(work)]() -> Finish {
          if (core_ == nullptr)
            throw Error("DISPOSED", "the " + std::string(Core::kNoun) + " was disposed of");
          return work(*core_);
        },
        kept);
  }

  Napi::Value dispose(const Napi::Object& self) {
    const Napi::Env env = self.Env();
    if (disposed_) {
      const auto deferred = Napi::Promise::Deferred::New(env);
      deferred.Resolve(env.Undefined());
      return deferred.Promise();
    }
    disposed_ = true;
    worker_->cancel();
    return worker_->enqueue(self, [this]() -> Finish {
      core_.reset();
      return [this](Napi::Env finished, const Napi::Object&) -> Napi::Value {
        worker_->stop();  // the thread has nothing left to do
        report(0);
        return finished.Undefined();
      };
    });
  }

  Worker& worker() { return *worker_; }
  uint64_t bytes() const { return bytes_; }

 private:
  void report(uint64_t bytes) {
    Napi::MemoryManagement::AdjustExternalMemory(env_,
                                                 static_cast<int64_t>(bytes) - static_cast<int64_t>(bytes_));
    bytes_ = bytes;
  }

  Napi::Env env_;
  std::unique_ptr<Core> core_;
  uint64_t bytes_ = 0;  // JavaScript thread only
  bool disposed_ = false;
  std::unique_ptr<Worker> worker_;
};

}  // namespace ganode::binding
