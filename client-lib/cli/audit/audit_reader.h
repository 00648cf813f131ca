#pragma once

#include <chrono>
#include <functional>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::cli {

// Reads the audit through audit.read: the newest records, and then those that come. One thread. Throws what
// Client::Call throws.
class AuditReader {
 public:
  // `arguments` are audit.read's: what to look for, and `limit`, how many to begin with. `client` outlives
  // this.
  AuditReader(client::Client& client, client::Json arguments);

  // The newest records, the older ones first.
  client::Json ReadNewest();
  // The records that have come since, all of them. Only after ReadNewest.
  client::Json ReadMore();

 private:
  client::Json Read();

  client::Client& client_;
  client::Json arguments_;
  bool more_ = false;
};

// Gives `show` the newest records, and then those that come, asking every `interval`, until `stop` (an event)
// is signalled or `show` says false.
void FollowAudit(AuditReader& reader, HANDLE stop, std::chrono::milliseconds interval,
                 const std::function<bool(const client::Json& records)>& show);

}  // namespace onbehalf::cli
