#pragma once

#include <string>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::test {

inline void CheckRegistry(LSTATUS code, const char* operation) {
  if (code != ERROR_SUCCESS) throw win32::Win32Error(static_cast<DWORD>(code), operation);
}

// A key of this test alone, in the hive of the account that runs it unless another parent is given; removed
// with everything below it. Uses Windows' own functions and bypasses the service. Throws Win32Error.
class TestKey {
 public:
  explicit TestKey(HKEY root = HKEY_CURRENT_USER, std::wstring_view parent = L"Software",
                   std::string_view root_name = "HKCU")
      : root_(root) {
    static int count = 0;
    path_ = std::wstring(parent) + L"\\onbehalf-test-" + std::to_wstring(::GetCurrentProcessId()) + L"-" +
            std::to_wstring(++count);
    path_text_ = std::string(root_name) + "\\" + win32::ToUtf8(path_);
    // Left by a process with the same id that was ended.
    ::RegDeleteTreeW(root_, path_.c_str());
    CheckRegistry(
        ::RegCreateKeyExW(root_, path_.c_str(), 0, nullptr, 0, KEY_ALL_ACCESS, nullptr, key_.put(), nullptr),
        "RegCreateKeyExW");
  }
  ~TestKey() { ::RegDeleteTreeW(root_, path_.c_str()); }
  TestKey(const TestKey&) = delete;
  TestKey& operator=(const TestKey&) = delete;

  HKEY get() const { return key_.get(); }
  // For Windows' functions, below its root; and for the methods.
  const std::wstring& path() const { return path_; }
  const std::string& text() const { return path_text_; }
  std::string Below(std::string_view name) const { return path_text_ + "\\" + std::string(name); }

  win32::UniqueRegistryKey Make(const std::wstring& name, DWORD options = 0) const {
    win32::UniqueRegistryKey key;
    CheckRegistry(::RegCreateKeyExW(key_.get(), name.c_str(), 0, nullptr, options, KEY_ALL_ACCESS, nullptr,
                                    key.put(), nullptr),
                  "RegCreateKeyExW");
    return key;
  }
  bool Has(const std::wstring& name) const {
    win32::UniqueRegistryKey key;
    return ::RegOpenKeyExW(key_.get(), name.c_str(), 0, KEY_READ, key.put()) == ERROR_SUCCESS;
  }
  // Exactly these bytes.
  void SetValue(const std::wstring& name, DWORD type, std::string bytes) const {
    const auto size = static_cast<DWORD>(bytes.size());
    // So that RegSetValueExW finds no terminator after a text.
    bytes += "\xFF\xFF";
    CheckRegistry(::RegSetValueExW(key_.get(), name.c_str(), 0, type,
                                   reinterpret_cast<const BYTE*>(bytes.data()), size),
                  "RegSetValueExW");
  }
  struct Value {
    DWORD type;
    std::string bytes;
    friend bool operator==(const Value&, const Value&) = default;
  };
  Value GetValue(const std::wstring& name) const {
    DWORD size = 0;
    Value value{};
    CheckRegistry(::RegQueryValueExW(key_.get(), name.c_str(), nullptr, &value.type, nullptr, &size),
                  "RegQueryValueExW");
    value.bytes.resize(size);
    CheckRegistry(::RegQueryValueExW(key_.get(), name.c_str(), nullptr, &value.type,
                                     reinterpret_cast<BYTE*>(value.bytes.data()), &size),
                  "RegQueryValueExW");
    value.bytes.resize(size);
    return value;
  }

 private:
  const HKEY root_;
  std::wstring path_;
  std::string path_text_;
  win32::UniqueRegistryKey key_;
};

// The bytes of UTF-16 code units.
inline std::string Bytes(std::wstring_view units) {
  return {reinterpret_cast<const char*>(units.data()), units.size() * sizeof(wchar_t)};
}

}  // namespace onbehalf::test
