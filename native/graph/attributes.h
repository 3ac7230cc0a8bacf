// Typed, checked access to the attributes of a node. Every failure names the node, the operator and the
// attribute.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph/initializer.h"
#include "graph/spec.h"
#include "optimizer/schedule.h"

namespace ganode {

using Pair = std::array<int64_t, 2>;

class Attributes {
 public:
  explicit Attributes(const NodeSpec& node) : node_(node) {}

  // The largest whole number that any attribute takes.
  static constexpr int64_t kMostInteger = 1'000'000;

  // Without a default the attribute is required.
  int64_t integer(const std::string& name, int64_t least, std::optional<int64_t> otherwise = std::nullopt);
  double number(const std::string& name, double least, double most, double otherwise);
  // A number, or a schedule between two (optimizer/schedule.h).
  Schedule schedule(const std::string& name, double least, double most, double otherwise);
  bool boolean(const std::string& name, bool otherwise);
  std::string choice(const std::string& name, const std::vector<std::string>& choices,
                     const std::string& otherwise);
  // A whole number for both directions, or [height, width].
  Pair pair(const std::string& name, int64_t least, std::optional<Pair> otherwise = std::nullopt);
  Dims dims(const std::string& name);
  Initializer initializer(const std::string& name, const Initializer& otherwise);

  // True when the attribute is there and is this word.
  bool is(const std::string& name, const std::string& word);

  // Throws when an attribute was given that nobody asked for.
  void finish();

  // Throws Error("INVALID_GRAPH").
  [[noreturn]] void fail(const std::string& message) const;

 private:
  const nlohmann::json* find(const std::string& name);
  const nlohmann::json& require(const std::string& name);
  [[noreturn]] void failValue(const std::string& name, const std::string& expected,
                              const nlohmann::json& got) const;

  const NodeSpec& node_;
  std::set<std::string> known_;
};

}  // namespace ganode
