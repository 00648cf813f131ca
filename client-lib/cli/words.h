#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command_table.h"

namespace onbehalf::cli {

// Throws UsageError.
[[noreturn]] void Refuse(const std::string& what);

// Whether `word` is one of the options that stand before the command, with or without "=VALUE".
bool IsGlobalOption(std::string_view word);
// A word after the command that the command does not take. Throws UsageError.
[[noreturn]] void RefuseExtra(const std::string& command, const std::string& word);

// A whole number from `smallest` to `largest` for `what` ("--timeout", "VERSION"). Throws UsageError, which
// says what it counts: "--timeout is a number of milliseconds from 1 to 5, not 'x'" for kind " of
// milliseconds".
std::int64_t ParseNumber(const std::string& what, const std::string& kind, const std::string& text,
                         std::int64_t smallest, std::int64_t largest);

// The words of the command line, one after the other.
class Words {
 public:
  explicit Words(std::span<const std::string> words) : words_(words) {}
  bool AtEnd() const { return next_ == words_.size(); }
  // Neither at the end.
  const std::string& Peek() const { return words_[next_]; }
  const std::string& Take() { return words_[next_++]; }
  std::size_t taken() const { return next_; }
  // Whether an option comes next: a word that begins with "--".
  bool AtOption() const { return !AtEnd() && Peek().starts_with("--"); }
  // The word after `option`. Throws UsageError, with `example` for it.
  const std::string& TakeValueOf(const std::string& option, std::string_view example);

 private:
  std::span<const std::string> words_;
  std::size_t next_ = 0;
};

// What was given to a command, as its entry in the table has it.
struct Given {
  std::vector<std::string> words;                           // that are no options
  std::map<std::string, std::string, std::less<>> options;  // without a value: the empty text

  bool Has(std::string_view option) const { return options.find(option) != options.end(); }
  // Only of an option that was given.
  const std::string& ValueOf(std::string_view option) const { return options.find(option)->second; }
};

// All words that are left; options may stand anywhere among them. Throws UsageError for what the command does
// not take and for what is missing.
Given TakeAll(Words& words, const CommandInfo& command);

}  // namespace onbehalf::cli
