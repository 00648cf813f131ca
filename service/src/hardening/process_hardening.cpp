#include "hardening/process_hardening.h"

#include "onbehalf/win32/lean_windows.h"

// Of kernel32. The <werapi.h> of MinGW cannot be compiled.
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

  // Sets one policy and reads it back: a setter that says TRUE proves nothing (compatibility layers do).
  template <typename Policy>
  void AddPolicy(PROCESS_MITIGATION_POLICY kind, Policy wanted, const char* what) {
    Policy actual{};
    // Whether the setter fails is seen by what is read back.
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

  // A fault of the service ends it and is reported; a dialog would keep it alive, waiting for nobody. Not
  // SEM_NOGPFAULTERRORBOX, which the one who started this process may have set: with it a crash leaves neither a report
  // nor a dump ("SetErrorMode": "The system does not invoke Windows Error Reporting").
  constexpr UINT kNoDialogs = SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX;
  ::SetErrorMode(kNoDialogs);
  const bool crashes_without_dialog = SUCCEEDED(::WerSetFlags(kNoCrashDialog));
  result.Add(crashes_without_dialog && ::GetErrorMode() == kNoDialogs, "no error dialogs");

  // Windows opens it for the whole process as whoever is first to ask for it ("Predefined Keys"). Later that may be a handler
  // that acts as its caller, and the driver manager of ODBC would look for its drivers in that account's hive.
  result.Add(::RegQueryInfoKeyW(HKEY_CURRENT_USER, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                nullptr, nullptr, nullptr, nullptr, nullptr) == ERROR_SUCCESS,
             "HKEY_CURRENT_USER is the service's own");

  // A library that is loaded by name comes from System32 or not at all: neither the program's folder, nor the
  // current one, nor PATH can plant one. Of all threads' identities this matters most to those that
  // impersonate.
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

  constexpr const char* kCode = "no code that is made at run time";
  if (wanted.no_dynamic_code) {
    PROCESS_MITIGATION_DYNAMIC_CODE_POLICY code{};
    code.ProhibitDynamicCode = 1;
    result.AddPolicy(ProcessDynamicCodePolicy, code, kCode);
  } else {
    hardening.off.emplace_back(kCode);
  }
}

}  // namespace onbehalf::service
