#include "optimizer/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "error.h"
#include "json.h"

namespace ganode {
namespace {

using nlohmann::json;

double number(const json& value, const char* key, const std::string& where) {
  const auto found = value.find(key);
  if (found == value.end() || !found->is_number()) {
    throw Error("INVALID_OPTION", where + "." + key + ": expected a number, got " +
                                      (found == value.end() ? "nothing" : shown(*found)));
  }
  return found->get<double>();
}

}  // namespace

Schedule Schedule::parse(const json& value, const std::string& where) {
  if (value.is_number()) return {value.get<double>()};
  const std::string kind = value.is_object() && value.contains("schedule") && value["schedule"].is_string()
                               ? value["schedule"]
                               : "";
  if (kind != "linear" && kind != "cosine") {
    throw Error("INVALID_OPTION", where +
                                      ": expected a number or {schedule: 'linear' or 'cosine', from, to, "
                                      "images}, got " +
                                      shown(value));
  }
  Schedule result;
  result.cosine_ = kind == "cosine";
  result.from_ = number(value, "from", where);
  result.to_ = number(value, "to", where);
  result.length_ = number(value, "images", where);
  if (value.contains("start")) result.start_ = number(value, "start", where);
  if (result.length_ <= 0) throw Error("INVALID_OPTION", where + ".images: expected a number above 0");
  return result;
}

double Schedule::at(double images) const {
  if (from_ == to_) return to_;
  const double t = std::clamp((images - start_) / length_, 0.0, 1.0);
  if (!cosine_) return from_ + (to_ - from_) * t;
  return to_ + (from_ - to_) * (1 + std::cos(std::numbers::pi * t)) / 2;
}

}  // namespace ganode
