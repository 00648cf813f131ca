#include "failure.h"

#include <vector>

#include "aligned_table.h"
#include "json_layout.h"
#include "json_members.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"
#include "printable.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using protocol::ErrorCode;

Failure Make(ExitCode exit_code, std::string_view kind, const Json& code, const std::string& name,
             const std::string& message, const Json& data, const std::string& advice,
             const std::vector<std::vector<std::string>>& details) {
  Json error = protocol::MakeObject({{"kind", kind}, {"message", message}});
  if (!code.is_null()) error["code"] = code;
  if (!name.empty()) error["name"] = name;
  if (!data.is_null()) error["data"] = data;
  if (!advice.empty()) error["advice"] = advice;

  std::string text = "error: ";
  if (!name.empty()) text += name + " (" + JsonLine(code) + "): ";
  text += Printable(message) + "\n";
  std::vector<std::vector<std::string>> rows = details;
  if (!advice.empty()) rows.push_back({"what to do", advice});
  text += AlignedTable(rows, 2);
  return {exit_code, text, protocol::MakeObject({{"error", error}})};
}

std::string AdviceForWindows(DWORD code, const client::Options& options) {
  const bool is_local = options.server == "." || options.server.empty();
  switch (code) {
    case ERROR_FILE_NOT_FOUND:
      return is_local
                 ? "Is the service running? 'sc query " + options.service + "' shows its state, 'sc start " +
                       options.service + "' starts it, 'onbehalf doctor' checks the installation."
                 : "Is the service running on " + options.server +
                       ", and does its setting pipe.remote allow remote callers?";
    case ERROR_PIPE_BUSY:
    case ERROR_SEM_TIMEOUT:
      return "All instances of the pipe are busy. Try again, or wait longer with --timeout; 'onbehalf call "
             "service.connections' shows administrators who holds them.";
    case ERROR_ACCESS_DENIED:
      return is_local
                 ? "The pipe's descriptor denies access to this account. 'onbehalf access show pipe:' shows an administrator who "
                   "may connect; 'onbehalf access grant ACCOUNT pipe: connect' grants the right. Guests, anonymous logons, "
                   "sandboxed programs and low-integrity processes are always denied."
                 : "The pipe's descriptor denies access to this account ('onbehalf access show pipe:' on that computer shows "
                   "who may connect), or the service does not allow remote callers (setting pipe.remote).";
    case ERROR_PATH_NOT_FOUND:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
      return "Check the computer's name and that it can be reached over SMB (port 445).";
    case ERROR_LOGON_FAILURE:
      return "The other computer rejects this account's logon.";
    default:
      return {};
  }
}

std::string AdviceForConnection(const std::error_code& code, const std::string& service) {
  if (code == std::errc::timed_out) {
    return "Wait longer with --timeout; the service may still have executed the request.";
  }
  if (code == std::errc::connection_reset) {
    return "The service stopped or closed the connection; its log (%ProgramData%\\" + service +
           "\\logs\\service.log) says why. Then try again.";
  }
  if (code == std::errc::message_size) return "Request less at once.";
  if (code == std::errc::bad_message || code == std::errc::protocol_error) {
    return "Check that the pipe belongs to an OnBehalf service of this client's version.";
  }
  return {};
}

}  // namespace

std::string AdviceFor(int code, const Json& data, std::string_view method, std::string_view service) {
  const bool is_access = method.starts_with("access.");
  switch (static_cast<ErrorCode>(code)) {
    case ErrorCode::kAccessDenied:
      return is_access || method.starts_with("audit.")
                 ? "This requires the right manage on the node, and you cannot grant more than you hold there: "
                   "'onbehalf access explain NODE --right manage' shows which entry decides."
                 : "'onbehalf access explain METHOD' shows which entry decides, if you may see the method; an "
                   "administrator of this computer can grant the right to call it.";
    case ErrorCode::kMethodNotFound:
      return "'onbehalf methods' lists the methods that you may see; an administrator may see more.";
    case ErrorCode::kInvalidParams:
      if (is_access) return "'onbehalf access list' lists the nodes, 'onbehalf --help' shows the syntax.";
      return "'onbehalf methods NAME' shows a method's parameters.";
    case ErrorCode::kImpersonationLevel:
      return "Call with --level impersonate (for a remote service the account must be trusted for it).";
    case ErrorCode::kBusy:
      return "Try again in a moment.";
    case ErrorCode::kDeadlineExceeded:
      return "Request less at once, or have limits.request_deadline_ms raised in the service's settings.";
    case ErrorCode::kShuttingDown:
      return "Try again when the service is running ('sc query " + std::string(service) +
             "' shows its state).";
    case ErrorCode::kWindowsError:
      return TextMember(data, "name") == "ERROR_ACCESS_DENIED"
                 ? "Windows denied your account access: ask the resource's owner for it."
                 : std::string();
    case ErrorCode::kTooLarge:
      return "Send or request less at once.";
    case ErrorCode::kAuditUnavailable:
      return "Ask an administrator to check the disk and %ProgramData%\\" + std::string(service) +
             "\\logs: a request that cannot be recorded is not executed.";
    case ErrorCode::kPolicyConflict:
      return "The policy was changed in the meantime, so nothing was changed now: review it ('onbehalf access "
             "history', 'onbehalf access show NODE') and run the command again.";
    case ErrorCode::kDatabaseError:
      return TextMember(data, "sqlstate").starts_with("08")
                 ? "The service has no connection to the database: its log has details."
                 : std::string();
    case ErrorCode::kSettingsRefused:
      return "Fix onbehalf.json and try again: 'onbehalf-service.exe --check-config' lists its errors.";
    case ErrorCode::kInternalError:
      return "The service's log has details; 'onbehalf doctor --bundle support.tar' collects it for a report.";
    default:
      return {};
  }
}

Failure Explain(const client::RpcError& error, std::string_view method, std::string_view service) {
  const protocol::ErrorInfo* info = protocol::FindError(error.code());
  std::vector<std::vector<std::string>> details = {{"method", Printable(method)}};
  const Json& data = error.data();
  if (data.is_object()) {
    for (const auto& [name, value] : data.items()) {
      if (name == "requestId") {
        details.push_back({"request", Display(value)});
      } else {
        details.push_back({Printable(name), Display(value)});
      }
    }
  } else if (!data.is_null()) {
    details.push_back({"data", Display(data)});
  }
  const bool denied = error.code() == static_cast<int>(ErrorCode::kAccessDenied);
  return Make(denied ? ExitCode::kAccessDenied : ExitCode::kServiceError, "service", error.code(),
              info != nullptr ? std::string(info->name) : "error", error.what(), data,
              AdviceFor(error.code(), data, method, service), details);
}

Failure Explain(const std::system_error& error, const client::Options& options) {
  const std::string pipe = client::PipePath(options);
  if (error.code().category() == std::system_category()) {
    const auto code = static_cast<DWORD>(error.code().value());
    const std::string advice = AdviceForWindows(code, options);
    std::string message = "no connection to " + pipe + ": ";
    message +=
        code == ERROR_FILE_NOT_FOUND ? std::string("there is no such pipe") : win32::ErrorMessage(code);
    return Make(ExitCode::kNoConnection, "connection", code, win32::ErrorName(code), message, nullptr, advice,
                {});
  }
  return Make(ExitCode::kNoConnection, "connection", nullptr, {}, error.what(), nullptr,
              AdviceForConnection(error.code(), options.service), {{"pipe", pipe}});
}

Failure Explain(const client::ServerNotTrusted& error) {
  return Make(ExitCode::kNotTrusted, "trust", nullptr, {}, error.what(), nullptr,
              "Nothing was sent. Do not use --trust any unless you know who created the pipe.", {});
}

Failure Explain(const FileError& error) {
  const Json code = error.code() ? Json(*error.code()) : Json();
  return Make(ExitCode::kServiceError, "file", code,
              error.code() ? win32::ErrorName(*error.code()) : std::string(), error.what(), nullptr,
              error.advice(), {});
}

Failure Explain(const UsageError& error) {
  return Make(ExitCode::kUsage, "usage", nullptr, {}, error.what(), nullptr,
              "'onbehalf --help' shows the syntax.", {});
}

}  // namespace onbehalf::cli
