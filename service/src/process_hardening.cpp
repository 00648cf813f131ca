#include "process_hardening.h"

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {
namespace {

class Result {
 public:
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

  Hardening Take() { return result_; }

 private:
  Hardening result_;
};

}  // namespace

Hardening HardenProcess() {
  Result result;

  // A fault of the service ends it and is reported; a dialog would keep it alive, waiting for nobody.
  constexpr UINT kNoDialogs = SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX;
  ::SetErrorMode(kNoDialogs);
  result.Add((::GetErrorMode() & kNoDialogs) == kNoDialogs, "no error dialogs");

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

  PROCESS_MITIGATION_STRICT_HANDLE_CHECK_POLICY handles{};
  handles.RaiseExceptionOnInvalidHandleReference = 1;
  handles.HandleExceptionsPermanentlyEnabled = 1;
  result.AddPolicy(ProcessStrictHandleCheckPolicy, handles, "process ends when an invalid handle is used");

  PROCESS_MITIGATION_DYNAMIC_CODE_POLICY code{};
  code.ProhibitDynamicCode = 1;
  result.AddPolicy(ProcessDynamicCodePolicy, code, "no code that is made at run time");

  return result.Take();
}

}  // namespace onbehalf::service
