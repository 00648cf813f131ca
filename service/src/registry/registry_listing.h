#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "registry/registry_value.h"

namespace onbehalf::service {

// How far a listing has come: all subkeys come before the values, both in the ordinal upper-case order of their names.
struct RegistryCursor {
  bool in_values = false;
  std::wstring name;  // the last one that was given; of the registry's units, valid UTF-16 or not
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

// Subkeys and values of `key` (which needs KEY_READ) behind `after`: at most `max_entries`, and so many that their JSON is no
// longer than `max_bytes`, but at least one. Windows numbers subkeys and values, and the numbers change with every
// one that comes or goes; so each page is taken from a state of the key in which nothing has changed meanwhile, as
// RegNotifyChangeKeyValue says. What is there during all pages is in exactly one of them; what comes or goes meanwhile is in
// one or in none. All names are looked at for each page, and no more are kept than a page has and one.
// nullopt: the key has changed at every attempt. Throws win32::Win32Error, ERROR_CANCELLED when `stop` is asked for.
std::optional<RegistryPage> ListRegistryKey(HKEY key, const std::optional<RegistryCursor>& after,
                                            std::size_t max_entries, std::size_t max_bytes,
                                            const std::stop_token& stop);

}  // namespace onbehalf::service
