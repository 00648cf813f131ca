#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "registry/registry_value.h"

namespace onbehalf::service {

// The position in a listing: all subkeys come before the values, both in the ordinal upper-case order of their names.
struct RegistryCursor {
  bool in_values = false;
  std::wstring name;  // the last returned name, in the registry's units, possibly invalid UTF-16
};

struct RegistryPage {
  struct Value {
    std::wstring name;
    std::size_t size = 0;  // bytes
    DWORD type = REG_NONE;
    std::optional<RegistryValue> value;  // nullopt: too large for a page
  };
  std::vector<std::wstring> keys;
  std::vector<Value> values;
  std::optional<RegistryCursor> next;  // nullopt: this is the last page
};

// Subkeys and values of `key` (which needs KEY_READ) after `after`: at most `max_entries`, with at most `max_bytes` of JSON, but
// at least one. Windows numbers subkeys and values, and adding or removing one changes the numbers; so each page is taken while
// the key does not change, according to RegNotifyChangeKeyValue. An entry that exists during all pages is in exactly one of
// them; one that is added or removed meanwhile is in one or none. Each page examines all names, but keeps only one more than it
// returns. nullopt: the key changed during every attempt. Throws win32::Win32Error, ERROR_CANCELLED if `stop` is requested.
std::optional<RegistryPage> ListRegistryKey(HKEY key, const std::optional<RegistryCursor>& after,
                                            std::size_t max_entries, std::size_t max_bytes,
                                            const std::stop_token& stop);

}  // namespace onbehalf::service
