#include "access/sddl_entries.h"

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/win32_error.h"
#include "printable.h"

namespace onbehalf::cli {
namespace {

// The rights of a node, see docs/access.md. A stored descriptor may express them as SDDL's generic rights.
constexpr ACCESS_MASK kCall = 0x0001;                // GX
constexpr ACCESS_MASK kSee = 0x0002 | READ_CONTROL;  // GR
constexpr ACCESS_MASK kManage = WRITE_DAC;           // GW

ACCESS_MASK Mapped(ACCESS_MASK mask) {
  GENERIC_MAPPING mapping = {kSee, kManage, kCall, kCall | kSee | kManage};
  ::MapGenericMask(&mask, &mapping);
  return mask;
}

std::string RightsOf(std::string_view node, ACCESS_MASK mask) {
  mask = Mapped(mask);
  std::string words;
  const auto add = [&](ACCESS_MASK right, std::string_view word) {
    if ((mask & right) != right) return;
    mask &= ~right;
    words += (words.empty() ? "" : ", ") + std::string(word);
  };
  add(kCall, node == kPipeNode ? "connect" : "call");
  add(kSee, "see");
  add(kManage, "manage");
  if (mask != 0 || words.empty()) {
    char rest[16];
    std::snprintf(rest, sizeof rest, "0x%lx", static_cast<unsigned long>(mask));
    words += (words.empty() ? "" : ", ") + std::string(rest);
  }
  return words;
}

std::string TypeOf(const win32::AccessEntry& entry) {
  if (entry.denies()) return "deny";
  return entry.allows() ? "allow" : "type " + std::to_string(entry.type);
}

std::optional<OwnEntries> Read(std::string_view node, std::string_view sddl, win32::AccountNames& names) {
  OwnEntries own;
  try {
    const auto descriptor = win32::SecurityDescriptor::FromSddl(sddl);
    own.is_protected = descriptor.IsProtected();
    for (const win32::AccessEntry& entry : descriptor.Dacl()) {
      own.entries.push_back({TypeOf(entry), Printable(names.Display(entry.sid)), RightsOf(node, entry.mask)});
    }
  } catch (const win32::Win32Error&) {
    return std::nullopt;
  }
  return own;
}

}  // namespace

ReadEntries EntriesFromSddl(win32::AccountNames& names) {
  return [&names](std::string_view node, std::string_view sddl) { return Read(node, sddl, names); };
}

}  // namespace onbehalf::cli
