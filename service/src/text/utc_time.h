#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace onbehalf::service {

// A time as written in the log, the audit and responses: "2026-11-22T19:00:00.123Z", always UTC. Formatted by hand
// into a member buffer: no allocation and no locale on the request path.
class UtcText {
 public:
  enum class Fraction : std::size_t { kNone = 0, kMilliseconds = 3, kMicroseconds = 6 };

  UtcText(std::chrono::system_clock::time_point time, Fraction fraction);

  std::string_view view() const { return {text_.data(), size_}; }
  // "2026-11-22"
  std::string_view day() const { return {text_.data(), 10}; }
  std::string ToString() const { return std::string(view()); }

 private:
  std::array<char, 28> text_{};
  std::size_t size_ = 0;
};

}  // namespace onbehalf::service
