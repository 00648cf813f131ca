#include "registry/registry_path.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "onbehalf/win32/utf.h"

namespace onbehalf::service {
namespace {

using Tree = RegistryPath::Tree;

constexpr std::size_t kMostComponentUnits = 255;
constexpr std::size_t kMostLevels = 512;

struct Root {
  std::string_view short_name;
  std::string_view long_name;
  Tree tree;
  std::wstring_view below;
  bool is_callers;
};
constexpr std::array<Root, 5> kRoots{
    {{"HKLM", "HKEY_LOCAL_MACHINE", Tree::kMachine, L"", false},
     {"HKCU", "HKEY_CURRENT_USER", Tree::kUsers, L"", true},
     {"HKCR", "HKEY_CLASSES_ROOT", Tree::kMachine, L"Software\\Classes", false},
     {"HKU", "HKEY_USERS", Tree::kUsers, L"", false},
     {"HKCC", "HKEY_CURRENT_CONFIG", Tree::kMachine, L"System\\CurrentControlSet\\Hardware Profiles\\Current", false}}};

bool SameWord(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return upper(x) == upper(y); });
}

const Root* FindRoot(std::string_view name) {
  const auto found = std::find_if(kRoots.begin(), kRoots.end(), [name](const Root& root) {
    return SameWord(name, root.short_name) || SameWord(name, root.long_name);
  });
  return found == kRoots.end() ? nullptr : &*found;
}

// What is wrong with what stands behind the root and its backslash.
std::optional<std::string> FaultOf(std::wstring_view path) {
  std::size_t levels = 0;
  for (std::size_t begin = 0; begin <= path.size(); ++levels) {
    const std::size_t end = std::min(path.find(L'\\', begin), path.size());
    const std::wstring_view component = path.substr(begin, end - begin);
    if (component.empty()) return "a key's name is empty: expected names with one backslash between them";
    if (component.size() > kMostComponentUnits) {
      return "a key's name is longer than " + std::to_string(kMostComponentUnits) + " UTF-16 units";
    }
    if (component.find(L'\0') != std::wstring_view::npos) return "a key's name cannot have a NUL in it";
    begin = end + 1;
  }
  if (levels > kMostLevels) return "there are more than " + std::to_string(kMostLevels) + " levels";
  return std::nullopt;
}

}  // namespace

std::variant<RegistryPath, std::string> ParseRegistryPath(std::string_view text, RegistryView view,
                                                          const win32::Sid& caller) {
  const std::size_t backslash = text.find('\\');
  const Root* const root = FindRoot(text.substr(0, backslash));
  if (root == nullptr) {
    return "expected a root (HKLM, HKCU, HKCR, HKU, HKCC or the long name) and the names of keys, with backslashes "
           "between them";
  }
  RegistryPath path;
  path.tree = root->tree;
  path.below = root->below;
  path.view = view;
  path.is_root = backslash == std::string_view::npos;
  if (root->is_callers) path.below = path.own_hive = win32::ToWide(caller.ToString());
  if (path.is_root) return path;
  const std::wstring rest = win32::ToWide(text.substr(backslash + 1));
  if (auto fault = FaultOf(rest)) return *std::move(fault);
  if (!path.below.empty()) path.below += L'\\';
  path.below += rest;
  return path;
}

}  // namespace onbehalf::service
