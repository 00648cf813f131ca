#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Standard output and standard error of this program, as UTF-8 with LF line ends. While it lives a console
// shows UTF-8 (its code page is put back afterwards, also when Ctrl+C ends the program). One at a time; one thread.
class Output {
 public:
  explicit Output(bool json);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool json() const { return json_; }
  // A result: `value` as one line of JSON with --json, else `text`.
  void Result(const client::Json& value, std::string_view text);
  // The same, one more piece of a result that has no end. False when nobody reads standard output any more.
  [[nodiscard]] bool Continue(std::string_view text);
  // Everything else.
  void Error(std::string_view text);
  // How wide standard error's console is; nullopt: it is none.
  std::optional<std::size_t> ErrorColumns() const;

 private:
  bool json_;
};

// For who ends the program while an Output lives. Any thread.
void PutBackCodePage();

// Text of somebody else's, fit for a terminal: control characters become \xNN, so that nobody's name moves
// the cursor.
std::string Printable(std::string_view text);
// A JSON value in a line for people: strings without quotes, all others as JSON.
std::string Display(const client::Json& value);

// Lines of cells; rows may be of different lengths.
using Rows = std::vector<std::vector<std::string>>;

// Columns that stay as wide as they have been, for lines that come piece by piece.
class AlignedColumns {
 public:
  // The rows in lines, two spaces between the columns.
  std::string Lines(const Rows& rows, std::size_t indent = 0);

 private:
  std::vector<std::size_t> widths_;
};

// All the rows in aligned columns.
std::string AlignedTable(const Rows& rows, std::size_t indent = 0);

}  // namespace onbehalf::cli
