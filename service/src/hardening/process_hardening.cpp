#include "hardening/process_hardening.h"

#include "onbehalf/win32/lean_windows.h"

// Exported by kernel32. MinGW's <werapi.h> does not compile.
extern "C" HRESULT WINAPI WerSetFlags(DWORD flags);

namespace onbehalf::service {
namespace {

constexpr DWORD kNoCrashDialog = 32;  // WER_FAULT_REPORTING_NO_UI

class Result {
 public:
  explicit Result(Hardening& result) : result_(result) {}

  void Add(bool in_force, const char* what) {
    (in_force ? result_.in_force : result_.missing).emplace_back(what);
  }

  // Sets one policy and reads it back: a setter that returns TRUE proves nothing (compatibility layers do).
  template <typename Policy>
  void AddPolicy(PROCESS_MITIGATION_POLICY kind, Policy wanted, const char* what) {
    Policy actual{};
    // Reading back shows whether the setter failed.
    ::SetProcessMitigationPolicy(kind, &wanted, sizeof(wanted));
    const bool read =
        ::GetProcessMitigationPolicy(::GetCurrentProcess(), kind, &actual, sizeof(actual)) != FALSE;
    Add(read && (actual.Flags & wanted.Flags) == wanted.Flags, what);
  }

 private:
  Hardening& result_;
};

}  // namespace

Hardening HardenProcess() {
  Hardening hardening;
  Result result(hardening);

  // A crash ends the service and is reported; a dialog would keep it alive with nobody to close it. SEM_NOGPFAULTERRORBOX, which
  // the parent process may have set, is cleared: with it a crash leaves neither a report nor a dump ("SetErrorMode": "The system
  // does not invoke Windows Error Reporting").
  constexpr UINT kNoDialogs = SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX;
  ::SetErrorMode(kNoDialogs);
  const bool crashes_without_dialog = SUCCEEDED(::WerSetFlags(kNoCrashDialog));
  result.Add(crashes_without_dialog && ::GetErrorMode() == kNoDialogs, "no error dialogs");

  // Windows opens it once for the process, as the first thread that uses it ("Predefined Keys"). Later that may be a handler
  // that acts as its caller, and ODBC's driver manager would look for drivers in that account's hive.
  result.Add(::RegQueryInfoKeyW(HKEY_CURRENT_USER, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                nullptr, nullptr, nullptr, nullptr, nullptr) == ERROR_SUCCESS,
             "HKEY_CURRENT_USER is the service's own");

  // A library that is loaded by name comes from System32 or not at all: it cannot be planted in the program's folder, the
  // current directory or PATH. This matters most to threads that impersonate.
  result.Add(::SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32) != FALSE,
             "libraries from System32 only");
  result.Add(::SetDllDirectoryW(L"") != FALSE, "no libraries from the current directory");

  result.Add(::HeapSetInformation(nullptr, HeapEnableTerminationOnCorruption, nullptr, 0) != FALSE,
             "process ends when its heap is corrupt");

  PROCESS_MITIGATION_IMAGE_LOAD_POLICY images{};
  images.NoRemoteImages = 1;
  images.NoLowMandatoryLabelImages = 1;
  images.PreferSystem32Images = 1;
  result.AddPolicy(ProcessImageLoadPolicy, images, "no libraries from the network or of low integrity");

  PROCESS_MITIGATION_EXTENSION_POINT_DISABLE_POLICY extension_points{};
  extension_points.DisableExtensionPoints = 1;
  result.AddPolicy(ProcessExtensionPointDisablePolicy, extension_points,
                   "no extension points (AppInit, hooks, IMEs)");

  return hardening;
}

void HardenProcessFurther(const Settings::Protections& wanted, Hardening& hardening) {
  Result result(hardening);

  constexpr const char* kHandles = "process ends when an invalid handle is used";
  if (wanted.strict_handles) {
    PROCESS_MITIGATION_STRICT_HANDLE_CHECK_POLICY handles{};
    handles.RaiseExceptionOnInvalidHandleReference = 1;
    handles.HandleExceptionsPermanentlyEnabled = 1;
    result.AddPolicy(ProcessStrictHandleCheckPolicy, handles, kHandles);
  } else {
    hardening.off.emplace_back(kHandles);
  }

  constexpr const char* kCode = "no code generated at run time";
  if (wanted.no_dynamic_code) {
    PROCESS_MITIGATION_DYNAMIC_CODE_POLICY code{};
    code.ProhibitDynamicCode = 1;
    result.AddPolicy(ProcessDynamicCodePolicy, code, kCode);
  } else {
    hardening.off.emplace_back(kCode);
  }
}

}  // namespace onbehalf::service
