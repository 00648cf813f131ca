#pragma once

#include <string_view>

namespace onbehalf::cli {

class Candidates;

// Offers what the word that is being typed may become.
using Completer = void (*)(Candidates& candidates);

// A word behind a command that is no option.
struct Operand {
  std::string_view name;          // for people: "NODE", or "a|b" for one of these words
  Completer completer = nullptr;  // of one that is not one of given words
  bool is_optional = false;
  bool is_repeated = false;  // any number of them; of the last one only
};

struct OptionInfo {
  std::string_view name;          // "--level"
  std::string_view value = {};    // what follows it, for people, as of an operand; empty: nothing
  std::string_view example = {};  // of a value
  std::string_view summary = {};
  bool is_required = false;
  Completer completer = nullptr;  // of a value that is not one of given words
};

}  // namespace onbehalf::cli
