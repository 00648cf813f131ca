#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

#include "access/access_rights.h"
#include "access/known_accounts.h"
#include "onbehalf/win32/access_entry.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::test {

// An EntryReader for systems other than Windows: accepts what ToSddl writes, and GA, GX, GR and GW in any
// order; refuses everything else.
inline std::variant<win32::AccessEntry, std::string> ReadPlainEntry(std::string_view text) {
  const std::string refusal = "is not written as ToSddl writes it";
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return refusal;
  text = text.substr(1, text.size() - 2);
  std::array<std::string_view, 6> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t end = i + 1 == fields.size() ? text.size() : text.find(';');
    if (end == std::string_view::npos) return refusal;
    fields[i] = text.substr(0, end);
    text.remove_prefix(i + 1 == fields.size() ? end : end + 1);
  }
  const auto [type, flags, rights, object, inherited, account] = fields;
  if ((type != "A" && type != "D") || !flags.empty() || !object.empty() || !inherited.empty()) return refusal;

  win32::AccessMask mask = 0;
  if (rights.starts_with("0x")) {
    const char* const end = rights.data() + rights.size();
    const auto read = std::from_chars(rights.data() + 2, end, mask, 16);
    if (read.ec != std::errc() || read.ptr != end) return refusal;
  } else {
    for (std::size_t i = 0; i < rights.size(); i += 2) {
      const std::string_view word = rights.substr(i, 2);
      if (word == "GA") {
        mask |= service::kAllRights;
      } else if (word == "GX") {
        mask |= service::kCall;
      } else if (word == "GR") {
        mask |= service::kSee;
      } else if (word == "GW") {
        mask |= service::kManage;
      } else {
        return refusal;
      }
    }
  }

  auto sid = win32::Sid::FromNumbers(account);
  for (const char* known :
       {"S-1-5-18", "S-1-5-32-544", "S-1-5-32-545", "S-1-5-11", "S-1-1-0", "S-1-5-7", "S-1-5-32-546",
        "S-1-5-4", "S-1-5-2", "S-1-5-6", "S-1-3-4", "S-1-5-19", "S-1-5-20"}) {
    if (sid) break;
    const auto candidate = win32::Sid::FromNumbers(known);
    if (service::AccountWord(*candidate) == account) sid = candidate;
  }
  if (!sid) return refusal;
  const std::uint8_t kind = type == "A" ? win32::AccessEntry::kAllows : win32::AccessEntry::kDenies;
  return win32::AccessEntry{kind, 0, mask, *sid};
}

}  // namespace onbehalf::test
