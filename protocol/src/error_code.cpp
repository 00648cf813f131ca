#include "onbehalf/protocol/error_code.h"

#include <array>
#include <stdexcept>

namespace onbehalf::protocol {
namespace {

constexpr std::array kTable{
    ErrorInfo{ErrorCode::kParseError, "ParseError", "The text is not valid JSON.", false},
    ErrorInfo{ErrorCode::kInvalidRequest, "InvalidRequest", "The JSON is not a valid JSON-RPC 2.0 message.",
              false},
    ErrorInfo{ErrorCode::kMethodNotFound, "MethodNotFound", "There is no such method.", false},
    ErrorInfo{ErrorCode::kInvalidParams, "InvalidParams", "The parameters do not fit the method.", false},
    ErrorInfo{ErrorCode::kInternalError, "InternalError", "The service failed while performing the request.",
              false},
    ErrorInfo{ErrorCode::kAccessDenied, "AccessDenied", "The method's access list refuses this caller.",
              false},
    ErrorInfo{ErrorCode::kImpersonationLevel, "ImpersonationLevel",
              "The connection's impersonation level is too low for the method.", false},
    ErrorInfo{ErrorCode::kBusy, "Busy", "A quota or a queue is full.", true},
    ErrorInfo{ErrorCode::kDeadlineExceeded, "DeadlineExceeded",
              "The request did not finish within its deadline.", true},
    ErrorInfo{ErrorCode::kShuttingDown, "ShuttingDown", "The service is stopping.", true},
    ErrorInfo{ErrorCode::kWindowsError, "WindowsError", "Windows refused the operation.", false},
    ErrorInfo{ErrorCode::kTooLarge, "TooLarge", "A frame, a result or a parameter is over its limit.", false},
    ErrorInfo{ErrorCode::kAuditUnavailable, "AuditUnavailable",
              "The audit cannot be written, so requests are refused until it can.", true},
    ErrorInfo{ErrorCode::kPolicyConflict, "PolicyConflict", "The policy has changed since it was read.",
              true},
    ErrorInfo{ErrorCode::kDatabaseError, "DatabaseError", "The database refused the operation.", false},
    ErrorInfo{ErrorCode::kSettingsRefused, "SettingsRefused",
              "The settings file has faults; nothing was changed.", false},
    ErrorInfo{ErrorCode::kRequestCancelled, "RequestCancelled", "The request was cancelled.", false},
};

}  // namespace

std::span<const ErrorInfo> ErrorTable() { return kTable; }

const ErrorInfo& InfoOf(ErrorCode code) {
  if (const ErrorInfo* info = FindError(static_cast<int>(code))) {
    return *info;
  }
  throw std::invalid_argument("an error code that is not in the table");
}

const ErrorInfo* FindError(int code) {
  for (const ErrorInfo& info : kTable) {
    if (static_cast<int>(info.code) == code) {
      return &info;
    }
  }
  return nullptr;
}

}  // namespace onbehalf::protocol
