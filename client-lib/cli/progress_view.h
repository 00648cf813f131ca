#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Formats a call's progress for standard error. Returns the text to write and writes nothing itself. One
// call, one thread.
//
// These values say how far a call has got: {done, total}, {percent} or {percentage}, each with an optional
// `message`, and a number from 0 to 1 or from 0 to 100. On a terminal they become a bar that is redrawn,
// elsewhere a line for each new percent. The number 1 means 100% if a fraction came before it or if it is
// written as a fraction (1.0). Any other value becomes a line of JSON.
class ProgressView {
 public:
  // The unit of {done, total}.
  enum class Figures { kAny, kBytes };

  // `columns`: the terminal's width; nullopt without a terminal: everything is lines. `json`: every value
  // becomes a line {"progress": VALUE}.
  ProgressView(std::optional<std::size_t> columns, bool json, Figures figures = Figures::kAny)
      : columns_(columns), json_(json), figures_(figures) {}

  std::string Show(const client::Json& value);
  // Erases the bar, if there is one: call it before other output to the terminal and at the end.
  std::string Clear();

 private:
  struct Figure {
    double share;       // 0 to 1
    std::string label;  // "12/24" or "12.0 MiB/24.0 MiB", then the message
  };
  std::optional<Figure> FigureOf(const client::Json& value);
  std::string Draw(const std::string& text);

  std::optional<std::size_t> columns_;
  bool json_;
  Figures figures_;
  bool counts_to_one_ = false;  // a fraction was reported
  std::string shown_;           // the last value shown
  std::size_t drawn_ = 0;       // columns that the bar takes on the terminal
};

}  // namespace onbehalf::cli
