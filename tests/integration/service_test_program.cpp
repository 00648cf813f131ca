#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "onbehalf/service/method.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "service_program.h"
#include "token_json.h"

// The service's program with methods that show under whose token a handler runs. Linked with
// client_process_token.cpp it is the test build for systems that do not hand the client's token to a pipe's
// server.
namespace onbehalf::test {
namespace {

using service::Acts;
using service::Call;
using service::Method;
using service::MethodResult;
using service::Pace;
using win32::SecurityDescriptor;
using win32::Token;
using win32::Win32Error;

// GX: call, GR: see; AU: everybody who has authenticated.
constexpr const char* kForEverybody = "D:(A;;GXGR;;;AU)";
// All access for Administrators and for nobody else. An owner has READ_CONTROL and WRITE_DAC without any
// entry, so the owner is stated: it is no user.
constexpr const char* kAdministratorsOnly = "O:BAG:BAD:P(A;;GA;;;BA)";

// An event and a registry key of this process that only members of Administrators may open. They are gone
// when this object is. Any thread.
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
    // Set apart from the creation, because not every system takes a descriptor there.
    Check(::RegSetKeySecurity(key.get(), OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                              descriptor.get()),
          "RegSetKeySecurity");
  }
  // The key is volatile: where deleting it fails it goes with the user's session.
  ~AdministratorsOnly() { ::RegDeleteKeyW(parent_.get(), name_.c_str()); }
  AdministratorsOnly(const AdministratorsOnly&) = delete;
  AdministratorsOnly& operator=(const AdministratorsOnly&) = delete;

  // Open it as whoever the thread is. Throw Win32Error.
  void OpenEvent() const {
    const win32::UniqueObject event(::OpenEventW(SYNCHRONIZE, FALSE, name_.c_str()));
    if (!event) win32::ThrowLastError("OpenEventW", win32::ToUtf8(name_));
  }
  void OpenKey() const {
    win32::UniqueRegistryKey key;
    Check(::RegOpenKeyExW(parent_.get(), name_.c_str(), 0, KEY_QUERY_VALUE, key.put()), "RegOpenKeyExW");
  }

 private:
  void Check(LSTATUS code, const char* operation) const {
    if (code != ERROR_SUCCESS) throw Win32Error(static_cast<DWORD>(code), operation, win32::ToUtf8(name_));
  }

  const std::wstring name_;
  win32::UniqueObject event_;
  win32::UniqueRegistryKey parent_;
};

Method TestMethod(std::string name, std::string summary, Acts acts) {
  Method method;
  method.name = std::move(name);
  method.summary = std::move(summary);
  method.access_default = kForEverybody;
  method.acts = acts;
  // On the handlers' pool: with threads.handlers 1 in the settings, all of them run on the same thread.
  method.pace = Pace::kMayBlock;
  return method;
}

service::Json ThreadToken() {
  service::Json result = nullptr;
  if (const auto token = Token::FromThread(TOKEN_QUERY)) result = ToJson(*token);
  return {{"thread", ::GetCurrentThreadId()}, {"token", std::move(result)}};
}

service::Json ThreadIsClean() {
  HANDLE token = nullptr;
  const DWORD code =
      ::OpenThreadToken(::GetCurrentThread(), TOKEN_QUERY, TRUE, &token) ? ERROR_SUCCESS : ::GetLastError();
  if (code == ERROR_SUCCESS) ::CloseHandle(token);
  return {{"thread", ::GetCurrentThreadId()}, {"clean", code == ERROR_NO_TOKEN}};
}

void AddTestMethods(service::MethodRegistry& methods) {
  Method token =
      TestMethod("test.threadToken",
                 "The token that the thread of a handler carries which acts as its caller.", Acts::kAsCaller);
  token.handler = [](const Call&) -> MethodResult { return ThreadToken(); };
  methods.Add(std::move(token));

  Method clean = TestMethod("test.threadIsClean",
                            "Whether the thread of a handler carries no token which acts as the service.",
                            Acts::kAsService);
  clean.handler = [](const Call&) -> MethodResult { return ThreadIsClean(); };
  methods.Add(std::move(clean));

  Method open =
      TestMethod("test.openAdministratorsOnly",
                 "Opens, as the caller, an event and a registry key that only administrators may open.",
                 Acts::kAsCaller);
  open.parameters = {{"resource", "One of the two only.",
                      service::Json{{"type", "string"}, {"enum", {"event", "key"}}}, false}};
  open.handler = [resources = std::make_shared<AdministratorsOnly>()](const Call& call) -> MethodResult {
    const std::string only = call.params.value("resource", "");
    if (only != "key") resources->OpenEvent();
    if (only != "event") resources->OpenKey();
    return service::Json{{"opened", true}};
  };
  methods.Add(std::move(open));

  Method hang = TestMethod("test.hang", "Says that it has begun, and never ends.", Acts::kAsService);
  hang.reports_progress = true;
  hang.handler = [](const Call& call) -> MethodResult {
    call.progress.Report("begun");
    for (;;) ::Sleep(INFINITE);
  };
  methods.Add(std::move(hang));
}

}  // namespace
}  // namespace onbehalf::test

int wmain(int argc, wchar_t** argv) {
  // What hangs, tests need not wait for any longer.
  onbehalf::service::StopPatience patience;
  patience.modules = patience.others = patience.stop_of_modules = std::chrono::milliseconds(2'000);
  return onbehalf::service::ServiceProgram(argc, argv, &onbehalf::test::AddTestMethods, patience);
}
