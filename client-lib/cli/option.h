#pragma once

#include <string_view>

namespace onbehalf::cli {

class Candidates;

// Offers completions for the word being typed.
using Completer = void (*)(Candidates& candidates);

// A word after a command that is not an option.
struct Operand {
  std::string_view name;          // for people: "NODE", or "a|b" for one of these words
  Completer completer = nullptr;  // for one that is not a choice of words
  bool is_optional = false;
  bool is_repeated = false;  // any number of them; only the last one may be
};

struct OptionInfo {
  std::string_view name;          // "--level"
  std::string_view value = {};    // the name of its value, as for an operand; empty: takes none
  std::string_view example = {};  // a sample value
  std::string_view summary = {};
  bool is_required = false;
  Completer completer = nullptr;  // for a value that is not a choice of words
};

}  // namespace onbehalf::cli
