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

// What is known about the other end of a connection.
struct Client {
  const std::uint64_t connection_id;
  ClientProcess process = {};  // set once, before the first request whose caller is known
};

// Writes the records of one client's requests: the decision and the outcome to the audit, the answer to the client. Any thread,
// except one that impersonates.
class Completion {
 public:
  // `on_end` is called with each request that has ended. All arguments outlive this.
  Completion(ServerParts& server, const Client& client, Outbox& outbox,
             std::function<void(const RequestPtr&)> on_end);
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  const Client& client() const { return client_; }

  // Records the decision, before anything of the request is executed. Returns false if it could not be recorded.
  [[nodiscard]] bool Record(const RunningRequest& request, const Admission& admission);
  // Answers the request, unless it has been answered. Does not end it.
  void Answer(const RequestPtr& request, const MethodResult& result);

  // ---- The end of a request, once ----

  // The request was executed: records its outcome, answers and ends it. `denial_is_recorded`: the AccessDenied came from the
  // policy, and a decision already records it.
  void Complete(const RequestPtr& request, const MethodResult& result, std::chrono::nanoseconds took,
                bool denial_is_recorded = false);
  // The request is not executed, and that has been recorded: answers and ends it.
  void AnswerAndEnd(const RequestPtr& request, const MethodResult& result);
  // The request will not begin, whatever admission would have decided: records that, answers and ends it.
  void RefuseUnstarted(const RequestPtr& request, protocol::Error error);
  void RefuseUnstarted(const RequestPtr& request, protocol::ErrorCode reason);
  // The path itself has failed (out of memory, for example), not the handler: the request ends, and its connection too, because
  // its answer may be lost.
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
