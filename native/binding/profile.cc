#include "binding/profile.h"

#include <map>
#include <string>

namespace ganode::binding {
namespace {

using profile::Event;

// Texts repeat: each once, and events name it by its index.
class Texts {
 public:
  int32_t indexOf(const std::string& text) {
    return indices_.try_emplace(text, static_cast<int32_t>(indices_.size())).first->second;
  }
  Napi::Array list(Napi::Env env) const {
    const Napi::Array list = Napi::Array::New(env, indices_.size());
    for (const auto& [text, index] : indices_)
      list.Set(static_cast<uint32_t>(index), Napi::String::New(env, text));
    return list;
  }

 private:
  std::map<std::string, int32_t> indices_;
};

template <typename Array, typename Read>
Array column(Napi::Env env, const std::vector<Event>& events, Read read) {
  Array array = Array::New(env, events.size());
  for (size_t i = 0; i < events.size(); ++i) array[i] = read(events[i]);
  return array;
}

double microseconds(int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e3; }

}  // namespace

Napi::Object fromProfile(Napi::Env env, const profile::Profile& profile) {
  const auto& events = profile.events;
  Napi::Object object = Napi::Object::New(env);
  const auto integers = [&](const char* key, auto read) {
    object.Set(key, column<Napi::Int32Array>(
                        env, events, [&](const Event& event) { return static_cast<int32_t>(read(event)); }));
  };
  const auto times = [&](const char* key, auto read) {
    object.Set(key, column<Napi::Float64Array>(
                        env, events, [&](const Event& event) { return microseconds(read(event)); }));
  };
  object.Set("firstStep", Napi::Number::New(env, static_cast<double>(profile.firstStep)));
  object.Set("steps", Napi::Number::New(env, static_cast<double>(profile.steps)));
  Texts texts;
  integers("kind", [](const Event& event) { return event.kind; });
  integers("name", [&](const Event& event) { return texts.indexOf(event.name); });
  integers("detail", [&](const Event& event) { return texts.indexOf(event.detail); });
  object.Set("texts", texts.list(env));
  integers("thread", [](const Event& event) { return event.thread; });
  integers("parent", [](const Event& event) { return event.parent; });
  integers("node", [](const Event& event) { return event.node; });
  times("start", [](const Event& event) { return event.start; });
  times("duration", [](const Event& event) { return event.end - event.start; });
  times("self", [](const Event& event) { return event.self; });
  return object;
}

}  // namespace ganode::binding
