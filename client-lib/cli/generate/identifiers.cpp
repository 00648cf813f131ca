#include "generate/identifiers.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace onbehalf::cli::generate {
namespace {

// Compilers accept longer names, but people cannot read them.
constexpr std::size_t kMaxCharacters = 120;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char ToLower(char c) { return IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
char ToUpper(char c) { return IsLower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

void NameType(Type& type, const std::string& wanted, NameScope& types) {
  if (type.IsNamed()) type.name = types.Take(wanted);
  for (Type& element : type.element) NameType(element, wanted + "Item", types);
  for (ApiMember& member : type.members) NameType(member.type, wanted + PascalCase(member.name), types);
}

}  // namespace

std::vector<std::string> WordsOf(std::string_view name) {
  std::vector<std::string> words;
  bool in_word = false;
  for (std::size_t i = 0; i < name.size() && words.size() < kMaxCharacters; ++i) {
    const char c = name[i];
    if (!IsLower(c) && !IsUpper(c) && !IsDigit(c)) {
      in_word = false;
      continue;
    }
    const char before = i == 0 ? ' ' : name[i - 1];
    const char after = i + 1 == name.size() ? ' ' : name[i + 1];
    const bool begins =
        IsUpper(c) && (IsLower(before) || IsDigit(before) || (IsUpper(before) && IsLower(after)));
    if (!in_word || begins) words.emplace_back();
    in_word = true;
    words.back() += ToLower(c);
  }
  if (words.empty() || IsDigit(words.front().front())) words.insert(words.begin(), "value");
  return words;
}

std::string PascalCase(std::string_view name) {
  std::string text;
  for (std::string& word : WordsOf(name)) {
    word.front() = ToUpper(word.front());
    text += word;
  }
  return text;
}

std::string CamelCase(std::string_view name) {
  std::string text = PascalCase(name);
  text.front() = ToLower(text.front());
  return text;
}

std::string SnakeCase(std::string_view name) {
  std::string text;
  for (const std::string& word : WordsOf(name)) text += (text.empty() ? "" : "_") + word;
  return text;
}

std::string NamespaceOf(std::string_view method) {
  const std::size_t point = method.find('.');
  return point == std::string_view::npos ? "other" : std::string(method.substr(0, point));
}

std::string NameInNamespace(std::string_view method) {
  const std::size_t point = method.find('.');
  return std::string(point == std::string_view::npos ? method : method.substr(point + 1));
}

bool IsQualifiedName(std::string_view name, std::string_view separator,
                     std::span<const std::string_view> reserved) {
  for (;;) {
    const std::size_t end = name.find(separator);
    const std::string_view part = name.substr(0, end);
    if (part.empty() || IsDigit(part.front()) ||
        std::find(reserved.begin(), reserved.end(), part) != reserved.end()) {
      return false;
    }
    if (!std::all_of(part.begin(), part.end(),
                     [](char c) { return IsLower(c) || IsUpper(c) || IsDigit(c) || c == '_'; })) {
      return false;
    }
    if (end == std::string_view::npos) return true;
    name.remove_prefix(end + separator.size());
  }
}

NameScope::NameScope(std::span<const std::string_view> reserved) {
  for (const std::string_view name : reserved) last_numbers_.try_emplace(std::string(name), 1);
}

std::string NameScope::Take(std::string wanted) {
  if (wanted.size() > kMaxCharacters) wanted.resize(kMaxCharacters);
  const auto [entry, is_new] = last_numbers_.try_emplace(wanted, 1);
  if (is_new) return wanted;
  for (;;) {
    std::string name = wanted + "_" + std::to_string(++entry->second);
    if (last_numbers_.try_emplace(name, 1).second) return name;
  }
}

void NameTypes(Api& api, NameScope& types) {
  for (ApiMethod& method : api.methods) {
    const std::string base = PascalCase(method.name);
    NameType(method.params, base + "Params", types);
    NameType(method.result, base + "Result", types);
    if (method.progress) NameType(method.progress->value, base + "Progress", types);
  }
}

}  // namespace onbehalf::cli::generate
