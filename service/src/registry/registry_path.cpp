#include "registry/registry_path.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "onbehalf/protocol/ascii.h"
#include "onbehalf/protocol/utf8.h"
#include "text/sid_text.h"

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
  std::string_view below;
  bool is_callers;
};
constexpr std::array<Root, 5> kRoots{
    {{"HKLM", "HKEY_LOCAL_MACHINE", Tree::kMachine, "", false},
     {"HKCU", "HKEY_CURRENT_USER", Tree::kUsers, "", true},
     {"HKCR", "HKEY_CLASSES_ROOT", Tree::kMachine, "Software\\Classes", false},
     {"HKU", "HKEY_USERS", Tree::kUsers, "", false},
     {"HKCC", "HKEY_CURRENT_CONFIG", Tree::kMachine, "System\\CurrentControlSet\\Hardware Profiles\\Current",
      false}}};

// The places of 32-bit programs in HKEY_LOCAL_MACHINE\Software ("Registry Keys Affected by WOW64").
constexpr std::array<std::string_view, 3> k32BitKeys{
    {"Software\\Wow6432Node", "Software\\Wow6432Node\\Classes", "Software\\Classes\\Wow6432Node"}};

const Root* FindRoot(std::string_view name) {
  const auto found = std::find_if(kRoots.begin(), kRoots.end(), [name](const Root& root) {
    return protocol::IsSameIgnoringAsciiCase(name, root.short_name) ||
           protocol::IsSameIgnoringAsciiCase(name, root.long_name);
  });
  return found == kRoots.end() ? nullptr : &*found;
}

// What is wrong with the part after the root and its backslash.
std::optional<std::string> FaultOf(std::string_view path) {
  std::size_t levels = 0;
  for (std::size_t begin = 0; begin <= path.size(); ++levels) {
    const std::size_t end = std::min(path.find('\\', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    if (component.empty()) return "a key name is empty: expected names separated by single backslashes";
    if (protocol::Utf16Units(component) > kMaxComponentUnits) {
      return "a key name is longer than " + std::to_string(kMaxComponentUnits) + " UTF-16 units";
    }
    if (component.find('\0') != std::string_view::npos) return "a key name cannot contain NUL";
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
  if (root->is_callers) path.below = path.own_hive = SidText(caller).view();
  if (path.is_root) return path;
  const std::string_view rest = text.substr(backslash + 1);
  if (auto fault = FaultOf(rest)) return *std::move(fault);
  if (!path.below.empty()) path.below += '\\';
  path.below += rest;
  if (protocol::Utf16Units(path.below) > kMaxPathUnits) {
    return "the path is longer than " + std::to_string(kMaxPathUnits) +
           " UTF-16 units below HKEY_LOCAL_MACHINE or HKEY_USERS";
  }
  return path;
}

bool IsRootOrHive(const RegistryPath& path, KeyNameComparison is_same) {
  if (path.below.find('\\') == std::string::npos) return true;
  if (path.tree != Tree::kMachine) return false;
  const auto is = [&](std::string_view key) { return is_same(path.below, key); };
  return std::any_of(kRoots.begin(), kRoots.end(),
                     [&is](const Root& root) { return root.tree == Tree::kMachine && is(root.below); }) ||
         std::any_of(k32BitKeys.begin(), k32BitKeys.end(), is);
}

}  // namespace onbehalf::service
