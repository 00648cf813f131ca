#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "registry/registry_path.h"
#include "registry/registry_value.h"

namespace onbehalf::service {

// Keys and values of the registry, as whoever the calling thread is: every key is opened anew with that token, and what is
// done is done with the handle. Symbolic links are followed as Windows follows them, except where it says otherwise. What
// Windows refuses is thrown as win32::Win32Error. Any thread.
//
// Where a path is of HKEY_CURRENT_USER, nullopt means that the caller's hive is not loaded: the account has no profile on
// this computer, or is nowhere logged on with it. RegOpenCurrentUser would give HKEY_USERS\.DEFAULT then, which is SYSTEM's.

// `access`: KEY_* without KEY_WOW64_*, which the path's view says.
std::optional<win32::UniqueRegistryKey> OpenRegistryKey(const RegistryPath& path, REGSAM access);

// Makes the key, and keys above it that are missing, where there is none; true when it was made. Keys that were made
// before Windows refused the next one stay. `is_volatile`: gone when the computer is restarted. Not for a tree's own root.
std::optional<bool> MakeRegistryKey(const RegistryPath& path, bool is_volatile);

// The path names a key that has others below it, which was not to be deleted with them: Windows says ERROR_ACCESS_DENIED.
struct HasSubkeys {};
// Removes a key with its values, and with `subkeys` all keys below it, deepest first; returns how many went. It is the link
// itself where the path ends in one, and where there is one below: what it points to stays. When Windows refuses a key on
// the way, those that went before stay gone. Throws win32::Win32Error(ERROR_CANCELLED) when `stop` is asked for meanwhile.
// Not for a root.
std::optional<std::variant<std::size_t, HasSubkeys>> DeleteRegistryKey(const RegistryPath& path, bool subkeys,
                                                                       const std::stop_token& stop);

// The value's bytes, or how many there are if that is more than `max_bytes`. `key` needs KEY_QUERY_VALUE.
std::variant<RegistryValue, std::size_t> QueryRegistryValue(HKEY key, const std::wstring& name,
                                                            std::size_t max_bytes);
// Writes exactly these bytes. `key` needs KEY_SET_VALUE.
void SetRegistryValue(HKEY key, const std::wstring& name, RegistryValue value);

// Has Windows set `event` at the next change in the key or, with `recursive`, below it. `key` needs KEY_NOTIFY. With the
// notification that a handle has first asked for Windows goes on until the handle is closed.
void AskForChange(HKEY key, bool recursive, HANDLE event);

}  // namespace onbehalf::service
