#include "onbehalf/win32/service_control.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

// For WaitForState: short enough for a person, long enough for the machine.
constexpr std::chrono::milliseconds kShortestPoll{20};
constexpr std::chrono::milliseconds kLongestPoll{250};

std::string ToText(const wchar_t* text) { return text == nullptr ? std::string() : ToUtf8Lossy(text); }

// A list of NUL-terminated strings, ended by an empty one.
std::vector<std::string> ToList(const wchar_t* texts) {
  std::vector<std::string> list;
  if (texts == nullptr) return list;
  for (std::wstring_view text = texts; !text.empty(); text = text.data() + text.size() + 1) {
    list.push_back(ToUtf8Lossy(text));
  }
  return list;
}

// Calls `query(buffer, size, &needed)` with a large enough buffer. The manager returns at most 8 KiB
// (QueryServiceConfig2, cbBufSize).
template <typename Query>
std::vector<std::byte> AskManager(const char* operation, const std::string& name, Query query) {
  std::vector<std::byte> answer(1024);
  for (;;) {
    DWORD needed = 0;
    if (query(answer.data(), static_cast<DWORD>(answer.size()), &needed)) return answer;
    const DWORD error = ::GetLastError();
    if (error != ERROR_INSUFFICIENT_BUFFER || needed <= answer.size())
      throw Win32Error(error, operation, name);
    answer.resize(needed);
  }
}

std::vector<std::byte> AskConfig2(SC_HANDLE service, const std::string& name, DWORD level) {
  return AskManager("QueryServiceConfig2W", name, [&](std::byte* buffer, DWORD size, DWORD* needed) {
    return ::QueryServiceConfig2W(service, level, reinterpret_cast<BYTE*>(buffer), size, needed);
  });
}

// SERVICE_TRIGGER_SPECIFIC_DATA_ITEM, SERVICE_TRIGGER and SERVICE_TRIGGER_INFO of winsvc.h, which MinGW's lacks.
struct TriggerItem {
  DWORD type;
  DWORD bytes;
  const BYTE* data;
};
struct Trigger {
  DWORD type;
  DWORD action;
  const GUID* subtype;
  DWORD item_count;
  const TriggerItem* items;
};
struct TriggerList {
  DWORD count;
  const Trigger* triggers;
  const BYTE* reserved;
};
constexpr DWORD kTriggerList = 8;      // SERVICE_CONFIG_TRIGGER_INFO
constexpr DWORD kNetworkEndpoint = 6;  // SERVICE_TRIGGER_TYPE_NETWORK_ENDPOINT
constexpr DWORD kStartAction = 1;      // SERVICE_TRIGGER_ACTION_SERVICE_START
constexpr DWORD kStringItem = 2;       // SERVICE_TRIGGER_DATA_TYPE_STRING
// NAMED_PIPE_EVENT_GUID.
constexpr GUID kNamedPipeEvent = {
    0x1f81d131, 0x3fac, 0x4537, {0x9e, 0x0c, 0x7e, 0x7b, 0x0c, 0x2f, 0x4b, 0x55}};

template <typename T>
const T& As(const std::vector<std::byte>& answer) {
  return *reinterpret_cast<const T*>(answer.data());
}

}  // namespace

std::string ServiceStateName(DWORD state) {
  switch (state) {
    case SERVICE_STOPPED:
      return "stopped";
    case SERVICE_START_PENDING:
      return "start pending";
    case SERVICE_STOP_PENDING:
      return "stop pending";
    case SERVICE_RUNNING:
      return "running";
    case SERVICE_CONTINUE_PENDING:
      return "continue pending";
    case SERVICE_PAUSE_PENDING:
      return "pause pending";
    case SERVICE_PAUSED:
      return "paused";
    default:
      return std::to_string(state);
  }
}

InstalledService::InstalledService(UniqueServiceHandle service, std::string name)
    : service_(std::move(service)), name_(std::move(name)) {}

InstalledService InstalledService::Open(std::string_view name, DWORD access) {
  UniqueServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT));
  if (!manager) ThrowLastError("OpenSCManagerW");
  UniqueServiceHandle service(::OpenServiceW(manager.get(), ToWide(name).c_str(), access));
  if (!service) ThrowLastError("OpenServiceW", name);
  return InstalledService(std::move(service), std::string(name));
}

ServiceStatus InstalledService::QueryStatus() const {
  SERVICE_STATUS_PROCESS answer{};
  DWORD needed = 0;
  if (!::QueryServiceStatusEx(service_.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&answer),
                              sizeof(answer), &needed)) {
    ThrowLastError("QueryServiceStatusEx", name_);
  }
  ServiceStatus status;
  status.state = answer.dwCurrentState;
  status.process_id = answer.dwProcessId;
  status.accepted_controls = answer.dwControlsAccepted;
  status.exit_code = answer.dwWin32ExitCode;
  status.service_specific_exit_code = answer.dwServiceSpecificExitCode;
  status.checkpoint = answer.dwCheckPoint;
  status.wait_hint = std::chrono::milliseconds(answer.dwWaitHint);
  return status;
}

ServiceConfig InstalledService::QueryConfig() const {
  const auto answer =
      AskManager("QueryServiceConfigW", name_, [&](std::byte* buffer, DWORD size, DWORD* needed) {
        return ::QueryServiceConfigW(service_.get(), reinterpret_cast<QUERY_SERVICE_CONFIGW*>(buffer), size,
                                     needed);
      });
  const auto& found = As<QUERY_SERVICE_CONFIGW>(answer);
  ServiceConfig config;
  config.type = found.dwServiceType;
  config.start_type = found.dwStartType;
  config.error_control = found.dwErrorControl;
  config.command_line = ToText(found.lpBinaryPathName);
  config.account = ToText(found.lpServiceStartName);
  config.display_name = ToText(found.lpDisplayName);
  config.dependencies = ToList(found.lpDependencies);
  return config;
}

std::string InstalledService::QueryDescription() const {
  const auto answer = AskConfig2(service_.get(), name_, SERVICE_CONFIG_DESCRIPTION);
  return ToText(As<SERVICE_DESCRIPTIONW>(answer).lpDescription);
}

ServiceFailureActions InstalledService::QueryFailureActions() const {
  const auto answer = AskConfig2(service_.get(), name_, SERVICE_CONFIG_FAILURE_ACTIONS);
  const auto& found = As<SERVICE_FAILURE_ACTIONSW>(answer);
  ServiceFailureActions actions;
  if (found.dwResetPeriod != INFINITE) actions.reset_period = std::chrono::seconds(found.dwResetPeriod);
  actions.reboot_message = ToText(found.lpRebootMsg);
  actions.command = ToText(found.lpCommand);
  if (found.lpsaActions != nullptr) {
    actions.actions.assign(found.lpsaActions, found.lpsaActions + found.cActions);
  }
  return actions;
}

bool InstalledService::QueryFailureActionsOnNonCrash() const {
  const auto answer = AskConfig2(service_.get(), name_, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG);
  return As<SERVICE_FAILURE_ACTIONS_FLAG>(answer).fFailureActionsOnNonCrashFailures != FALSE;
}

bool InstalledService::QueryDelayedAutoStart() const {
  const auto answer = AskConfig2(service_.get(), name_, SERVICE_CONFIG_DELAYED_AUTO_START_INFO);
  return As<SERVICE_DELAYED_AUTO_START_INFO>(answer).fDelayedAutostart != FALSE;
}

DWORD InstalledService::QuerySidType() const {
  const auto answer = AskConfig2(service_.get(), name_, SERVICE_CONFIG_SERVICE_SID_INFO);
  return As<SERVICE_SID_INFO>(answer).dwServiceSidType;
}

std::vector<std::string> InstalledService::QueryRequiredPrivileges() const {
  const auto answer = AskConfig2(service_.get(), name_, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO);
  return ToList(As<SERVICE_REQUIRED_PRIVILEGES_INFOW>(answer).pmszRequiredPrivileges);
}

std::vector<std::string> InstalledService::QueryStartPipes() const {
  const auto answer = AskConfig2(service_.get(), name_, kTriggerList);
  const auto& found = As<TriggerList>(answer);
  std::vector<std::string> pipes;
  for (DWORD i = 0; i < found.count; ++i) {
    const Trigger& trigger = found.triggers[i];
    if (trigger.type != kNetworkEndpoint || trigger.action != kStartAction || trigger.subtype == nullptr ||
        std::memcmp(trigger.subtype, &kNamedPipeEvent, sizeof kNamedPipeEvent) != 0) {
      continue;
    }
    for (DWORD item = 0; item < trigger.item_count; ++item) {
      const TriggerItem& each = trigger.items[item];
      if (each.type != kStringItem) continue;
      // A string or a list of them ("SERVICE_TRIGGER_SPECIFIC_DATA_ITEM", pData), whose end need not be within `bytes`.
      const std::wstring_view texts(reinterpret_cast<const wchar_t*>(each.data),
                                    each.bytes / sizeof(wchar_t));
      for (std::size_t begin = 0; begin < texts.size();) {
        const std::size_t end = std::min(texts.find(L'\0', begin), texts.size());
        if (end > begin) pipes.push_back(ToUtf8Lossy(texts.substr(begin, end - begin)));
        begin = end + 1;
      }
    }
  }
  return pipes;
}

SecurityDescriptor InstalledService::QuerySecurity(SECURITY_INFORMATION parts) const {
  const auto answer =
      AskManager("QueryServiceObjectSecurity", name_, [&](std::byte* buffer, DWORD size, DWORD* needed) {
        return ::QueryServiceObjectSecurity(service_.get(), parts, buffer, size, needed);
      });
  return SecurityDescriptor::FromPointer(const_cast<std::byte*>(answer.data()));
}

void InstalledService::Start(std::span<const std::string> arguments) const {
  std::vector<std::wstring> texts;
  texts.reserve(arguments.size());
  for (const std::string& argument : arguments) texts.push_back(ToWide(argument));
  std::vector<LPCWSTR> pointers;
  pointers.reserve(texts.size());
  for (const std::wstring& text : texts) pointers.push_back(text.c_str());
  if (!::StartServiceW(service_.get(), static_cast<DWORD>(pointers.size()),
                       pointers.empty() ? nullptr : pointers.data())) {
    ThrowLastError("StartServiceW", name_);
  }
}

void InstalledService::Stop() const {
  SERVICE_STATUS status{};
  if (!::ControlService(service_.get(), SERVICE_CONTROL_STOP, &status)) {
    ThrowLastError("ControlService", name_);
  }
}

void InstalledService::SetAccount(std::string_view account, const wchar_t* password) const {
  if (!::ChangeServiceConfigW(service_.get(), SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE,
                              nullptr, nullptr, nullptr, nullptr, ToWide(account).c_str(), password,
                              nullptr)) {
    ThrowLastError("ChangeServiceConfigW", name_);
  }
}

ServiceStatus InstalledService::WaitForState(DWORD state, Clock::time_point deadline) const {
  for (;;) {
    const ServiceStatus status = QueryStatus();
    if (status.state == state) return status;
    if (state == SERVICE_RUNNING && status.state == SERVICE_STOPPED) return status;
    const DWORD left = WaitMilliseconds(deadline);
    if (left == 0) throw Win32Error(WAIT_TIMEOUT, "QueryServiceStatusEx", name_);
    const auto poll = std::clamp(status.wait_hint / 10, kShortestPoll, kLongestPoll);
    ::SleepEx(std::min(left, static_cast<DWORD>(poll.count())), FALSE);
  }
}

}  // namespace onbehalf::win32
