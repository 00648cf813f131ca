#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <variant>

#include "access/access_policy.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/lock.h"
#include "requests/completion.h"
#include "requests/outbox.h"
#include "requests/running_request.h"
#include "requests/server_parts.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// A request whose method is a stream, from admission to answer. It takes turns on the handler pool, one at a time: each checks
// whether the stream may continue, takes one step as the method's Acts says, and sends the piece if it still may. Between turns
// it occupies no thread, whether it waits for data or for the client to read. Owned by the request; keeps it and the connection
// alive until it has ended. Any thread.
class StreamRequest final : public std::enable_shared_from_this<StreamRequest> {
 public:
  // The request must have been admitted and recorded; Look begins it. Throws Win32Error.
  StreamRequest(std::shared_ptr<Outbox> outbox, std::shared_ptr<Completion> completion, RequestPtr request,
                ServerParts& server);

  // The stream may have data to send.
  void Wake();
  // Something else that a turn checks has changed: the request must end, the policy is new, there is room.
  void Look();

 private:
  enum class State { kQueued, kTurn, kWaiting, kWaitingForRoom, kEnded };

  void QueueTurn();
  void TakeTurn();
  // What ended the stream, or what it waits for.
  struct Again {};
  struct ForRoom {};
  using Turn = std::variant<Again, Stream::Later, ForRoom, MethodResult>;
  Turn OneTurn();
  // nullopt while its caller may call the method under the current policy.
  std::optional<protocol::Error> CheckAccess();
  void Release();

  ServerParts& server_;
  // Kept until the end.
  std::shared_ptr<Outbox> outbox_;
  std::shared_ptr<Completion> completion_;
  RequestPtr request_;
  const RunningRequest::Clock::time_point opened_ = RunningRequest::Clock::now();
  // Used only by the current turn.
  std::unique_ptr<Stream> stream_;
  std::shared_ptr<const AccessPolicy> policy_;  // that was checked last
  bool denial_is_recorded_ = false;             // it denied the stream, which the audit has

  win32::Lock mutex_;
  State state_ = State::kWaiting;
  bool woken_ = false;   // during the turn
  bool looked_ = false;  // during the turn
  PoolWork turn_;
};

}  // namespace onbehalf::service
