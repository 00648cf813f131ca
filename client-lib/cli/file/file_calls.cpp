#include "file/file_calls.h"

#include <utility>

#include "file/file_error.h"
#include "json_members.h"
#include "method_error.h"
#include "onbehalf/protocol/error_code.h"

namespace onbehalf::cli {
namespace {

using client::Json;

[[noreturn]] void RefuseAnswer(const char* member, const std::string& method) {
  throw FileError("the service's response to " + method + " has no valid '" + member + "'");
}

}  // namespace

Json PendingCall::Take() {
  return Named(method_, [this] { return answer_.get(); });
}

Json FileCalls::Call(const std::string& method, const Json& params, Repeat repeat) {
  client::CallOptions options;
  options.stop = watch_.token();
  options.idempotent = repeat == Repeat::kYes;
  return Named(method, [&] { return service_.Call(method, params, options); });
}

PendingCall FileCalls::Start(const std::string& method, const Json& params, bool ends_at_stop) {
  client::CallOptions options;
  if (ends_at_stop) options.stop = watch_.token();
  options.idempotent = true;
  return Named(method, [&] { return PendingCall(method, service_.CallAsync(method, params, options)); });
}

Json FileCalls::Stream(const std::string& method, const Json& params,
                       const std::function<bool(const Json& piece)>& take) {
  client::CallOptions options;
  options.timeout = kNoTimeout;
  options.stop = watch_.token();
  bool is_wanted = true;
  options.progress = [&](const Json& piece) {
    if (is_wanted) is_wanted = take(piece);
    if (!is_wanted) watch_.Cancel();
  };
  return Named(method, [&] { return service_.Call(method, params, options); });
}

void FileCalls::ThrowIfStopped(const std::string& method) const {
  if (!stopped()) return;
  throw MethodError(method,
                    client::RpcError(client::kRequestCancelled, "The command was cancelled.", nullptr));
}

void FileCalls::Pause(std::chrono::milliseconds time) const {
  ::WaitForSingleObject(stop_, static_cast<DWORD>(time.count()));
}

std::uint64_t NumberIn(const Json& answer, const char* member, const std::string& method) {
  const Json* value = Member(answer, member);
  // The service writes non-negative integers, which parse as unsigned.
  if (value == nullptr || !value->is_number_unsigned()) RefuseAnswer(member, method);
  return value->get<std::uint64_t>();
}

const std::string& TextIn(const Json& answer, const char* member, const std::string& method) {
  const Json* value = Member(answer, member);
  if (value == nullptr || !value->is_string()) RefuseAnswer(member, method);
  return value->get_ref<const std::string&>();
}

RemoteState StateIn(const Json& answer, const std::string& method) {
  const bool is_unknown = answer.contains("modified") && answer.at("modified").is_null();
  return {TextIn(answer, "id", method), is_unknown ? std::string() : TextIn(answer, "modified", method),
          NumberIn(answer, "size", method)};
}

RemoteState StatRemoteFile(FileCalls& calls, const std::string& path) {
  const Json stat = calls.Call("file.stat", {{"path", path}});
  if (TextMember(stat, "type") == "directory") throw FileError(path + " is a folder");
  return StateIn(stat, "file.stat");
}

std::optional<Json> StatIfThere(FileCalls& calls, const std::string& path, bool follow) {
  try {
    return calls.Call("file.stat", {{"path", path}, {"follow", follow}});
  } catch (const client::RpcError& error) {
    if (IsWindowsError(error, ERROR_FILE_NOT_FOUND)) return std::nullopt;
    throw;
  }
}

bool IsWindowsError(const client::RpcError& error, DWORD code) {
  if (error.code() != static_cast<int>(protocol::ErrorCode::kWindowsError)) return false;
  const Json* said = Member(error.data(), "code");
  return said != nullptr && *said == code;
}

}  // namespace onbehalf::cli
