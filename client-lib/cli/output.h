#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// Foreign text made safe for a terminal: control characters become \xNN, so that no name can move the cursor.
std::string Printable(std::string_view text);
// A JSON value on one line for people: strings without quotes, everything else as JSON.
std::string Display(const client::Json& value);

// Lines of cells; rows may be of different lengths.
using Rows = std::vector<std::vector<std::string>>;

// Columns that never become narrower, for rows that arrive in parts.
class AlignedColumns {
 public:
  // The rows as lines, two spaces between the columns.
  std::string Lines(const Rows& rows, std::size_t indent = 0);

 private:
  std::vector<std::size_t> widths_;
};

// All the rows in aligned columns.
std::string AlignedTable(const Rows& rows, std::size_t indent = 0);

}  // namespace onbehalf::cli
