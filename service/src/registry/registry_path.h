#pragma once

#include <array>
#include <string>
#include <string_view>
#include <variant>

#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// Which view of a key that 64-bit and 32-bit programs see differently (KEY_WOW64_64KEY, KEY_WOW64_32KEY).
enum class RegistryView { k64, k32 };
constexpr std::array<std::string_view, 2> NamesOf(RegistryView) { return {"64", "32"}; }

// A key named by a caller: a place in one of the two real trees. The other roots are places in these:
//   HKEY_CURRENT_USER    HKEY_USERS\<SID of the caller>
//   HKEY_CLASSES_ROOT    HKEY_LOCAL_MACHINE\Software\Classes: the machine's classes only. Windows' merged view belongs to the
//                        account that first opened it in the process
//   HKEY_CURRENT_CONFIG  HKEY_LOCAL_MACHINE\System\CurrentControlSet\Hardware Profiles\Current
// Their predefined handles are never used: Windows opens each once for the whole process and keeps it, so one caller would get
// what another's token opened (RegOpenKeyExW, "Remarks"; RegDisablePredefinedCache).
struct RegistryPath {
  enum class Tree { kMachine, kUsers };

  Tree tree = Tree::kMachine;
  std::string below;  // UTF-8, without leading or trailing backslashes; empty for the tree's own root
  RegistryView view = RegistryView::k64;
  bool is_root = false;  // the path is only a root's name
  std::string own_hive;  // for HKEY_CURRENT_USER: the first component of `below`
};

// Parses "HKLM\Software\Contoso" or "HKEY_LOCAL_MACHINE\Software\Contoso"; roots in any case. Returns what is wrong with an
// invalid path: an unknown root, an empty component, one of more than 255 UTF-16 units, more than 512 levels (Windows' limits:
// "Registry Element Size Limits"), a NUL, more than 32,766 units below the tree's root (Windows' functions would truncate the
// rest). `text` is valid UTF-8.
std::variant<RegistryPath, std::string> ParseRegistryPath(std::string_view text, RegistryView view,
                                                          const win32::Sid& caller);

// Whether two names of keys are the same to Windows, which has its own table for upper case (IsSameKeyName).
using KeyNameComparison = bool (*)(std::string_view, std::string_view);

// Whether the key, however it was named, is a root, the place of a root in either view, or directly below a tree: a hive, with
// everything that an account or a part of Windows has.
bool IsRootOrHive(const RegistryPath& path, KeyNameComparison is_same);

}  // namespace onbehalf::service
