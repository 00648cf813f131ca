#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <onbehalf/module.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "token_json.h"

// A module whose methods report the token that a handler runs with.
namespace onbehalf::test {
namespace {

using win32::SecurityDescriptor;
using win32::Token;

// GX: call, GR: see; AU: authenticated users.
constexpr const char* kForEverybody = "D:(A;;GXGR;;;AU)";
// Full access for Administrators only. An owner has READ_CONTROL and WRITE_DAC without any ACE, so the owner
// is stated: it is not a user.
constexpr const char* kAdministratorsOnly = "O:BAG:BAD:P(A;;GA;;;BA)";

// An event and a registry key of this process that only members of Administrators may open. They exist as
// long as this object. Any thread.
class AdministratorsOnly {
 public:
  // Throws Win32Error.
  AdministratorsOnly() : name_(L"onbehalf-test-" + std::to_wstring(::GetCurrentProcessId())) {
    const auto descriptor = SecurityDescriptor::FromSddl(kAdministratorsOnly);
    SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), descriptor.get(), FALSE};
    event_.reset(::CreateEventW(&attributes, TRUE, FALSE, name_.c_str()));
    if (!event_) win32::ThrowLastError("CreateEventW", win32::ToUtf8(name_));

    Check(::RegOpenKeyExW(HKEY_CURRENT_USER, L"Software", 0, KEY_ALL_ACCESS, parent_.put()), "RegOpenKeyExW");
    win32::UniqueRegistryKey key;
    Check(::RegCreateKeyExW(parent_.get(), name_.c_str(), 0, nullptr, REG_OPTION_VOLATILE, KEY_ALL_ACCESS,
                            nullptr, key.put(), nullptr),
          "RegCreateKeyExW");
    // Set separately from the creation, because not every system takes a descriptor there.
    Check(::RegSetKeySecurity(key.get(), OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                              descriptor.get()),
          "RegSetKeySecurity");
  }
  // The key is volatile: if deleting it fails, it disappears with the user's session.
  ~AdministratorsOnly() { ::RegDeleteKeyW(parent_.get(), name_.c_str()); }
  AdministratorsOnly(const AdministratorsOnly&) = delete;
  AdministratorsOnly& operator=(const AdministratorsOnly&) = delete;

  // Open it with the thread's identity. Throw the call's error response.
  void OpenEvent() const {
    const win32::UniqueObject event(::OpenEventW(SYNCHRONIZE, FALSE, name_.c_str()));
    if (!event) throw module::WindowsError(::GetLastError(), "OpenEventW");
  }
  void OpenKey() const {
    win32::UniqueRegistryKey key;
    const LSTATUS code = ::RegOpenKeyExW(parent_.get(), name_.c_str(), 0, KEY_QUERY_VALUE, key.put());
    if (code != ERROR_SUCCESS) throw module::WindowsError(static_cast<std::uint32_t>(code), "RegOpenKeyExW");
  }

 private:
  void Check(LSTATUS code, const char* operation) const {
    if (code != ERROR_SUCCESS)
      throw win32::Win32Error(static_cast<DWORD>(code), operation, win32::ToUtf8(name_));
  }

  const std::wstring name_;
  win32::UniqueObject event_;
  win32::UniqueRegistryKey parent_;
};

nlohmann::json ThreadToken() {
  nlohmann::json result = nullptr;
  if (const auto token = Token::FromThread(TOKEN_QUERY)) result = ToJson(*token);
  return {{"thread", ::GetCurrentThreadId()}, {"token", std::move(result)}};
}

nlohmann::json ThreadIsClean() {
  HANDLE token = nullptr;
  const DWORD code =
      ::OpenThreadToken(::GetCurrentThread(), TOKEN_QUERY, TRUE, &token) ? ERROR_SUCCESS : ::GetLastError();
  if (code == ERROR_SUCCESS) ::CloseHandle(token);
  return {{"thread", ::GetCurrentThreadId()}, {"clean", code == ERROR_NO_TOKEN}};
}

// Not Pace::kQuick: with threads.handlers 1 in the settings, all of them run on the same thread.
void AddMethod(module::Host& host, const char* name, const char* summary, std::uint32_t flags,
               std::function<std::string(const module::Call&)> handler,
               std::vector<module::Parameter> parameters = {}) {
  module::Method method;
  method.name = name;
  method.summary = summary;
  method.parameters = std::move(parameters);
  method.result_schema = R"({"type": "object"})";
  method.access_default = kForEverybody;
  method.flags = flags;
  method.handler = std::move(handler);
  host.Add(std::move(method));
}

std::shared_ptr<void> Start(module::Host& host, std::string_view) {
  AddMethod(host, "test.threadToken",
            "The token that the thread of a handler carries which acts as its caller.",
            ONBEHALF_MODULE_ACTS_AS_CALLER, [](const module::Call&) { return ThreadToken().dump(); });
  AddMethod(host, "test.threadIsClean",
            "Whether the thread of a handler carries no token which acts as the service.", 0,
            [](const module::Call&) { return ThreadIsClean().dump(); });
  const auto resources = std::make_shared<AdministratorsOnly>();
  AddMethod(host, "test.openAdministratorsOnly",
            "Opens, as the caller, an event and a registry key that only administrators may open.",
            ONBEHALF_MODULE_ACTS_AS_CALLER,
            [resources](const module::Call& call) {
              const std::string only = nlohmann::json::parse(call.params()).value("resource", "");
              if (only != "key") resources->OpenEvent();
              if (only != "event") resources->OpenKey();
              return std::string(R"({"opened": true})");
            },
            {{"resource", "One of the two only.", R"({"type": "string", "enum": ["event", "key"]})"}});
  return nullptr;
}

}  // namespace
}  // namespace onbehalf::test

ONBEHALF_MODULE("test", "1.0.0", onbehalf::test::Start)
