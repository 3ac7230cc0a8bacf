// JSON of files and callers, within limits. Whatever copies, writes or frees JSON calls itself once a level,
// so that depth takes stack; and a value takes some sixty times the bytes of its text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "error.h"

namespace ganode {

// More than any recipe has, and little enough for the memory and the stack of any thread. `lib/json.ts` has
// the same limits.
inline constexpr size_t kMostJsonBytes = size_t{1} << 24;
inline constexpr int kMostJsonDepth = 64;
inline constexpr size_t kMostJsonValues = 500'000;

// Throws Error(code) "where: …" for text that is no JSON, or beyond a limit.
inline nlohmann::json parseJson(const std::string& text, const std::string& where, const std::string& code) {
  using nlohmann::json;
  const auto fail = [&](const std::string& message) { throw Error(code, where + ": " + message); };
  if (text.size() > kMostJsonBytes) {
    fail("expected at most " + std::to_string(kMostJsonBytes) + " bytes of JSON, got " +
         std::to_string(text.size()));
  }
  size_t values = 0;
  const auto within = [&](int depth, json::parse_event_t, const json&) {
    if (depth > kMostJsonDepth)
      fail("expected JSON of at most " + std::to_string(kMostJsonDepth) + " levels, got more");
    if (++values > kMostJsonValues)
      fail("expected JSON of at most " + std::to_string(kMostJsonValues) + " values, got more");
    return true;
  };
  json value = json::parse(text, within, /*allow_exceptions=*/false);
  if (value.is_discarded()) fail("expected JSON, got text that does not parse");
  return value;
}

// JavaScript's largest whole number: what is no larger becomes an integer, or a double, without loss.
inline constexpr int64_t kMostWhole = (int64_t{1} << 53) - 1;

// A value in a message: its JSON, cut where it is long.
inline std::string shown(const nlohmann::json& value) {
  constexpr size_t kMost = 80;
  std::string text = value.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
  if (text.size() <= kMost) return text;
  size_t end = kMost - 3;
  const auto inside = [&](size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
  while (end > 0 && inside(end)) --end;  // not within a character
  return text.substr(0, end) + "...";
}

}  // namespace ganode
