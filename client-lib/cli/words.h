#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onbehalf::cli {

struct Command;

// Throws UsageError.
[[noreturn]] void Refuse(const std::string& what);
// A word after the command that the command does not take. Throws UsageError.
[[noreturn]] void RefuseExtra(const std::string& command, const std::string& word);

// "a, b or c".
std::string Enumerated(std::span<const std::string_view> names);

// The words of "a|b"; none of a text without "|" or with a space, "PARAMS | -".
std::vector<std::string_view> ChoicesOf(std::string_view value);

// A whole number from `smallest` to `largest` for `what` ("--timeout", "VERSION"). Throws UsageError, which
// says what it counts: "--timeout is a number of milliseconds from 1 to 5, not 'x'" for kind " of
// milliseconds".
std::int64_t ParseNumber(const std::string& what, const std::string& kind, const std::string& text,
                         std::int64_t smallest, std::int64_t largest);
// From a millisecond to a day, longer than any service would work on a request.
std::chrono::milliseconds ParseMilliseconds(const std::string& what, const std::string& text);

// The value of the one of `choices` that `text` is. Throws UsageError: "--trust is service, same-user or any,
// not 'x'".
template <typename Value>
Value ParseChoice(const std::string& what, const std::string& text,
                  std::initializer_list<std::pair<std::string_view, Value>> choices) {
  std::vector<std::string_view> words;
  for (const auto& [word, value] : choices) {
    if (text == word) return value;
    words.push_back(word);
  }
  Refuse(what + " is " + Enumerated(words) + ", not '" + text + "'");
}

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
  // Whether the next word is this one.
  bool At(std::string_view word) const { return !AtEnd() && Peek() == word; }
  // The word after `option`. Throws UsageError, with `example` for it.
  const std::string& TakeValueOf(const std::string& option, std::string_view example);

 private:
  std::span<const std::string> words_;
  std::size_t next_ = 0;
};

// What was given to a command, as the command has it.
struct Given {
  std::string command;                                      // its name
  std::vector<std::string> words;                           // that are no options
  std::map<std::string, std::string, std::less<>> options;  // without a value: the empty text

  bool Has(std::string_view option) const { return options.find(option) != options.end(); }
  // nullopt of what was not given.
  std::optional<std::string> Word(std::size_t index) const;
  std::optional<std::string> ValueOf(std::string_view option) const;
  // As ParseNumber.
  std::optional<std::int64_t> NumberOf(const std::string& option, const std::string& kind,
                                       std::int64_t smallest, std::int64_t largest) const;
};

// All words that are left; options may stand anywhere among them. Throws UsageError for what the command does
// not take and for what is missing.
Given TakeAll(Words& words, const Command& command);

}  // namespace onbehalf::cli
