// The one kind of exception that the core throws on purpose.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace ganode {

// Text stays text, whatever it looks like: a path may be "123".
using Detail = std::variant<std::string, double>;
using Details = std::map<std::string, Detail>;

class Error : public std::runtime_error {
 public:
  // Codes are those of lib/errors.ts; details become `details` of the GanodeError.
  Error(std::string code, const std::string& message, Details details = {})
      : std::runtime_error(message), code_(std::move(code)), details_(std::move(details)) {}

  const std::string& code() const noexcept { return code_; }
  const Details& details() const noexcept { return details_; }

 private:
  std::string code_;
  Details details_;
};

}  // namespace ganode
