#include "graph/attributes.h"

#include <algorithm>

#include "error.h"
#include "json.h"

namespace ganode {
namespace {

using nlohmann::json;

bool isInteger(const json& value, int64_t least, int64_t most = Attributes::kMostInteger) {
  return value.is_number_integer() && value.get<int64_t>() >= least && value.get<int64_t>() <= most;
}

std::string wholeNumber(int64_t least) {
  return "a whole number from " + std::to_string(least) + " to " + std::to_string(Attributes::kMostInteger);
}

std::string shortened(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

void Attributes::fail(const std::string& message) const {
  throw Error("INVALID_GRAPH", "node \"" + node_.name + "\" (" + node_.op + "): " + message);
}

void Attributes::failValue(const std::string& name, const std::string& expected, const json& got) const {
  fail("expected " + name + " to be " + expected + ", got " + shown(got));
}

const json* Attributes::find(const std::string& name) {
  known_.insert(name);
  const auto found = node_.attributes.find(name);
  return found == node_.attributes.end() || found->is_null() ? nullptr : &*found;
}

const json& Attributes::require(const std::string& name) {
  const json* value = find(name);
  if (value == nullptr) fail("expected " + name + ", and it is absent");
  return *value;
}

int64_t Attributes::integer(const std::string& name, int64_t least, std::optional<int64_t> otherwise) {
  const json* value = otherwise ? find(name) : &require(name);
  if (value == nullptr) return *otherwise;
  if (!isInteger(*value, least)) failValue(name, wholeNumber(least), *value);
  return value->get<int64_t>();
}

double Attributes::number(const std::string& name, double least, double most, double otherwise) {
  const json* value = find(name);
  if (value == nullptr) return otherwise;
  if (!value->is_number() || !(value->get<double>() >= least && value->get<double>() <= most)) {
    failValue(name, "a number from " + shortened(least) + " to " + shortened(most), *value);
  }
  return value->get<double>();
}

Schedule Attributes::schedule(const std::string& name, double least, double most, double otherwise) {
  const json* value = find(name);
  if (value == nullptr || value->is_number()) return number(name, least, most, otherwise);
  Schedule schedule;
  try {
    schedule = Schedule::parse(*value, name);
  } catch (const Error& error) {
    fail(error.what());
  }
  if (schedule.least() < least || schedule.most() > most) {
    failValue(name, "from " + shortened(least) + " to " + shortened(most), *value);
  }
  return schedule;
}

bool Attributes::boolean(const std::string& name, bool otherwise) {
  const json* value = find(name);
  if (value == nullptr) return otherwise;
  if (!value->is_boolean()) failValue(name, "true or false", *value);
  return value->get<bool>();
}

std::string Attributes::choice(const std::string& name, const std::vector<std::string>& choices,
                               const std::string& otherwise) {
  const json* value = find(name);
  if (value == nullptr) return otherwise;
  if (!value->is_string() ||
      std::find(choices.begin(), choices.end(), value->get<std::string>()) == choices.end()) {
    std::string known;
    for (const std::string& choice : choices) known += (known.empty() ? "'" : ", '") + choice + "'";
    failValue(name, "one of " + known, *value);
  }
  return value->get<std::string>();
}

Pair Attributes::pair(const std::string& name, int64_t least, std::optional<Pair> otherwise) {
  const json* value = otherwise ? find(name) : &require(name);
  if (value == nullptr) return *otherwise;
  if (isInteger(*value, least)) return {value->get<int64_t>(), value->get<int64_t>()};
  if (!value->is_array() || value->size() != 2 || !isInteger((*value)[0], least) ||
      !isInteger((*value)[1], least)) {
    failValue(name, wholeNumber(least) + " or a pair of them", *value);
  }
  return {(*value)[0].get<int64_t>(), (*value)[1].get<int64_t>()};
}

Dims Attributes::dims(const std::string& name) {
  const json& value = require(name);
  Dims result;
  bool fine = value.is_array() && !value.empty() && value.size() <= 8;
  for (size_t i = 0; fine && i < value.size(); ++i) {
    fine = isInteger(value[i], 1, kMostValues);
    if (fine) result.push_back(value[i].get<int64_t>());
  }
  if (!fine) failValue(name, "1 to 8 whole numbers from 1", value);
  return result;
}

Initializer Attributes::initializer(const std::string& name, const Initializer& otherwise) {
  const json* value = find(name);
  if (value == nullptr) return otherwise;
  return parseInitializer(*value, "node \"" + node_.name + "\" (" + node_.op + "): " + name);
}

bool Attributes::is(const std::string& name, const std::string& word) {
  const json* value = find(name);
  return value != nullptr && value->is_string() && value->get<std::string>() == word;
}

void Attributes::finish() {
  for (const auto& [key, value] : node_.attributes.items()) {
    if (known_.contains(key)) continue;
    std::string known;
    for (const std::string& name : known_) known += (known.empty() ? "" : ", ") + name;
    fail("has no attribute " + shown(key) + "; it has " + (known.empty() ? "none" : known));
  }
}

}  // namespace ganode
