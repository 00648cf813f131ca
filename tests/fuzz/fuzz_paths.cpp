// An accepted path parses to itself, its parents are valid paths, and no component of it has a meaning of its own to Windows. A
// pattern agrees with a plain search. Nothing throws.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "files/file_path.h"
#include "files/name_match.h"
#include "invariant.h"
#include "onbehalf/protocol/ascii.h"
#include "onbehalf/protocol/utf8.h"
#include "onbehalf/win32/sid.h"
#include "registry/registry_path.h"

namespace {

using namespace onbehalf::service;

void CheckComponent(std::string_view component) {
  ONBEHALF_INVARIANT(!component.empty() && component.back() != '.' && component.back() != ' ');
  for (const char c : component) {
    ONBEHALF_INVARIANT(static_cast<unsigned char>(c) >= 0x20);
    ONBEHALF_INVARIANT(std::string_view("/<>\"|?*").find(c) == std::string_view::npos);
  }
}

void CheckFilePath(std::string_view text, const FilePathRules& rules) {
  const auto parsed = FilePath::Parse(text, rules);
  if (const auto* fault = std::get_if<std::string>(&parsed)) {
    ONBEHALF_INVARIANT(!fault->empty());
    return;
  }
  const auto& path = std::get<FilePath>(parsed);
  ONBEHALF_INVARIANT(rules.network_paths || !path.text().starts_with("\\\\"));
  ONBEHALF_INVARIANT(rules.alternate_streams || !path.has_stream());
  ONBEHALF_INVARIANT(path.NtName().starts_with("\\??\\"));
  std::size_t left = text.size() + 2;
  for (std::optional<FilePath> each = path; each; each = each->Parent()) {
    ONBEHALF_INVARIANT(left-- != 0);
    const auto again = FilePath::Parse(each->text(), rules);
    ONBEHALF_INVARIANT(std::get<FilePath>(again).text() == each->text());
    ONBEHALF_INVARIANT(each->is_root() == each->Name().empty());
    if (!each->is_root()) CheckComponent(each->Name());
  }
}

void CheckRegistryPath(std::string_view text) {
  const auto caller = *onbehalf::win32::Sid::FromNumbers("S-1-5-21-1-2-3-1001");
  const auto parsed = ParseRegistryPath(text, RegistryView::k64, caller);
  if (const auto* fault = std::get_if<std::string>(&parsed)) {
    ONBEHALF_INVARIANT(!fault->empty());
    return;
  }
  const auto& path = std::get<RegistryPath>(parsed);
  ONBEHALF_INVARIANT(!path.below.starts_with('\\') && !path.below.ends_with('\\'));
  ONBEHALF_INVARIANT(path.below.find('\0') == std::string::npos);
  ONBEHALF_INVARIANT(path.own_hive.empty() || path.below.starts_with(path.own_hive));
  const bool is_root = IsRootOrHive(path, onbehalf::protocol::IsSameIgnoringAsciiCase);
  ONBEHALF_INVARIANT(!path.is_root || is_root);
  // The same key by its tree's name, where the levels that a root stands for count.
  if (text.size() > 512) return;
  const std::string tree = path.tree == RegistryPath::Tree::kMachine ? "HKLM" : "HKU";
  const auto again =
      ParseRegistryPath(path.below.empty() ? tree : tree + "\\" + path.below, RegistryView::k64, caller);
  ONBEHALF_INVARIANT(std::get<RegistryPath>(again).below == path.below);
  ONBEHALF_INVARIANT(
      IsRootOrHive(std::get<RegistryPath>(again), onbehalf::protocol::IsSameIgnoringAsciiCase) == is_root);
}

// The same with a table: whether the rest of the pattern matches the rest of the name.
bool MatchesPlainly(std::wstring_view pattern, std::wstring_view name) {
  const auto is = [name](std::size_t at, wchar_t first, wchar_t last) {
    return at < name.size() && name[at] >= first && name[at] <= last;
  };
  const auto units = [&](std::size_t at) -> std::size_t {
    return is(at, 0xD800, 0xDBFF) && is(at + 1, 0xDC00, 0xDFFF) ? 2 : 1;
  };
  // A star takes whole characters.
  std::vector<std::vector<bool>> fits(pattern.size() + 1, std::vector<bool>(name.size() + 1));
  for (std::size_t p = pattern.size() + 1; p-- > 0;) {
    for (std::size_t n = name.size() + 1; n-- > 0;) {
      if (p == pattern.size()) {
        fits[p][n] = n == name.size();
      } else if (pattern[p] == L'*') {
        fits[p][n] = fits[p + 1][n] || (n < name.size() && fits[p][n + units(n)]);
      } else if (n == name.size()) {
        fits[p][n] = false;
      } else if (pattern[p] == L'?') {
        fits[p][n] = fits[p + 1][n + units(n)];
      } else {
        fits[p][n] = pattern[p] == name[n] && fits[p + 1][n + 1];
      }
    }
  }
  return fits[0][0];
}

void CheckPattern(const std::uint8_t* data, std::size_t size) {
  // Few letters, so that they meet. A pattern has no half of a pair alone; a name may.
  constexpr std::wstring_view kOfPatterns[] = {L"*", L"?", L"A", L"B", L"\xD83D\xDE00"};
  constexpr std::wstring_view kOfNames[] = {L"A", L"B", L"\xD83D\xDE00", L"\xD83D", L"\xDE00"};
  std::wstring pattern;
  std::wstring name;
  for (std::size_t i = 0; i < size && i < 64; ++i) {
    if (data[i] < 0x80) {
      pattern += kOfPatterns[data[i] % std::size(kOfPatterns)];
    } else {
      name += kOfNames[data[i] % std::size(kOfNames)];
    }
  }
  ONBEHALF_INVARIANT(MatchesPattern(pattern, name) == MatchesPlainly(pattern, name));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CheckPattern(data, size);
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!onbehalf::protocol::IsUtf8(text)) return 0;
  CheckFilePath(text, {});
  CheckFilePath(text, {.network_paths = true, .alternate_streams = true});
  CheckRegistryPath(text);
  return 0;
}
