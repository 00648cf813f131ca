#include "program/service_host.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <exception>
#include <thread>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// How long the service control manager waits for the next checkpoint before it considers the service hung. Checkpoints come at
// least every five seconds.
constexpr DWORD kWaitHintMilliseconds = 15'000;

win32::UniqueObject CreateStopEvent() {
  win32::UniqueObject event(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  if (!event) win32::ThrowLastError("CreateEventW");
  return event;
}

// Terminates immediately; some threads will not exit, and an orderly exit could wait for what they hold.
void EndProcess() { ::TerminateProcess(::GetCurrentProcess(), 1); }

// The one service of this process, as the service control manager sees it.
class ControlledService {
 public:
  ControlledService(const wchar_t* name, HostedService& service)
      : name_(name), service_(service), stop_(CreateStopEvent()) {}

  void Main() {
    status_handle_ = ::RegisterServiceCtrlHandlerExW(name_, &ControlledService::OnControl, this);
    // Without a handle nothing can be reported; the service control manager will see the process end.
    if (status_handle_ == nullptr) return;
    Report(SERVICE_START_PENDING);
    service_.SetStop([this] { ::SetEvent(stop_.get()); });
    try {
      service_.Start([this] {
        Report(SERVICE_START_PENDING);
        return true;
      });
    } catch (const std::exception&) {
      exit_code_ = service_.FailureCode();
      return End(service_.FailedStartHasEnded());
    }
    Report(SERVICE_RUNNING);
    ::WaitForSingleObject(stop_.get(), INFINITE);
    Report(SERVICE_STOP_PENDING);
    End(service_.Stop([this] { Report(SERVICE_STOP_PENDING); }));
  }

  // False: some threads do not end. Any thread.
  bool has_ended() const { return has_ended_; }

 private:
  void End(bool has_ended) {
    // Before the report, after which the dispatcher returns on its own thread.
    has_ended_ = has_ended;
    Report(SERVICE_STOPPED);
    if (!has_ended) EndProcess();
  }

  static DWORD WINAPI OnControl(DWORD control, DWORD, void*, void* context) {
    auto& self = *static_cast<ControlledService*>(context);
    switch (control) {
      case SERVICE_CONTROL_STOP:
      case SERVICE_CONTROL_PRESHUTDOWN:
        ::SetEvent(self.stop_.get());
        return NO_ERROR;
      case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
      default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
  }

  // Called by the service's main thread only.
  void Report(DWORD state) {
    SERVICE_STATUS status{};
    status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    status.dwCurrentState = state;
    const bool pending = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
    // Preshutdown rather than shutdown: the latter leaves five seconds, and requests in flight may take longer.
    if (state == SERVICE_RUNNING)
      status.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN;
    if (pending) {
      status.dwCheckPoint = ++checkpoint_;
      status.dwWaitHint = kWaitHintMilliseconds;
    } else {
      checkpoint_ = 0;
    }
    if (exit_code_ != 0) {
      status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
      status.dwServiceSpecificExitCode = exit_code_;
    }
    ::SetServiceStatus(status_handle_, &status);
  }

  const wchar_t* name_;
  HostedService& service_;
  const win32::UniqueObject stop_;
  SERVICE_STATUS_HANDLE status_handle_ = nullptr;
  DWORD checkpoint_ = 0;
  DWORD exit_code_ = 0;
  std::atomic<bool> has_ended_{true};
};

// The control dispatcher calls a plain function, which has to find its service.
ControlledService* g_controlled = nullptr;

void WINAPI ServiceMain(DWORD, LPWSTR*) { g_controlled->Main(); }

// The same for the console's handler.
HANDLE g_console_stop = nullptr;
HANDLE g_console_stopped = nullptr;

BOOL WINAPI OnConsoleControl(DWORD control) {
  ::SetEvent(g_console_stop);
  // When the console closes, Windows ends the process as soon as this returns.
  if (control != CTRL_C_EVENT && control != CTRL_BREAK_EVENT)
    ::WaitForSingleObject(g_console_stopped, INFINITE);
  return TRUE;
}

}  // namespace

int RunUnderServiceControl(const wchar_t* name, HostedService& service) {
  ControlledService controlled(name, service);
  g_controlled = &controlled;
  std::array<wchar_t, 256> writable_name{};
  ::lstrcpynW(writable_name.data(), name, static_cast<int>(writable_name.size()));
  const SERVICE_TABLE_ENTRYW table[] = {{writable_name.data(), &ServiceMain}, {nullptr, nullptr}};
  if (::StartServiceCtrlDispatcherW(table)) {
    // Destroy nothing while threads still run, not even until the other thread has ended the process.
    if (!controlled.has_ended()) EndProcess();
    return 0;
  }
  const DWORD code = ::GetLastError();
  if (code == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) {
    std::fputs(("onbehalf-service: this is a service: start it with `sc.exe start " +
                win32::ToUtf8Lossy(name) + "`, or run it in this console with --console (see --help)\n")
                   .c_str(),
               stderr);
    return 2;
  }
  std::fprintf(stderr, "onbehalf-service: StartServiceCtrlDispatcherW: %s\n",
               win32::ErrorMessage(code).c_str());
  return 1;
}

int RunInConsole(HostedService& service, bool until_input_ends) {
  const win32::UniqueObject stop = CreateStopEvent();
  const win32::UniqueObject stopped = CreateStopEvent();
  g_console_stop = stop.get();
  g_console_stopped = stopped.get();
  if (!::SetConsoleCtrlHandler(&OnConsoleControl, TRUE)) win32::ThrowLastError("SetConsoleCtrlHandler");
  service.SetStop([&stop] { ::SetEvent(stop.get()); });
  try {
    service.Start([&stop] { return ::WaitForSingleObject(stop.get(), 0) == WAIT_TIMEOUT; });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onbehalf-service: %s\n", error.what());
    if (!service.FailedStartHasEnded()) EndProcess();
    return 1;
  }
  if (until_input_ends) {
    // Reads only to detect the end. Ctrl+C ends the wait below, and with it the process.
    std::thread([] {
      std::array<char, 256> ignored{};
      DWORD bytes = 0;
      while (::ReadFile(::GetStdHandle(STD_INPUT_HANDLE), ignored.data(), static_cast<DWORD>(ignored.size()),
                        &bytes, nullptr) &&
             bytes > 0) {
      }
      ::SetEvent(g_console_stop);
    }).detach();
  }
  ::WaitForSingleObject(stop.get(), INFINITE);
  if (!service.Stop({})) EndProcess();
  ::SetConsoleCtrlHandler(&OnConsoleControl, FALSE);
  ::SetEvent(stopped.get());
  return 0;
}

}  // namespace onbehalf::service
