#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::cli {

// One result of audit.read.
struct AuditPage {
  client::Json records;  // an array, oldest first
  client::Json cursor;   // where later records begin; null if the service does not send it
};

// The newest records. `arguments` are audit.read's: the filter, and `limit`, the number of records. Throws
// what Client::Call throws.
AuditPage ReadNewestAudit(client::Client& service, const client::Json& arguments);

// Passes the newest records to `show`, and then new ones as they arrive (audit.follow). Returns when `stop`
// (an event) is signalled or `show` returns false; any other end of the stream is thrown as Client::Call
// throws it. `show` runs on the calling thread.
void FollowAudit(client::Client& service, const client::Json& arguments, HANDLE stop,
                 const std::function<bool(const client::Json& records)>& show);

}  // namespace onbehalf::cli
