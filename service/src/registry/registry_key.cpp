#include "registry/registry_key.h"

// Needs <windows.h> before it.
#include <winternl.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

// Exported by ntdll.dll, documented as ZwOpenKey and ZwDeleteKey. The Win32 functions cannot open the root of a tree with the
// thread's own token (RegOpenKeyExW with an empty name returns the process's predefined handle again) or a subkey with a NUL in
// its name, nor delete by handle.
extern "C" {
NTSTATUS NTAPI NtOpenKey(HANDLE* key, ACCESS_MASK access, OBJECT_ATTRIBUTES* attributes);
NTSTATUS NTAPI NtDeleteKey(HANDLE key);
}

namespace onbehalf::service {
namespace {

using win32::UniqueRegistryKey;
using win32::Win32Error;

[[noreturn]] void Throw(LSTATUS code, const char* operation) {
  throw Win32Error(static_cast<DWORD>(code), operation);
}

void ThrowIfStopped(const std::stop_token& stop, const char* operation) {
  if (stop.stop_requested()) throw Win32Error(ERROR_CANCELLED, operation);
}

// Subkeys are opened relative to these with the thread's rights, regardless of the handle's own access.
HKEY PredefinedKey(const RegistryPath& path) {
  return path.tree == RegistryPath::Tree::kMachine ? HKEY_LOCAL_MACHINE : HKEY_USERS;
}

REGSAM ViewFlag(const RegistryPath& path) {
  return path.view == RegistryView::k64 ? KEY_WOW64_64KEY : KEY_WOW64_32KEY;
}

// `parent`: null for a name relative to the object manager's root.
UniqueRegistryKey OpenByObjectName(HANDLE parent, std::wstring name, REGSAM access, ULONG attributes) {
  const auto bytes = static_cast<USHORT>(name.size() * sizeof(wchar_t));
  UNICODE_STRING counted{bytes, bytes, name.data()};
  OBJECT_ATTRIBUTES object{};
  object.Length = sizeof(object);
  object.RootDirectory = parent;
  object.ObjectName = &counted;
  object.Attributes = OBJ_CASE_INSENSITIVE | attributes;
  HANDLE key = nullptr;
  const NTSTATUS status = ::NtOpenKey(&key, access, &object);
  if (status < 0) throw Win32Error(::RtlNtStatusToDosError(status), "NtOpenKey");
  return UniqueRegistryKey(static_cast<HKEY>(key));
}

bool IsHiveLoaded(const RegistryPath& path) {
  UniqueRegistryKey hive;
  // The hive is loaded even if the caller may not open its root.
  return ::RegOpenKeyExW(HKEY_USERS, win32::ToWide(path.own_hive).c_str(), 0, MAXIMUM_ALLOWED, hive.put()) !=
         ERROR_FILE_NOT_FOUND;
}

std::optional<UniqueRegistryKey> Open(const RegistryPath& path, REGSAM access, DWORD options) {
  if (path.below.empty()) {
    const bool machine = path.tree == RegistryPath::Tree::kMachine;
    return OpenByObjectName(nullptr, machine ? L"\\Registry\\Machine" : L"\\Registry\\User", access, 0);
  }
  UniqueRegistryKey key;
  const LSTATUS code = ::RegOpenKeyExW(PredefinedKey(path), win32::ToWide(path.below).c_str(), options,
                                       access | ViewFlag(path), key.put());
  if (code == ERROR_SUCCESS) return key;
  if (code == ERROR_FILE_NOT_FOUND && !path.own_hive.empty() && !IsHiveLoaded(path)) return std::nullopt;
  Throw(code, "RegOpenKeyExW");
}

// The first subkey; nullopt if there is none.
std::optional<std::wstring> FirstSubkey(HKEY key) {
  std::wstring name(256, L'\0');
  for (;;) {
    DWORD units = static_cast<DWORD>(name.size());
    const LSTATUS code = ::RegEnumKeyExW(key, 0, name.data(), &units, nullptr, nullptr, nullptr, nullptr);
    if (code == ERROR_NO_MORE_ITEMS) return std::nullopt;
    if (code == ERROR_SUCCESS) {
      name.resize(units);
      return name;
    }
    if (code != ERROR_MORE_DATA) Throw(code, "RegEnumKeyExW");
    name.resize(name.size() * 2);
  }
}

DWORD DeleteByHandle(const UniqueRegistryKey& key) {
  const NTSTATUS status = ::NtDeleteKey(key.get());
  return status < 0 ? ::RtlNtStatusToDosError(status) : ERROR_SUCCESS;
}

// Also false if the thread may not check.
bool HasVisibleSubkeys(const RegistryPath& path) {
  UniqueRegistryKey key;
  return ::RegOpenKeyExW(PredefinedKey(path), win32::ToWide(path.below).c_str(), REG_OPTION_OPEN_LINK,
                         KEY_ENUMERATE_SUB_KEYS | ViewFlag(path), key.put()) == ERROR_SUCCESS &&
         FirstSubkey(key.get()).has_value();
}

std::size_t DeleteTree(UniqueRegistryKey top, const std::stop_token& stop) {
  // From the top to the key being emptied; at most one handle per level.
  std::vector<UniqueRegistryKey> open;
  open.push_back(std::move(top));
  std::size_t deleted = 0;
  while (!open.empty()) {
    ThrowIfStopped(stop, "NtDeleteKey");
    if (auto name = FirstSubkey(open.back().get())) {
      open.push_back(OpenByObjectName(open.back().get(), *std::move(name), DELETE | KEY_ENUMERATE_SUB_KEYS,
                                      OBJ_OPENLINK));
      continue;
    }
    if (const DWORD code = DeleteByHandle(open.back()); code != ERROR_SUCCESS)
      throw Win32Error(code, "NtDeleteKey");
    open.pop_back();
    ++deleted;
  }
  return deleted;
}

}  // namespace

bool IsSameKeyName(std::string_view a, std::string_view b) {
  const std::wstring wide_a = win32::ToWide(a);
  const std::wstring wide_b = win32::ToWide(b);
  return ::CompareStringOrdinal(wide_a.data(), static_cast<int>(wide_a.size()), wide_b.data(),
                                static_cast<int>(wide_b.size()), TRUE) == CSTR_EQUAL;
}

std::optional<UniqueRegistryKey> OpenRegistryKey(const RegistryPath& path, REGSAM access) {
  return Open(path, access, 0);
}

std::optional<bool> MakeRegistryKey(const RegistryPath& path, bool is_volatile) {
  HKEY parent = PredefinedKey(path);
  std::string_view below = path.below;
  UniqueRegistryKey hive;
  if (!path.own_hive.empty()) {
    // Creating from the tree's root would create a missing hive. While this is open the hive stays loaded.
    const LSTATUS code =
        ::RegOpenKeyExW(parent, win32::ToWide(path.own_hive).c_str(), 0, MAXIMUM_ALLOWED, hive.put());
    if (code == ERROR_FILE_NOT_FOUND) return std::nullopt;
    if (code != ERROR_SUCCESS) Throw(code, "RegOpenKeyExW");
    parent = hive.get();
    below.remove_prefix(path.own_hive.size() + 1);
  }
  UniqueRegistryKey key;
  DWORD disposition = 0;
  // The access does not matter: only the key's existence does.
  const LSTATUS code = ::RegCreateKeyExW(parent, win32::ToWide(below).c_str(), 0, nullptr,
                                         is_volatile ? REG_OPTION_VOLATILE : REG_OPTION_NON_VOLATILE,
                                         MAXIMUM_ALLOWED | ViewFlag(path), nullptr, key.put(), &disposition);
  if (code != ERROR_SUCCESS) Throw(code, "RegCreateKeyExW");
  return disposition == REG_CREATED_NEW_KEY;
}

std::optional<std::variant<std::size_t, HasSubkeys>> DeleteRegistryKey(const RegistryPath& path, bool subkeys,
                                                                       const std::stop_token& stop) {
  auto key = Open(path, DELETE | (subkeys ? KEY_ENUMERATE_SUB_KEYS : 0U), REG_OPTION_OPEN_LINK);
  if (!key) return std::nullopt;
  if (subkeys) return DeleteTree(*std::move(key), stop);
  const DWORD code = DeleteByHandle(*key);
  if (code == ERROR_SUCCESS) return std::size_t{1};
  if (code == ERROR_ACCESS_DENIED && HasVisibleSubkeys(path)) return HasSubkeys{};
  throw Win32Error(code, "NtDeleteKey");
}

std::variant<RegistryValue, std::size_t> QueryRegistryValue(HKEY key, const std::wstring& name,
                                                            std::size_t max_bytes) {
  RegistryValue value;
  value.bytes.resize(std::min<std::size_t>(max_bytes, 1024));
  // Repeated while the value grows between two calls.
  for (;;) {
    auto size = static_cast<DWORD>(value.bytes.size());
    const LSTATUS code = ::RegQueryValueExW(key, name.c_str(), nullptr, &value.type,
                                            reinterpret_cast<BYTE*>(value.bytes.data()), &size);
    if (code != ERROR_SUCCESS && code != ERROR_MORE_DATA) Throw(code, "RegQueryValueExW");
    if (code == ERROR_SUCCESS) {
      value.bytes.resize(size);
      return value;
    }
    if (size > max_bytes) return size;
    value.bytes.resize(size);
  }
}

void SetRegistryValue(HKEY key, const std::wstring& name, RegistryValue value) {
  if (value.bytes.size() > std::numeric_limits<DWORD>::max())
    throw Win32Error(ERROR_INVALID_PARAMETER, "RegSetValueExW");
  const auto size = static_cast<DWORD>(value.bytes.size());
  // RegSetValueExW reads past a string without a terminator and includes a NUL that it finds there.
  value.bytes.append(sizeof(wchar_t), '\xFF');
  const LSTATUS code = ::RegSetValueExW(key, name.c_str(), 0, value.type,
                                        reinterpret_cast<const BYTE*>(value.bytes.data()), size);
  if (code != ERROR_SUCCESS) Throw(code, "RegSetValueExW");
}

void AskForChange(HKEY key, bool recursive, HANDLE event) {
  // Thread-agnostic: otherwise the notification would end with the pool thread that requested it.
  const LSTATUS code = ::RegNotifyChangeKeyValue(
      key, recursive, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_THREAD_AGNOSTIC, event,
      TRUE);
  if (code != ERROR_SUCCESS) Throw(code, "RegNotifyChangeKeyValue");
}

}  // namespace onbehalf::service
