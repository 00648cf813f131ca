#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::cli {

// What audit.read gives at once.
struct AuditPage {
  client::Json records;  // an array, the older ones first
  client::Json cursor;   // where those that come begin; null if the service does not say
};

// The newest records. `arguments` are audit.read's: what to look for, and `limit`, how many. Throws what
// Client::Call throws.
AuditPage ReadNewestAudit(client::Client& service, const client::Json& arguments);

// Gives `show` the newest records, and then those that come (audit.follow), until `stop` (an event) is
// signalled or `show` says false. Returns then; whatever else ends the stream is thrown as Client::Call
// throws it. `show` runs on the calling thread.
void FollowAudit(client::Client& service, const client::Json& arguments, HANDLE stop,
                 const std::function<bool(const client::Json& records)>& show);

}  // namespace onbehalf::cli
