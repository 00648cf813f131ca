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

// A request whose method is a stream, from its admission to its answer. It takes turns on the pool for handlers, one at
// a time: each looks whether the stream may go on, takes one piece of it as the method's Acts says, and sends that if
// it still may. Between turns it holds no thread, whether it waits for something to send or for the client to read.
// Kept by the request, and keeps that and the connection until it has ended. Any thread.
class StreamRequest final : public std::enable_shared_from_this<StreamRequest> {
 public:
  // The request has been admitted, and recorded; Look begins it. Throws Win32Error.
  StreamRequest(std::shared_ptr<Outbox> outbox, std::shared_ptr<Completion> completion, RequestPtr request,
                ServerParts& server);

  // The stream may have something to send.
  void Wake();
  // Something else has changed that a turn looks at: the request is to end, the policy is another, there is room.
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
  // Nothing while its caller may call the method under the policy in force.
  std::optional<protocol::Error> CheckAccess();
  void LetGo();

  ServerParts& server_;
  // Until the end.
  std::shared_ptr<Outbox> outbox_;
  std::shared_ptr<Completion> completion_;
  RequestPtr request_;
  const RunningRequest::Clock::time_point opened_ = RunningRequest::Clock::now();
  // Of the turn that is being taken.
  std::unique_ptr<Stream> stream_;
  std::shared_ptr<const AccessPolicy> policy_;  // that was asked last
  bool denial_is_recorded_ = false;             // it has denied the stream

  win32::Lock mutex_;
  State state_ = State::kWaiting;
  bool woken_ = false;   // during the turn
  bool looked_ = false;  // during the turn
  PoolWork turn_;
};

}  // namespace onbehalf::service
