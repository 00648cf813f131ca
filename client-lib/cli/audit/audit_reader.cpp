#include "audit/audit_reader.h"

#include "cancel_watch.h"
#include "json_members.h"
#include "onbehalf/protocol/error_code.h"

namespace onbehalf::cli {
namespace {

using client::Json;

AuditPage PageOf(const Json& result) {
  const Json* records = ListMember(result, "lines");
  const Json* cursor = Member(result, "cursor");
  return {records == nullptr ? Json::array() : *records, cursor == nullptr ? Json() : *cursor};
}

}  // namespace

AuditPage ReadNewestAudit(client::Client& service, const Json& arguments) {
  return PageOf(service.Call("audit.read", arguments));
}

void FollowAudit(client::Client& service, const Json& arguments, HANDLE stop,
                 const std::function<bool(const Json& records)>& show) {
  CancelWatch watch(stop);
  const AuditPage newest = ReadNewestAudit(service, arguments);
  if (!show(newest.records)) return;

  Json following = arguments;
  following.erase("limit");  // applies to the newest records only
  if (!newest.cursor.is_null()) following["after"] = newest.cursor;
  client::CallOptions options;
  options.timeout = kNoTimeout;
  options.stop = watch.token();
  bool is_read = true;
  options.progress = [&](const Json& piece) {
    if (is_read) is_read = show(PageOf(piece).records);
    if (!is_read) watch.Cancel();
  };
  try {
    service.Call("audit.follow", following, options);
  } catch (const client::RpcError& error) {
    if (error.code() == client::kRequestCancelled && watch.token().stop_requested()) return;
    if (error.code() != static_cast<int>(protocol::ErrorCode::kMethodNotFound)) throw;
    throw client::RpcError(
        error.code(),
        "you may not call audit.follow, or this service is too old to have it; the audit can be read "
        "without --follow",
        error.data());
  }
}

}  // namespace onbehalf::cli
