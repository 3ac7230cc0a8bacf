#include "objective/penalty.h"

#include <ATen/ATen.h>

#include "error.h"
#include "json.h"

namespace ganode {

using nlohmann::json;

const at::Tensor& PenaltyContext::realLogits() const {
  if (!realLogits_.defined()) realLogits_ = judge(real);
  return realLogits_;
}

const at::Tensor& PenaltyContext::fakeLogits() const {
  usedFakeLogits_ = true;
  if (!fakeLogits_.defined()) fakeLogits_ = judge(fake);
  return fakeLogits_;
}

void PenaltyContext::setLogits(at::Tensor realLogits, at::Tensor fakeLogits) {
  realLogits_ = std::move(realLogits);
  fakeLogits_ = std::move(fakeLogits);
}

double penaltyNumber(const json& options, const char* key, double otherwise) {
  const auto found = options.find(key);
  if (found == options.end() || found->is_null()) return otherwise;
  if (!found->is_number()) {
    throw Error("INVALID_OPTION",
                std::string("penalties: expected ") + key + " to be a number, got " + shown(*found));
  }
  return found->get<double>();
}

namespace {

std::unique_ptr<Penalty> make(const std::string& kind, const json& options) {
  for (const auto family : {makeGradientPenalty, makeLogitPenalty, makeConsistencyPenalty,
                            makeOrthogonalPenalty, makePathLengthPenalty, makeLoadBalancePenalty}) {
    if (auto penalty = family(kind, options)) return penalty;
  }
  throw Error("INVALID_OPTION", "penalties: no such kind as '" + kind + "'");
}

}  // namespace

std::vector<WeightedPenalty> parsePenalties(const json& penalties) {
  std::vector<WeightedPenalty> all;
  if (penalties.is_null()) return all;
  if (!penalties.is_array())
    throw Error("INVALID_OPTION", "penalties: expected a list, got " + shown(penalties));
  for (const json& options : penalties) {
    if (!options.is_object() || !options.contains("kind") || !options["kind"].is_string()) {
      throw Error("INVALID_OPTION", "penalties: expected {kind, …}, got " + shown(options));
    }
    WeightedPenalty one;
    one.kind = options["kind"];
    one.penalty = make(one.kind, options);
    one.weight = Schedule::parse(options.contains("weight") ? options["weight"] : json(1.0),
                                 "penalties." + one.kind + ".weight");
    one.interval = static_cast<int64_t>(penaltyNumber(options, "interval", 1));
    if (one.interval < 1) throw Error("INVALID_OPTION", "penalties: expected interval to be 1 or more");
    if (options.contains("network") && options["network"] == "generator") one.side = Side::Generator;
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace ganode
