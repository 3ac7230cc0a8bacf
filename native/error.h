// The one kind of exception that the core throws on purpose.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace ganode {

class Error : public std::runtime_error {
 public:
  // Codes are those of lib/errors.ts; details become `details` of the GanodeError.
  Error(std::string code, const std::string& message, std::map<std::string, std::string> details = {})
      : std::runtime_error(message), code_(std::move(code)), details_(std::move(details)) {}

  const std::string& code() const noexcept { return code_; }
  const std::map<std::string, std::string>& details() const noexcept { return details_; }

 private:
  std::string code_;
  std::map<std::string, std::string> details_;
};

}  // namespace ganode
