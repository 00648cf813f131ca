// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace onbehalf::protocol {

// All error codes on the wire. The negative ranges are JSON-RPC 2.0's: -32700 and -32600 to -32603 are predefined,
// -32000 to -32099 are for servers; -32800 is the Language Server Protocol's RequestCancelled.
enum class ErrorCode : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kAccessDenied = -32010,
  kImpersonationLevel = -32011,
  kBusy = -32012,
  kDeadlineExceeded = -32013,
  kShuttingDown = -32014,
  kWindowsError = -32015,
  kTooLarge = -32016,
  kAuditUnavailable = -32017,
  kPolicyConflict = -32018,
  kDatabaseError = -32019,
  kSettingsRefused = -32020,
  kRequestCancelled = -32800,
};

struct ErrorInfo {
  ErrorCode code;
  std::string_view name;     // as in the table of docs/protocol.md: "AccessDenied"
  std::string_view message;  // sent as `error.message` unless there is a more specific one
  bool retry_can_help;       // the unchanged request may succeed later
};

// All error codes, in the order of the enumeration.
std::span<const ErrorInfo> ErrorTable();

// The row of `code`, which must be in the enumeration.
const ErrorInfo& InfoOf(ErrorCode code);

// The row of a code from the wire; nullptr if it is unknown.
const ErrorInfo* FindError(int code);

}  // namespace onbehalf::protocol
