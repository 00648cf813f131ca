#include "words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "command_line.h"

namespace onbehalf::cli {
namespace {

constexpr std::array<std::string_view, 6> kGlobalOptions = {"--server", "--pipe",  "--timeout",
                                                            "--level",  "--trust", "--json"};

}  // namespace

void Refuse(const std::string& what) { throw UsageError(what); }

bool IsGlobalOption(std::string_view word) {
  return std::find(kGlobalOptions.begin(), kGlobalOptions.end(), word.substr(0, word.find('='))) !=
         kGlobalOptions.end();
}

void RefuseExtra(const std::string& command, const std::string& word) {
  if (IsGlobalOption(word)) {
    Refuse(word + " stands before the command: onbehalf " + word + " … " + command);
  }
  Refuse("'" + command + "' does not take '" + word + "'");
}

std::int64_t ParseNumber(const std::string& what, const std::string& kind, const std::string& text,
                         std::int64_t smallest, std::int64_t largest) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < smallest || value > largest) {
    Refuse(what + " is a number" + kind + " from " + std::to_string(smallest) + " to " +
           std::to_string(largest) + ", not '" + text + "'");
  }
  return value;
}

const std::string& Words::TakeValueOf(const std::string& option, std::string_view example) {
  if (AtEnd() || AtOption()) Refuse(option + " needs a value: " + option + " " + std::string(example));
  return Take();
}

}  // namespace onbehalf::cli
