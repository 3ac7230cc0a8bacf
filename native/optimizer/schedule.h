// A setting that may move during training: a number, or a line or half a cosine over the real images shown.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace ganode {

class Schedule {
 public:
  // Implicit: a plain number is the schedule that stays.
  Schedule(double constant = 0) : from_(constant), to_(constant) {}  // NOLINT(google-explicit-constructor)

  // A number, or {"schedule": "linear" | "cosine", "from", "to", "images", "start": 0}.
  // `where` begins the message of the Error("INVALID_OPTION").
  static Schedule parse(const nlohmann::json& value, const std::string& where);

  // The value when so many real images were shown: `from` up to `start`, `to` from `start + images` on.
  // cosine: to + (from - to)·(1 + cos(π·t))/2, t the share of the way (Loshchilov & Hutter 2017, without
  // restarts; R3GAN's official code has the same).
  double at(double images) const;

  double least() const { return std::min(from_, to_); }
  double most() const { return std::max(from_, to_); }

 private:
  double from_;
  double to_;
  double start_ = 0;
  double length_ = 0;
  bool cosine_ = false;
};

}  // namespace ganode
