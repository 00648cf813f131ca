#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// This program's standard output and standard error, as UTF-8 with LF line ends. Sets the console's code page
// to UTF-8 while it exists and restores it afterwards, also when Ctrl+C ends the program. One instance at a
// time; one thread.
class Output {
 public:
  explicit Output(bool json);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool json() const { return json_; }
  // A result: `value` as one line of JSON with --json, else `text`.
  void Result(const client::Json& value, std::string_view text);
  // The same for one more piece of an unbounded result. False if standard output has no reader any more.
  [[nodiscard]] bool Continue(std::string_view text);
  // Everything else.
  void Error(std::string_view text);
  // The width of standard error's console in columns; nullopt if it is not a console.
  std::optional<std::size_t> ErrorColumns() const;

 private:
  bool json_;
};

// Restores the console, for code that ends the program while an Output exists. Any thread.
void PutBackCodePage();

}  // namespace onbehalf::cli
