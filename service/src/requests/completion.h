#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>

#include "audit/audit.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/method.h"
#include "requests/admission.h"
#include "requests/outbox.h"
#include "requests/running_request.h"
#include "requests/server_parts.h"

namespace onbehalf::service {

// What is known of the other end of a connection.
struct Client {
  const std::uint64_t connection_id;
  ClientProcess process = {};  // set once, before the first request whose caller is known
};

// What is written of the requests of one client: the decision and the outcome to the audit, the answer to the client. Any
// thread, except one that impersonates.
class Completion {
 public:
  // `on_end` is called with each request that has ended. All of it outlives this.
  Completion(ServerParts& server, const Client& client, Outbox& outbox,
             std::function<void(const RequestPtr&)> on_end);
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  const Client& client() const { return client_; }

  // What was decided, before anything of the request is done. False when it could not be recorded.
  [[nodiscard]] bool Record(const RunningRequest& request, const Admission& admission);
  // Answers the request, unless that has been done. It has not ended by that.
  void Answer(const RequestPtr& request, const MethodResult& result);

  // ---- The end of a request, once ----

  // It has been done: its outcome is recorded, it is answered and gone. `denial_is_recorded`: AccessDenied is the policy's, of
  // which a decision tells already.
  void Complete(const RequestPtr& request, const MethodResult& result, std::chrono::nanoseconds took,
                bool denial_is_recorded = false);
  // It is not done, and that has been recorded: answered and gone.
  void AnswerAndEnd(const RequestPtr& request, const MethodResult& result);
  // It will not begin, whatever admission would have said: recorded, answered and gone.
  void RefuseUnbegun(const RequestPtr& request, protocol::Error error);
  void RefuseUnbegun(const RequestPtr& request, protocol::ErrorCode reason);
  // The path itself has failed (there is no memory, say), not the handler: the request ends and its connection with it,
  // because its answer may be lost.
  void Fail(const RequestPtr& request, const std::exception& error);

 private:
  void End(const RequestPtr& request);
  std::string AnswerText(const RunningRequest& request, const MethodResult& result) const;

  ServerParts& server_;
  const Client& client_;
  Outbox& outbox_;
  const std::function<void(const RequestPtr&)> on_end_;
};

}  // namespace onbehalf::service
