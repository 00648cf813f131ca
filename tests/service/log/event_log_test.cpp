#include "log/event_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "event_messages.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/hostile_texts.h"
#include "support/restricted_token.h"

namespace onbehalf::service {
namespace {

struct ModuleTraits {
  using Type = HMODULE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type module) noexcept { ::FreeLibrary(module); }
};
using UniqueModule = win32::UniqueHandle<ModuleTraits>;

// The service's executable is next to this one.
UniqueModule ServiceResources() {
  const std::filesystem::path own = win32::ToWide(win32::OwnImagePath());
  return UniqueModule(::LoadLibraryExW((own.parent_path() / L"onbehalf-service.exe").c_str(), nullptr,
                                       LOAD_LIBRARY_AS_DATAFILE));
}

std::string MessageOf(HMODULE module, DWORD id) {
  std::wstring text(1024, L'\0');
  const DWORD size = ::FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_IGNORE_INSERTS, module, id,
                                      0, text.data(), static_cast<DWORD>(text.size()), nullptr);
  text.resize(size);
  return win32::ToUtf8(text);
}

TEST(EventLog, TheServicesExecutableHasTheTextOfEveryEvent) {
  const UniqueModule module = ServiceResources();
  ASSERT_TRUE(module) << "build onbehalf-service";
  const std::map<DWORD, std::string> beginnings = {
      {ONBEHALF_EVENT_STARTED, "OnBehalf has started"},
      {ONBEHALF_EVENT_STOPPED, "OnBehalf has stopped"},
      {ONBEHALF_EVENT_START_FAILED, "OnBehalf could not start"},
      {ONBEHALF_EVENT_SETTINGS_REFUSED, "OnBehalf rejected its settings"},
      {ONBEHALF_EVENT_PIPE_SQUATTED, "Another program owns OnBehalf's pipe"},
      {ONBEHALF_EVENT_AUDIT_UNAVAILABLE, "OnBehalf cannot write its audit and refuses"},
      {ONBEHALF_EVENT_HARDENING_INCOMPLETE, "Protections that OnBehalf requests from Windows"},
      {ONBEHALF_EVENT_INTERNAL_ERROR, "An internal error occurred in OnBehalf"},
      {ONBEHALF_EVENT_AUDIT_ANCHOR, "Anchor of OnBehalf's audit chain"},
      {ONBEHALF_EVENT_REQUEST_DENIED, "OnBehalf denied a request"},
      {ONBEHALF_EVENT_POLICY_CHANGED, "The access policy of OnBehalf was changed"},
      {ONBEHALF_EVENT_AUDIT_NOT_REQUIRED, "OnBehalf cannot write its audit; requests continue"},
      {ONBEHALF_EVENT_AUDIT_RESTORED, "OnBehalf can write its audit again"},
      {ONBEHALF_EVENT_SETTINGS_RELOADED, "OnBehalf reloaded its settings"},
      {ONBEHALF_EVENT_MODULE_QUARANTINED, "A module of OnBehalf has calls that do not end"},
  };
  for (const auto& [id, beginning] : beginnings) {
    const std::string text = MessageOf(module.get(), id);
    EXPECT_TRUE(text.starts_with(beginning)) << std::hex << id << ": " << text;
    EXPECT_NE(text.find("%1 %2"), std::string::npos) << text;
  }
}

TEST(EventLog, IdentifiersAreAContract) {
  // Severity in the two highest bits: 1 informational, 2 warning, 3 error.
  EXPECT_EQ(ONBEHALF_EVENT_STARTED, 0x40000001u);
  EXPECT_EQ(ONBEHALF_EVENT_STOPPED, 0x40000002u);
  EXPECT_EQ(ONBEHALF_EVENT_START_FAILED, 0xC0000003u);
  EXPECT_EQ(ONBEHALF_EVENT_SETTINGS_REFUSED, 0xC0000004u);
  EXPECT_EQ(ONBEHALF_EVENT_PIPE_SQUATTED, 0xC0000005u);
  EXPECT_EQ(ONBEHALF_EVENT_AUDIT_UNAVAILABLE, 0xC0000006u);
  EXPECT_EQ(ONBEHALF_EVENT_HARDENING_INCOMPLETE, 0x80000007u);
  EXPECT_EQ(ONBEHALF_EVENT_INTERNAL_ERROR, 0xC0000008u);
  EXPECT_EQ(ONBEHALF_EVENT_AUDIT_ANCHOR, 0x40000009u);
  EXPECT_EQ(ONBEHALF_EVENT_REQUEST_DENIED, 0x8000000Au);
  EXPECT_EQ(ONBEHALF_EVENT_POLICY_CHANGED, 0x4000000Bu);
  EXPECT_EQ(ONBEHALF_EVENT_AUDIT_NOT_REQUIRED, 0xC000000Cu);
  EXPECT_EQ(ONBEHALF_EVENT_AUDIT_RESTORED, 0x4000000Du);
  EXPECT_EQ(ONBEHALF_EVENT_SETTINGS_RELOADED, 0x4000000Fu);
}

TEST(EventLog, TheServicesExecutableHasItsVersion) {
  const std::filesystem::path own = win32::ToWide(win32::OwnImagePath());
  const std::wstring service = (own.parent_path() / L"onbehalf-service.exe").native();
  DWORD ignored = 0;
  std::vector<BYTE> information(::GetFileVersionInfoSizeW(service.c_str(), &ignored));
  ASSERT_FALSE(information.empty());
  ASSERT_TRUE(
      ::GetFileVersionInfoW(service.c_str(), 0, static_cast<DWORD>(information.size()), information.data()));
  void* value = nullptr;
  UINT size = 0;
  ASSERT_TRUE(
      ::VerQueryValueW(information.data(), L"\\StringFileInfo\\040904B0\\ProductVersion", &value, &size));
  EXPECT_EQ(win32::ToUtf8(static_cast<const wchar_t*>(value)), ONBEHALF_VERSION);
}

// Whether an event arrives can be seen only on a system with an event log, and needs an administrator to
// register the source; this checks that reporting never fails the service.
TEST(EventLog, AcceptsAnyText) {
  for (const std::string& text : test::HostileTexts()) {
    ReportToEventLog("OnBehalf", Event::kInternalError, {text, "%1 %2 %n %%5", text, text});
  }
  ReportToEventLog("OnBehalf", Event::kStopped, {});
}

ONBEHALF_CHILD_MAIN(ReportWhileImpersonating) {
  const win32::Token token =
      test::ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE));
  const pipe::Impersonation impersonation(token, win32::ImpersonationLevel::kImpersonation);
  if (!impersonation) return 1;
  ReportToEventLog("OnBehalf", Event::kInternalError, {"as somebody else"});
  return 0;
}

TEST(EventLog, ReportingWhileImpersonatingEndsTheProcess) {
  const auto exit =
      test::ChildProcess::Start(test::ChildProcess::Options::Self("ReportWhileImpersonating")).WaitForExit();
  EXPECT_EQ(exit.code, 0xC0000409u);
}

}  // namespace
}  // namespace onbehalf::service
