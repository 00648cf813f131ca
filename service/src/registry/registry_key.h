#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "registry/registry_path.h"
#include "registry/registry_value.h"

namespace onbehalf::service {

// Registry keys and values, accessed as the account of the calling thread: every call opens the key with that token, and works
// on the handle. Symbolic links are followed as Windows follows them, except where noted. Windows failures are thrown as
// win32::Win32Error. Any thread.
//
// For a path in HKEY_CURRENT_USER, nullopt means that the caller's hive is not loaded: the account has no profile on this
// computer, or is not logged on anywhere with it. RegOpenCurrentUser would return HKEY_USERS\.DEFAULT then, which is SYSTEM's.

// Whether Windows takes both for one name of a key: a KeyNameComparison. Both are valid UTF-8.
bool IsSameKeyName(std::string_view a, std::string_view b);

// `access`: KEY_* without KEY_WOW64_*, which the path's view determines.
std::optional<win32::UniqueRegistryKey> OpenRegistryKey(const RegistryPath& path, REGSAM access);

// Creates the key, with missing keys above it, if it does not exist; returns true if it was created. Keys created before Windows
// refused the next one remain. `is_volatile`: removed when the computer restarts. Not for the root of a tree.
std::optional<bool> MakeRegistryKey(const RegistryPath& path, bool is_volatile);

// The key has subkeys but was not to be deleted with them: Windows returns ERROR_ACCESS_DENIED.
struct HasSubkeys {};
// Deletes a key with its values, and with `subkeys` all keys below it, deepest first; returns the number of deleted keys. A
// symbolic link is deleted itself, at the end of the path and below it: its target remains. If Windows refuses a key on the way,
// those already deleted remain deleted. Throws win32::Win32Error(ERROR_CANCELLED) if `stop` is requested. Not for a root.
std::optional<std::variant<std::size_t, HasSubkeys>> DeleteRegistryKey(const RegistryPath& path, bool subkeys,
                                                                       const std::stop_token& stop);

// The value, or its size in bytes if that is more than `max_bytes`. `key` needs KEY_QUERY_VALUE.
std::variant<RegistryValue, std::size_t> QueryRegistryValue(HKEY key, const std::wstring& name,
                                                            std::size_t max_bytes);
// Writes exactly these bytes. `key` needs KEY_SET_VALUE.
void SetRegistryValue(HKEY key, const std::wstring& name, RegistryValue value);

// Has Windows set `event` at the next change in the key or, with `recursive`, below it. `key` needs KEY_NOTIFY. Windows keeps
// the parameters of a handle's first call until the handle is closed.
void AskForChange(HKEY key, bool recursive, HANDLE event);

}  // namespace onbehalf::service
