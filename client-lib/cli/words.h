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
// Rejects a word after the command that the command does not take. Throws UsageError.
[[noreturn]] void RefuseExtra(const std::string& command, const std::string& word);

// "a, b or c".
std::string Enumerated(std::span<const std::string_view> names);

// The words of "a|b"; none if the text has no "|" or contains a space, as in "PARAMS | -".
std::vector<std::string_view> ChoicesOf(std::string_view value);

// A whole number from `smallest` to `largest` for `what` ("--timeout", "VERSION"). `kind` names the unit in
// the UsageError that it throws: "--timeout must be a number of milliseconds from 1 to 5, not 'x'" for " of
// milliseconds".
std::int64_t ParseNumber(const std::string& what, const std::string& kind, const std::string& text,
                         std::int64_t smallest, std::int64_t largest);
// From a millisecond to a day, which is longer than any service would work on a request.
std::chrono::milliseconds ParseMilliseconds(const std::string& what, const std::string& text);

// The value that `text` names among `choices`. Throws UsageError: "--trust must be service, same-user or any,
// not 'x'".
template <typename Value>
Value ParseChoice(const std::string& what, const std::string& text,
                  std::initializer_list<std::pair<std::string_view, Value>> choices) {
  std::vector<std::string_view> words;
  for (const auto& [word, value] : choices) {
    if (text == word) return value;
    words.push_back(word);
  }
  Refuse(what + " must be " + Enumerated(words) + ", not '" + text + "'");
}

// Reads the words of the command line one by one.
class Words {
 public:
  explicit Words(std::span<const std::string> words) : words_(words) {}
  bool AtEnd() const { return next_ == words_.size(); }
  // Peek and Take must not be called at the end.
  const std::string& Peek() const { return words_[next_]; }
  const std::string& Take() { return words_[next_++]; }
  std::size_t taken() const { return next_; }
  // Whether the next word is an option: it begins with "--".
  bool AtOption() const { return !AtEnd() && Peek().starts_with("--"); }
  // Whether the next word is this one.
  bool At(std::string_view word) const { return !AtEnd() && Peek() == word; }
  // The value after `option`. Throws UsageError, which shows `example`, if it is missing.
  const std::string& TakeValueOf(const std::string& option, std::string_view example);

 private:
  std::span<const std::string> words_;
  std::size_t next_ = 0;
};

// The words and options given to a command.
struct Given {
  std::string command;                                      // its name
  std::vector<std::string> words;                           // without the options
  std::map<std::string, std::string, std::less<>> options;  // empty text for one without a value

  bool Has(std::string_view option) const { return options.find(option) != options.end(); }
  // nullopt if it was not given.
  std::optional<std::string> Word(std::size_t index) const;
  std::optional<std::string> ValueOf(std::string_view option) const;
  // As ParseNumber.
  std::optional<std::int64_t> NumberOf(const std::string& option, const std::string& kind,
                                       std::int64_t smallest, std::int64_t largest) const;
};

// Takes all remaining words; options may be anywhere among them. Throws UsageError for what the command does
// not take and for what is missing.
Given TakeAll(Words& words, const Command& command);

}  // namespace onbehalf::cli
