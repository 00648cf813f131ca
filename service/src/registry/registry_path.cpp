#include "registry/registry_path.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "onbehalf/protocol/ascii.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {
namespace {

using Tree = RegistryPath::Tree;

constexpr std::size_t kMaxComponentUnits = 255;
constexpr std::size_t kMaxLevels = 512;
// The capacity of a UNICODE_STRING without terminator. RtlInitUnicodeString (used by Win32) truncates longer strings.
constexpr std::size_t kMaxPathUnits = 32'766;

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
     {"HKCC", "HKEY_CURRENT_CONFIG", Tree::kMachine, L"System\\CurrentControlSet\\Hardware Profiles\\Current",
      false}}};

// The places of 32-bit programs in HKEY_LOCAL_MACHINE\Software ("Registry Keys Affected by WOW64").
constexpr std::array<std::wstring_view, 3> k32BitKeys{
    {L"Software\\Wow6432Node", L"Software\\Wow6432Node\\Classes", L"Software\\Classes\\Wow6432Node"}};

bool SameKey(std::wstring_view a, std::wstring_view b) {
  return ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()),
                                TRUE) == CSTR_EQUAL;
}

const Root* FindRoot(std::string_view name) {
  const auto found = std::find_if(kRoots.begin(), kRoots.end(), [name](const Root& root) {
    return protocol::IsSameIgnoringAsciiCase(name, root.short_name) ||
           protocol::IsSameIgnoringAsciiCase(name, root.long_name);
  });
  return found == kRoots.end() ? nullptr : &*found;
}

// What is wrong with the part after the root and its backslash.
std::optional<std::string> FaultOf(std::wstring_view path) {
  std::size_t levels = 0;
  for (std::size_t begin = 0; begin <= path.size(); ++levels) {
    const std::size_t end = std::min(path.find(L'\\', begin), path.size());
    const std::wstring_view component = path.substr(begin, end - begin);
    if (component.empty()) return "a key name is empty: expected names separated by single backslashes";
    if (component.size() > kMaxComponentUnits) {
      return "a key name is longer than " + std::to_string(kMaxComponentUnits) + " UTF-16 units";
    }
    if (component.find(L'\0') != std::wstring_view::npos) return "a key name cannot contain NUL";
    begin = end + 1;
  }
  if (levels > kMaxLevels) return "the path has more than " + std::to_string(kMaxLevels) + " levels";
  return std::nullopt;
}

}  // namespace

std::variant<RegistryPath, std::string> ParseRegistryPath(std::string_view text, RegistryView view,
                                                          const win32::Sid& caller) {
  const std::size_t backslash = text.find('\\');
  const Root* const root = FindRoot(text.substr(0, backslash));
  if (root == nullptr) {
    return "expected a root (HKLM, HKCU, HKCR, HKU, HKCC or the long name) and key names, separated by "
           "backslashes";
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
  if (path.below.size() > kMaxPathUnits) {
    return "the path is longer than " + std::to_string(kMaxPathUnits) +
           " UTF-16 units below HKEY_LOCAL_MACHINE or HKEY_USERS";
  }
  return path;
}

bool IsRootOrHive(const RegistryPath& path) {
  if (path.below.find(L'\\') == std::wstring::npos) return true;
  if (path.tree != Tree::kMachine) return false;
  const auto is = [&path](std::wstring_view key) { return SameKey(path.below, key); };
  return std::any_of(kRoots.begin(), kRoots.end(),
                     [&is](const Root& root) { return root.tree == Tree::kMachine && is(root.below); }) ||
         std::any_of(k32BitKeys.begin(), k32BitKeys.end(), is);
}

}  // namespace onbehalf::service
