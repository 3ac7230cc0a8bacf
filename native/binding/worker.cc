#include "binding/worker.h"

#include <c10/util/Exception.h>

#include <chrono>
#include <variant>
#include <vector>

#include "binding/environment.h"
#include "device/memory.h"
#include "device/out_of_memory.h"
#include "error.h"

namespace ganode::binding {
namespace {

void closeAtTeardown(void* worker) { static_cast<Worker*>(worker)->close(); }

}  // namespace

struct Worker::Job {
  Work work;
  Finish finish;
  std::exception_ptr thrown;
  napi_deferred deferred = nullptr;
  std::vector<Napi::ObjectReference> kept;  // the owner first
  Channel* channel = nullptr;
};

// The way back to JavaScript: a thread-safe function that keeps the event loop alive only while promises are
// pending. It outlives its worker by the calls that are on their way.
struct Worker::Channel {
  napi_threadsafe_function function = nullptr;
  int64_t pending = 0;  // JavaScript thread only

  static void settle(napi_env rawEnv, napi_value, void*, void* data) {
    std::unique_ptr<Job> job(static_cast<Job*>(data));
    if (rawEnv == nullptr) {  // the environment is going: nobody is left to hear
      for (auto& reference : job->kept) reference.SuppressDestruct();
      return;
    }
    const Napi::Env env(rawEnv);
    const Napi::HandleScope scope(env);
    if (--job->channel->pending == 0) napi_unref_threadsafe_function(env, job->channel->function);
    try {
      if (job->thrown) std::rethrow_exception(job->thrown);
      napi_resolve_deferred(env, job->deferred, job->finish(env, job->kept.front().Value()));
    } catch (const Napi::Error& error) {
      napi_reject_deferred(env, job->deferred, error.Value());
    } catch (...) {
      napi_reject_deferred(env, job->deferred, toJavaScript(env, std::current_exception()).Value());
    }
  }
};

Worker::Worker(Napi::Env env) : env_(env), channel_(new Channel) {
  const auto name = Napi::String::New(env, "ganode");
  // The channel is freed by the finalizer, which Node calls after the last call.
  const napi_status status = napi_create_threadsafe_function(
      env, nullptr, nullptr, name, 0, 1, channel_,
      [](napi_env, void* channel, void*) { delete static_cast<Channel*>(channel); }, nullptr, Channel::settle,
      &channel_->function);
  if (status != napi_ok) {
    delete channel_;
    throw Error("INTERNAL", "could not make a thread-safe function");
  }
  napi_unref_threadsafe_function(env, channel_->function);
  // Hooks run last in, first out, so this one finds the thread-safe function still there.
  napi_add_env_cleanup_hook(env, closeAtTeardown, this);
  Environment::of(env).workers.insert(this);
  thread_ = std::thread([this] { loop(); });
}

Worker::~Worker() {
  if (channel_ != nullptr) napi_remove_env_cleanup_hook(env_, closeAtTeardown, this);
  close();
}

void Worker::close() {
  stop();
  if (channel_ == nullptr) return;
  Environment::of(env_).workers.erase(this);
  napi_release_threadsafe_function(channel_->function, napi_tsfn_release);
  channel_ = nullptr;  // freed by its finalizer, after the calls that are on their way
}

Napi::Promise Worker::enqueue(const Napi::Object& owner, Work work, const std::vector<Napi::Value>& kept) {
  const Napi::Env env = owner.Env();
  auto job = std::make_unique<Job>();
  job->work = std::move(work);
  job->channel = channel_;
  job->kept.push_back(Napi::Persistent(owner));
  for (const Napi::Value& value : kept) job->kept.push_back(Napi::Persistent(value.As<Napi::Object>()));
  napi_value promise = nullptr;
  if (napi_create_promise(env, &job->deferred, &promise) != napi_ok)
    throw Error("INTERNAL", "could not make a promise");
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) throw Error("DISPOSED", "the session or network was disposed of");
    queue_.push_back(std::move(job));
  }
  if (channel_->pending++ == 0) napi_ref_threadsafe_function(env, channel_->function);
  wake_.notify_one();
  return Napi::Promise(env, promise);
}

void Worker::loop() {
  for (;;) {
    std::unique_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      const auto since = std::chrono::steady_clock::now();
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      idleSeconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
      if (stopping_) break;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    try {
      job->finish = job->work();
    } catch (...) {
      job->thrown = std::current_exception();
    }
    job->work = nullptr;
    Job* given = job.release();
    if (napi_call_threadsafe_function(channel_->function, given, napi_tsfn_nonblocking) != napi_ok) {
      Channel::settle(nullptr, nullptr, nullptr, given);
    }
  }
  if (last_) last_();
  releaseTensorMemory();
}

void Worker::atEnd(std::function<void()> last) {
  const std::lock_guard lock(mutex_);
  last_ = std::move(last);
}

void Worker::stop() {
  cancel();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  for (auto& job : queue_) {
    for (auto& reference : job->kept) reference.SuppressDestruct();
  }
  queue_.clear();
}

Napi::Error toJavaScript(Napi::Env env, const std::exception_ptr& thrown) {
  const auto make = [&](const std::string& code, const std::string& message) {
    Napi::Error error = Napi::Error::New(env, message);
    error.Set("code", Napi::String::New(env, code));
    return error;
  };
  const auto made = [&](const Error& error) {
    Napi::Error result = make(error.code(), error.what());
    Napi::Object details = Napi::Object::New(env);
    for (const auto& [key, value] : error.details()) {
      std::visit([&, name = key](const auto& one) { details.Set(name, one); }, value);
    }
    result.Set("details", details);
    return result;
  };
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return made(error);
  } catch (const std::exception& error) {
    if (const auto memory = outOfMemory(error)) return made(*memory);
    const auto* ofTorch = dynamic_cast<const c10::Error*>(&error);
    if (ofTorch == nullptr) return make("INTERNAL", error.what());
    const std::string text = ofTorch->what_without_backtrace();
    return make("INTERNAL", "libtorch: " + text.substr(0, text.find('\n')));
  } catch (...) {
    return make("INTERNAL", "unknown exception");
  }
}

}  // namespace ganode::binding
