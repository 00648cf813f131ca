#include "database/sql_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "onbehalf/protocol/ascii.h"

namespace onbehalf::service {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Expects lower case.
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

// Runs of letters. A digit ends one, so a name with a digit may yield a false word but never hides a real one.
std::vector<std::string_view> WordsOf(std::string_view lower) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < lower.size();) {
    const std::size_t start = i;
    while (i < lower.size() && IsLetter(lower[i])) ++i;
    if (i != start) {
      words.push_back(lower.substr(start, i - start));
    } else {
      ++i;
    }
  }
  return words;
}

// 0x12, 1e5, 1begin: it depends on the database where such a number ends.
bool HasLetterAfterNumber(std::string_view lower) {
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (!protocol::IsAsciiDigit(lower[i])) continue;
    const bool in_name = i != 0 && (IsLetter(lower[i - 1]) || lower[i - 1] == '@' || lower[i - 1] == '#' ||
                                    lower[i - 1] == '$');
    while (i < lower.size() && (protocol::IsAsciiDigit(lower[i]) || lower[i] == '.')) ++i;
    if (!in_name && i < lower.size() && IsLetter(lower[i])) return true;
    // Skips the rest of a name.
    while (i < lower.size() && (IsLetter(lower[i]) || protocol::IsAsciiDigit(lower[i]))) ++i;
  }
  return false;
}

template <std::size_t kSize>
bool IsOneOf(const std::array<std::string_view, kSize>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// `set` directly after UPDATE (upsert, MERGE) belongs to the statement, as does one `set` in an UPDATE; so does
// `into` after INSERT and MERGE.
bool BelongsToItsStatement(const std::vector<std::string_view>& words, std::size_t at, bool& update_has_set) {
  const std::string_view before = words[at - 1];
  if (words[at] == "into") {
    // SQLite's INSERT OR REPLACE INTO.
    return before == "insert" || before == "merge" || (at == 3 && words[0] == "insert" && words[1] == "or");
  }
  if (before == "update" && at > 1) return true;
  return words[0] == "update" && !std::exchange(update_has_set, true);
}

// What is outside of strings, quoted names and comments, as SQLite parses them.
std::string OutsideOfQuotes(std::string_view lower) {
  std::string outside;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char c = lower[i];
    std::string_view end;
    if (c == '\'' || c == '"' || c == '`') {
      end = lower.substr(i, 1);
    } else if (c == '[') {
      end = "]";
    } else if (lower.substr(i, 2) == "--") {
      end = "\n";
    } else if (lower.substr(i, 2) == "/*") {
      end = "*/";
      ++i;
    }
    if (end.empty()) {
      outside += c;
      continue;
    }
    outside += ' ';
    const std::size_t found = lower.find(end, i + 1);
    if (found == std::string_view::npos) break;
    i = found + end.size() - 1;
  }
  return outside;
}

bool OpensFiles(std::string_view lower) {
  const std::string outside = OutsideOfQuotes(lower);
  const auto words = WordsOf(outside);
  const auto has = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  return has("attach") || (has("vacuum") && has("into"));
}

}  // namespace

bool LeavesNothingBehind(std::string_view sql) {
  const std::size_t start = sql.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return false;
  sql.remove_prefix(start);
  const std::string lower = protocol::AsciiLower(sql.substr(0, sql.find_last_not_of("; \t\r\n") + 1));
  // := is MySQL's assignment to a session variable.
  if (lower.find(';') != std::string::npos || lower.find(":=") != std::string::npos) return false;
  if (HasLetterAfterNumber(lower)) return false;
  const auto words = WordsOf(lower);
  constexpr std::array<std::string_view, 7> kRows{"select", "insert", "update", "delete",
                                                  "merge",  "values", "with"};
  if (words.empty() || !lower.starts_with(words.front()) || !IsOneOf(kRows, words.front())) return false;
  // A longer name: T-SQL treats one at the beginning as a procedure call.
  const std::size_t end = words.front().size();
  if (end < lower.size() && (protocol::IsAsciiDigit(lower[end]) ||
                             std::string_view("@#$").find(lower[end]) != std::string_view::npos ||
                             static_cast<unsigned char>(lower[end]) >= 0x80)) {
    return false;
  }
  // T-SQL keywords that begin a second statement with lasting effect. UPDATE STATISTICS has no SET clause.
  constexpr std::array<std::string_view, 14> kOthers{"begin", "commit",  "create",     "dbcc",   "declare",
                                                     "exec",  "execute", "open",       "revert", "rollback",
                                                     "save",  "setuser", "statistics", "use"};
  constexpr std::array<std::string_view, 6> kFunctions{"advisory",   "get_lock", "release_lock",
                                                       "set_config", "setseed",  "dblink_connect"};
  bool update_has_set = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "set" || word == "into") {
      if (!BelongsToItsStatement(words, i, update_has_set)) return false;
      continue;
    }
    if (IsOneOf(kOthers, word)) return false;
    if (std::any_of(kFunctions.begin(), kFunctions.end(), [&](std::string_view function) {
          return word.find(function) != std::string_view::npos;
        })) {
      return false;
    }
  }
  return true;
}

std::string FaultOfSqliteText(std::string_view sql, bool as_caller) {
  const std::string lower = protocol::AsciiLower(sql);
  // The driver removes escapes ({fn …}) and unknown characters, which may leave a word that was not in the text. So
  // names are searched for in all characters that can be part of one, and words both with and without what the driver
  // may remove.
  std::string name;
  std::string reduced;
  for (const char c : lower) {
    if (IsLetter(c) || protocol::IsAsciiDigit(c)) name += c;
    if (static_cast<unsigned char>(c) < 0x80 && c != '{' && c != '}') reduced += c;
  }
  // writable_schema: a view in an edited schema could call functions that no text names.
  for (const char* one : {"load_extension", "writable_schema", "fts3_tokenizer"}) {
    if (name.find(one) != std::string::npos)
      return std::string(one) + " cannot be used: it runs native code in the service";
  }
  if (as_caller) return {};
  for (const char* one : {"blob_import", "blob_export"}) {
    if (name.find(one) != std::string::npos) {
      return std::string(one) + " cannot be used: it would open a file as the service";
    }
  }
  if (OpensFiles(lower) || OpensFiles(reduced)) {
    return "ATTACH and VACUUM INTO cannot be used: they would open a file as the service";
  }
  return {};
}

}  // namespace onbehalf::service
