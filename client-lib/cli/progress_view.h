#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Shows a call's progress on standard error. Gives the text to write there and writes nothing itself. One
// call, one thread.
//
// How far a call is, is said by {done, total}, {percent} or {percentage} (each with a `message` if need be),
// a number from 0 to 1, or one from 0 to 100: on a terminal a bar that is drawn again, else a line for each
// percent that is new. A number 1 is the whole if a fraction came before it or if it is written as one (1.0).
// Any other value is a line of JSON.
class ProgressView {
 public:
  // What {done, total} count.
  enum class Figures { kAny, kBytes };

  // `columns`: the terminal's; nullopt: none, so that everything is in lines. `json`: every value is a line
  // {"progress": VALUE}.
  ProgressView(std::optional<std::size_t> columns, bool json, Figures figures = Figures::kAny)
      : columns_(columns), json_(json), figures_(figures) {}

  std::string Show(const client::Json& value);
  // Takes the bar away, if one is there: before anything else is written to the terminal, and at the end.
  std::string Clear();

 private:
  struct Figure {
    double share;       // 0 to 1
    std::string label;  // "12/24" or "12.0 MiB/24.0 MiB", and the message
  };
  std::optional<Figure> FigureOf(const client::Json& value);
  std::string Draw(const std::string& text);

  std::optional<std::size_t> columns_;
  bool json_;
  Figures figures_;
  bool counts_to_one_ = false;  // a fraction has come
  std::string shown_;           // the last figure
  std::size_t drawn_ = 0;       // columns of the bar on the terminal
};

}  // namespace onbehalf::cli
