#include "parallel/division.h"

namespace ganode::parallel {

bool Divisions::enter(Place& place, const Range& range) {
  const std::lock_guard lock(mutex_);
  place.chunk = -1;
  ++place.met;
  if (place.met <= divisions_.size()) return false;
  divisions_.push_back(std::make_unique<Division>(range));
  return true;
}

bool Divisions::next(Place& place, long* first, long* last) {
  const std::lock_guard lock(mutex_);
  Division& division = at(place);
  const auto& [start, end, step, chunk] = division.range;
  const long away = step > 0 ? 1 : -1;
  // How many numbers the range has, whether its steps go up or down.
  const long count = (end - start) * away <= 0 ? 0 : (end - start + step - away) / step;
  const long from = static_cast<long>(division.taken) * chunk;
  place.chunk = -1;
  if (from >= count) return false;
  place.chunk = division.taken++;
  *first = start + from * step;
  *last = from + chunk >= count ? end : *first + chunk * step;
  return true;
}

void Divisions::awaitTurn(const Place& place) {
  std::unique_lock lock(mutex_);
  Division& division = at(place);
  turned_.wait(lock, [&] { return division.turn >= place.chunk; });
}

void Divisions::passTurn(const Place& place) {
  if (place.chunk < 0) return;
  awaitTurn(place);
  {
    const std::lock_guard lock(mutex_);
    at(place).turn = place.chunk + 1;
  }
  turned_.notify_all();
}

}  // namespace ganode::parallel
