#include "direct_operations.h"

#include <cstddef>
#include <stdexcept>
#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "service/registry/test_key.h"

namespace onbehalf::test {
namespace {

using nlohmann::json;
using win32::UniqueRegistryKey;

// ---- registry.* ----

struct Place {
  HKEY root;
  std::wstring below;
};

Place PlaceOf(const json& params) {
  const auto key = params.at("key").get<std::string>();
  const std::size_t backslash = key.find('\\');
  const std::string root = key.substr(0, backslash);
  if (root != "HKCU" && root != "HKLM") throw std::invalid_argument(root);
  return {root == "HKCU" ? HKEY_CURRENT_USER : HKEY_LOCAL_MACHINE, win32::ToWide(key.substr(backslash + 1))};
}

UniqueRegistryKey Open(const json& params, REGSAM access) {
  const Place place = PlaceOf(params);
  UniqueRegistryKey key;
  CheckRegistry(::RegOpenKeyExW(place.root, place.below.c_str(), 0, access, key.put()), "RegOpenKeyExW");
  return key;
}

std::wstring NameOf(const json& params) { return win32::ToWide(params.value("name", "")); }

json Get(const json& params) {
  const auto key = Open(params, KEY_QUERY_VALUE);
  wchar_t text[256] = {};
  DWORD size = sizeof(text) - sizeof(wchar_t);
  CheckRegistry(::RegQueryValueExW(key.get(), NameOf(params).c_str(), nullptr, nullptr,
                                   reinterpret_cast<BYTE*>(text), &size),
                "RegQueryValueExW");
  return win32::ToUtf8(text);
}

json Set(const json& params) {
  const auto key = Open(params, KEY_SET_VALUE);
  const std::wstring text = win32::ToWide(params.at("value").get<std::string>());
  CheckRegistry(::RegSetValueExW(key.get(), NameOf(params).c_str(), 0, REG_SZ,
                                 reinterpret_cast<const BYTE*>(text.c_str()),
                                 static_cast<DWORD>((text.size() + 1) * sizeof(wchar_t))),
                "RegSetValueExW");
  return nullptr;
}

json List(const json& params) {
  const auto key = Open(params, KEY_READ);
  json names = json::array();
  for (DWORD index = 0;; ++index) {
    wchar_t name[256] = {};
    DWORD units = 256;
    const LSTATUS code = ::RegEnumKeyExW(key.get(), index, name, &units, nullptr, nullptr, nullptr, nullptr);
    if (code == ERROR_NO_MORE_ITEMS) return names;
    CheckRegistry(code, "RegEnumKeyExW");
    names.push_back(win32::ToUtf8(name));
  }
}

json MakeKey(const json& params) {
  const Place place = PlaceOf(params);
  UniqueRegistryKey key;
  CheckRegistry(::RegCreateKeyExW(place.root, place.below.c_str(), 0, nullptr, 0, MAXIMUM_ALLOWED, nullptr,
                                  key.put(), nullptr),
                "RegCreateKeyExW");
  return nullptr;
}

json Delete(const json& params) {
  if (params.contains("name")) {
    const auto key = Open(params, KEY_SET_VALUE);
    CheckRegistry(::RegDeleteValueW(key.get(), NameOf(params).c_str()), "RegDeleteValueW");
    return nullptr;
  }
  const Place place = PlaceOf(params);
  if (params.at("subkeys")) {
    CheckRegistry(::RegDeleteTreeW(place.root, place.below.c_str()), "RegDeleteTreeW");
  } else {
    CheckRegistry(::RegDeleteKeyExW(place.root, place.below.c_str(), KEY_WOW64_64KEY, 0), "RegDeleteKeyExW");
  }
  return nullptr;
}

json Watch(const json& params) {
  const auto key = Open(params, KEY_NOTIFY);
  const win32::UniqueObject event(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  if (!event) win32::ThrowLastError("CreateEventW");
  CheckRegistry(::RegNotifyChangeKeyValue(
                    key.get(), FALSE, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET, event.get(), TRUE),
                "RegNotifyChangeKeyValue");
  return nullptr;
}

// ---- file.* ----

std::wstring PathOf(const json& params, const char* name = "path") {
  return win32::ToWide(params.at(name).get<std::string>());
}

win32::UniqueFile OpenFile(const std::wstring& path, DWORD access, DWORD disposition, DWORD flags = 0) {
  win32::UniqueFile file(::CreateFileW(path.c_str(), access,
                                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                       disposition, FILE_ATTRIBUTE_NORMAL | flags, nullptr));
  if (!file) win32::ThrowLastError("CreateFileW");
  return file;
}

void WriteTo(HANDLE file, const json& params, OVERLAPPED* at = nullptr) {
  const auto data = params.at("data").get<std::string>();
  DWORD written = 0;
  if (!::WriteFile(file, data.data(), static_cast<DWORD>(data.size()), &written, at))
    win32::ThrowLastError("WriteFile");
}

json Stat(const json& params) {
  OpenFile(PathOf(params), FILE_READ_ATTRIBUTES, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  return nullptr;
}

json ListFolder(const json& params) {
  const auto folder =
      OpenFile(PathOf(params), FILE_LIST_DIRECTORY, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  alignas(FILE_ID_BOTH_DIR_INFO) std::byte buffer[4096];
  json names = json::array();
  while (::GetFileInformationByHandleEx(folder.get(), FileIdBothDirectoryInfo, buffer, sizeof(buffer))) {
    for (const std::byte* at = buffer;;) {
      const auto* const entry = reinterpret_cast<const FILE_ID_BOTH_DIR_INFO*>(at);
      const std::string name = win32::ToUtf8({entry->FileName, entry->FileNameLength / sizeof(wchar_t)});
      if (name != "." && name != "..") names.push_back(name);
      if (entry->NextEntryOffset == 0) break;
      at += entry->NextEntryOffset;
    }
  }
  const DWORD code = ::GetLastError();
  if (code != ERROR_NO_MORE_FILES) throw win32::Win32Error(code, "GetFileInformationByHandleEx");
  return names;
}

json Read(const json& params) {
  const auto file = OpenFile(PathOf(params), FILE_READ_DATA, OPEN_EXISTING);
  char data[256];
  DWORD size = 0;
  if (!::ReadFile(file.get(), data, sizeof(data), &size, nullptr)) win32::ThrowLastError("ReadFile");
  return std::string(data, size);
}

// As programs do that write whole files: writes another file, which is then renamed.
void Replace(const json& params) {
  const std::wstring path = PathOf(params);
  const std::wstring other = path + L".new";
  WriteTo(OpenFile(other, GENERIC_WRITE, CREATE_NEW).get(), params);
  if (!::MoveFileExW(other.c_str(), path.c_str(), MOVEFILE_REPLACE_EXISTING)) {
    const DWORD code = ::GetLastError();
    ::DeleteFileW(other.c_str());
    throw win32::Win32Error(code, "MoveFileExW");
  }
}

json Write(const json& params) {
  const auto mode = params.at("mode").get<std::string>();
  if (mode == "replace") {
    Replace(params);
  } else if (mode == "create") {
    WriteTo(OpenFile(PathOf(params), FILE_WRITE_DATA, CREATE_NEW).get(), params);
  } else if (mode == "append") {
    WriteTo(OpenFile(PathOf(params), FILE_APPEND_DATA, OPEN_EXISTING).get(), params);
  } else {
    OVERLAPPED at{};
    at.Offset = params.at("offset").get<DWORD>();
    WriteTo(OpenFile(PathOf(params), FILE_WRITE_DATA, OPEN_EXISTING).get(), params, &at);
  }
  return nullptr;
}

json CheckFile(BOOL done, const char* operation) {
  if (!done) win32::ThrowLastError(operation);
  return nullptr;
}

json Do(std::string_view method, const json& params) {
  if (method == "file.stat") return Stat(params);
  if (method == "file.list") return ListFolder(params);
  if (method == "file.read") return Read(params);
  if (method == "file.write") return Write(params);
  if (method == "file.copy") {
    return CheckFile(::CopyFileW(PathOf(params, "from").c_str(), PathOf(params, "to").c_str(), TRUE),
                     "CopyFileW");
  }
  if (method == "file.move") {
    return CheckFile(::MoveFileExW(PathOf(params, "from").c_str(), PathOf(params, "to").c_str(), 0),
                     "MoveFileExW");
  }
  if (method == "file.delete") {
    if (params.value("directory", false))
      return CheckFile(::RemoveDirectoryW(PathOf(params).c_str()), "RemoveDirectoryW");
    return CheckFile(::DeleteFileW(PathOf(params).c_str()), "DeleteFileW");
  }
  if (method == "file.makeDirectory")
    return CheckFile(::CreateDirectoryW(PathOf(params).c_str(), nullptr), "CreateDirectoryW");
  if (method == "registry.get") return Get(params);
  if (method == "registry.set") return Set(params);
  if (method == "registry.list") return List(params);
  if (method == "registry.makeKey") return MakeKey(params);
  if (method == "registry.delete") return Delete(params);
  if (method == "registry.watch") return Watch(params);
  throw std::invalid_argument(std::string(method));
}

}  // namespace

json DoDirectly(std::string_view method, const json& params) {
  try {
    return {{"code", ERROR_SUCCESS}, {"answer", Do(method, params)}};
  } catch (const win32::Win32Error& error) {
    return {{"code", error.win32_code()}, {"answer", nullptr}};
  }
}

}  // namespace onbehalf::test
