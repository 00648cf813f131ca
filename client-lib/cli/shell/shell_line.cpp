#include "shell/shell_line.h"

#include <cstddef>

#include "doctor/secrets.h"
#include "json_nesting.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "params.h"
#include "usage_error.h"

namespace onbehalf::cli::shell {
namespace {

using client::Json;

constexpr std::string_view kSpaces = " \t\r";

std::string_view WithoutSpaces(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

std::string_view TakeWord(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(kSpaces));
  text = WithoutSpaces(text.substr(word.size()));
  return word;
}

// The end of the JSON string, object or array that `text` begins with; npos if it has none.
std::size_t EndOfJson(std::string_view text) {
  JsonNesting nesting;
  for (std::size_t i = 0; i < text.size(); ++i) {
    nesting.Take(text[i]);
    if (!nesting.is_open()) return i + 1;
  }
  return std::string_view::npos;
}

// Consumes the value at the beginning of `rest`.
Json TakeValue(const std::string& name, std::string_view& rest) {
  if (rest.empty() || (rest[0] != '"' && rest[0] != '{' && rest[0] != '[')) {
    const std::string_view word = rest.substr(0, rest.find_first_of(kSpaces));
    rest.remove_prefix(word.size());
    Json value;
    return protocol::ParseJson(word, protocol::JsonLimits{}, value) ? Json(word) : value;
  }
  const std::size_t end = EndOfJson(rest);
  if (end == std::string_view::npos) {
    throw UsageError("the value of " + name + " is not terminated: " + std::string(rest));
  }
  const std::string_view text = rest.substr(0, end);
  rest.remove_prefix(end);
  if (!rest.empty() && kSpaces.find(rest[0]) == std::string_view::npos) {
    throw UsageError("a space is missing after the value of " + name + ": " + std::string(text));
  }
  // In an array, because ParseParams accepts only arrays and objects.
  return ParseParams("[" + std::string(text) + "]")[0];
}

Json TakeParams(std::string_view rest) {
  if (rest.empty()) return nullptr;
  if (rest[0] == '{' || rest[0] == '[') return ParseParams(rest);
  Json params = Json::object();
  while (!rest.empty()) {
    const std::size_t equals = rest.find('=');
    const std::string_view word = rest.substr(0, rest.find_first_of(kSpaces));
    if (equals == std::string_view::npos || equals == 0 || equals >= word.size()) {
      throw UsageError("'" + std::string(word) +
                       "' is not a parameter: write NAME=VALUE, or all of them as one JSON object");
    }
    const std::string name(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    if (params.contains(name)) throw UsageError("the parameter " + name + " is given twice");
    params[name] = TakeValue(name, rest);
    rest = WithoutSpaces(rest);
  }
  return params;
}

}  // namespace

Request ParseShellLine(std::string_view line) {
  std::string_view rest = WithoutSpaces(line);
  if (rest.empty()) return Nothing{};
  const std::string word(TakeWord(rest));
  if (word == "methods") {
    const std::string name(TakeWord(rest));
    if (!rest.empty())
      throw UsageError("'methods' takes one name, not '" + name + " " + std::string(rest) + "'");
    return ListMethods{name};
  }
  if (word == "help" || word == "quit" || word == "exit") {
    if (!rest.empty()) throw UsageError("'" + word + "' takes no operands, not '" + std::string(rest) + "'");
    if (word == "help") return Help{};
    return Quit{};
  }
  return CallMethod{word, TakeParams(rest)};
}

bool HoldsSecret(std::string_view line) {
  std::string_view rest = WithoutSpaces(line);
  TakeWord(rest);
  // Checks all of the line, because a value can hold a secret too: "Driver=…;Pwd=…".
  return doctor::LooksSecret(rest);
}

}  // namespace onbehalf::cli::shell
