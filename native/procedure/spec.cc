#include "procedure/spec.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "error.h"
#include "json.h"
#include "procedure/refuse.h"

namespace ganode {
namespace {

using nlohmann::json;

constexpr size_t kMostValuesOfProcedure = 5000;
constexpr int64_t kMostTurns = 10'000;
constexpr int kMostDepth = 8;

const json& partOf(const json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) refuseProcedure(where + ": expected " + key + ", and it is absent");
  return *found;
}

// Names end up in columns of reports and in those of a checkpoint's tensors.
bool isPlainName(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= 200 && std::all_of(name.begin(), name.end(), fits);
}

std::string nameFrom(const json& value, const std::string& what) {
  if (!value.is_string() || !isPlainName(value.get<std::string>())) {
    refuseProcedure(what + ": expected a name of up to 200 letters, digits, '_', '-' and '.', got " +
                    shown(value));
  }
  return value.get<std::string>();
}

// A key that nobody reads would be taken in silence.
void expectKeys(const json& object, const std::set<std::string>& known, const std::string& where) {
  for (const auto& [key, value] : object.items()) {
    if (known.contains(key)) continue;
    std::string all;
    for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
    refuseProcedure(where + ": has no " + shown(key) + "; it has " + all);
  }
}

std::vector<std::string> namesFrom(const json& value, const std::string& what) {
  if (!value.is_array()) refuseProcedure(what + ": expected a list of names, got " + shown(value));
  std::vector<std::string> all;
  for (const json& one : value) all.push_back(nameFrom(one, what));
  return all;
}

int64_t wholeFrom(const json& object, const char* key, int64_t otherwise, int64_t most,
                  const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) return otherwise;
  if (!found->is_number_integer() || found->get<int64_t>() < 1 || found->get<int64_t>() > most) {
    refuseProcedure(where + ": expected " + key + " to be a whole number from 1 to " + std::to_string(most) +
                    ", got " + shown(*found));
  }
  return found->get<int64_t>();
}

double numberFrom(const json& object, const char* key, double otherwise, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) return otherwise;
  if (!found->is_number() || !(found->get<double>() >= 0))
    refuseProcedure(where + ": expected " + key + " to be a number from 0, got " + shown(*found));
  return found->get<double>();
}

NodeSpec parseValue(const json& value, size_t index, const std::set<std::string>& known) {
  std::string where = "value " + std::to_string(index);
  if (!value.is_object()) refuseProcedure(where + ": expected an object, got " + shown(value));
  NodeSpec spec;
  spec.name = nameFrom(partOf(value, "name", where), where + ", its name");
  where = "value \"" + spec.name + "\"";
  if (known.contains(spec.name)) refuseProcedure(where + ": the name is taken by an earlier value");
  spec.op = nameFrom(partOf(value, "op", where), where + ", its op");
  if (const auto inputs = value.find("inputs"); inputs != value.end())
    spec.inputs = namesFrom(*inputs, where + ", its inputs");
  for (const std::string& input : spec.inputs) {
    if (!known.contains(input)) refuseProcedure(where + ": its input \"" + input + "\" is no earlier value");
  }
  spec.attributes = json::object();
  for (const auto& [key, one] : value.items()) {
    if (key != "name" && key != "op" && key != "inputs") spec.attributes[key] = one;
  }
  return spec;
}

UpdateSpec parseUpdate(const json& value, const std::string& where, const std::set<std::string>& values,
                       int depth) {
  if (!value.is_object()) refuseProcedure(where + ": expected an object, got " + shown(value));
  if (depth > kMostDepth)
    refuseProcedure(where + ": expected at most " + std::to_string(kMostDepth) + " levels");
  UpdateSpec update;
  const auto parts = [&](const char* key) {
    const json& list = partOf(value, key, where);
    if (!list.is_array() || list.empty())
      refuseProcedure(where + ": expected " + key + " to be a list of updates, got " + shown(list));
    for (size_t i = 0; i < list.size(); ++i)
      update.parts.push_back(parseUpdate(list[i], where + "." + std::to_string(i), values, depth + 1));
  };
  const std::string kind = nameFrom(partOf(value, "kind", where), where + ", its kind");
  if (kind == "update" || kind == "clip") {
    update.networks = namesFrom(partOf(value, "networks", where), where + ", its networks");
    if (update.networks.empty()) refuseProcedure(where + ": expected at least one network, got none");
  }
  if (kind == "update") {
    expectKeys(value, {"kind", "networks", "objective", "every", "from", "until"}, where);
    update.objective = nameFrom(partOf(value, "objective", where), where + ", its objective");
    if (!values.contains(update.objective))
      refuseProcedure(where + ": its objective \"" + update.objective + "\" is no value of the procedure");
    update.every = wholeFrom(value, "every", 1, kMostTurns, where);
    update.from = numberFrom(value, "from", 0, where);
    update.until = numberFrom(value, "until", update.until, where);
    if (!(update.from < update.until)) {
      refuseProcedure(where + ": expected until to be above from, or it is never due, got " +
                      shown(value["until"]) + " and " + std::to_string(static_cast<int64_t>(update.from)));
    }
  } else if (kind == "clip") {
    expectKeys(value, {"kind", "networks", "limit"}, where);
    update.kind = UpdateSpec::Kind::Clip;
    update.limit = numberFrom(value, "limit", 0, where);
    if (update.limit <= 0) refuseProcedure(where + ": expected limit to be a number above 0");
  } else if (kind == "together") {
    expectKeys(value, {"kind", "updates"}, where);
    update.kind = UpdateSpec::Kind::Together;
    parts("updates");
    for (const UpdateSpec& part : update.parts) {
      if (part.kind != UpdateSpec::Kind::Move || part.every != 1)
        refuseProcedure(where + ": expected updates without every in together");
    }
  } else if (kind == "repeat") {
    expectKeys(value, {"kind", "times", "sameData", "updates"}, where);
    update.kind = UpdateSpec::Kind::Repeat;
    update.times = wholeFrom(value, "times", 1, kMostTurns, where);
    if (const auto same = value.find("sameData"); same != value.end()) {
      if (!same->is_boolean())
        refuseProcedure(where + ": expected sameData to be true or false, got " + shown(*same));
      update.sameData = same->get<bool>();
    }
    parts("updates");
  } else {
    refuseProcedure(where + ": expected kind to be 'update', 'together', 'repeat' or 'clip', got '" + kind +
                    "'");
  }
  return update;
}

// Turns of a list of updates that are not the first, so that each takes a batch of its own.
int64_t furtherTurns(const std::vector<UpdateSpec>& updates) {
  int64_t turns = 0;
  for (const UpdateSpec& update : updates) {
    const int64_t inside = furtherTurns(update.parts);
    const bool repeats = update.kind == UpdateSpec::Kind::Repeat;
    turns += repeats ? update.times * inside + (update.sameData ? 0 : update.times - 1) : inside;
    if (turns > kMostTurns)
      refuseProcedure("expected at most " + std::to_string(kMostTurns) + " batches in one step");
  }
  return turns;
}

void visit(const std::vector<UpdateSpec>& updates, const std::function<void(const UpdateSpec&)>& look) {
  for (const UpdateSpec& update : updates) {
    look(update);
    visit(update.parts, look);
  }
}

}  // namespace

int64_t ProcedureSpec::batches() const { return 1 + furtherTurns(updates); }

bool ProcedureSpec::isSteady() const {
  bool steady = true;
  visit(updates, [&](const UpdateSpec& update) {
    steady = steady && update.every == 1 && update.from == 0 && std::isinf(update.until);
  });
  return steady;
}

double ProcedureSpec::lazyRatio(const std::string& network) const {
  std::set<int64_t> intervals;
  visit(updates, [&](const UpdateSpec& update) {
    const auto& moved = update.networks;
    const bool moves = std::find(moved.begin(), moved.end(), network) != moved.end();
    if (update.kind == UpdateSpec::Kind::Move && moves && update.every > 1) intervals.insert(update.every);
  });
  double share = 1;
  for (const int64_t interval : intervals) share += 1 / static_cast<double>(interval);
  return 1 / share;
}

ProcedureSpec parseProcedure(const json& value) {
  if (!value.is_object()) refuseProcedure("expected {values, updates}, got " + shown(value));
  expectKeys(value, {"version", "values", "updates", "report", "watched"}, "the whole");
  ProcedureSpec spec;
  std::set<std::string> known;
  const json& values = partOf(value, "values", "the whole");
  if (!values.is_array() || values.size() > kMostValuesOfProcedure) {
    refuseProcedure("expected values to be a list of at most " + std::to_string(kMostValuesOfProcedure));
  }
  for (const json& one : values) {
    spec.values.push_back(parseValue(one, spec.values.size(), known));
    known.insert(spec.values.back().name);
  }
  const json& updates = partOf(value, "updates", "the whole");
  if (!updates.is_array() || updates.empty())
    refuseProcedure("expected updates to be a list, got " + shown(updates));
  for (size_t i = 0; i < updates.size(); ++i)
    spec.updates.push_back(parseUpdate(updates[i], "update " + std::to_string(i), known, 1));
  if (const auto report = value.find("report"); report != value.end()) {
    if (!report->is_object()) refuseProcedure("expected report to be {column: value}, got " + shown(*report));
    for (const auto& [column, one] : report->items()) {
      const std::string name = nameFrom(one, "report of " + column);
      nameFrom(column, "column of a report");
      if (!known.contains(name)) refuseProcedure("report of " + column + ": \"" + name + "\" is no value");
      spec.report.emplace_back(column, name);
    }
  }
  if (const auto watched = value.find("watched"); watched != value.end()) {
    spec.watched = nameFrom(*watched, "watched");
    if (!known.contains(spec.watched)) refuseProcedure("watched: \"" + spec.watched + "\" is no value");
  }
  furtherTurns(spec.updates);
  return spec;
}

}  // namespace ganode
