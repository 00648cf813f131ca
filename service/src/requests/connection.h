#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit.h"
#include "onbehalf/protocol/foreign_message.h"
#include "onbehalf/protocol/framing.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/lock.h"
#include "pipe/pipe_instance.h"
#include "pipe/write_queue.h"
#include "pipe/write_room.h"
#include "requests/connection_table.h"
#include "requests/running_request.h"
#include "requests/server_parts.h"
#include "requests/statistics.h"
#include "requests/subscriptions.h"

namespace onbehalf::service {

// One client: reads its messages, takes the writer's identity after each, and takes every request in them along the
// path of the design. One read is under way at most, so what is read is handled in order; answers go out in the order
// in which handlers end. Kept alive by the table, its pending operations and its running handlers. Any thread.
class Connection final : public std::enable_shared_from_this<Connection>, private PipeInstance::Operation {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(ServerParts& server, std::unique_ptr<PipeInstance> pipe, std::uint64_t id);
  ~Connection();

  std::uint64_t id() const { return id_; }
  ConnectionInfo Info() const;
  // It has ended; handlers may still run.
  bool IsClosed() const;
  // Closed, or to be when its requests have been answered: nothing is begun for it any more.
  bool IsClosing() const;

  // Starts reading.
  void Start();
  // Ends it at once: what is pending is cancelled, handlers are asked to end, unread answers are lost.
  void Close();
  // Takes no more requests, and ends when the answers that are queued have been written (or time out). Streams, which
  // would not end by themselves, are ended.
  void CloseWhenWritten();
  // The service begins to stop: subscribers are told, and streams, which would not end by themselves, are ended. Other requests
  // go on.
  void BeginStop();
  // The policy is another: streams look whether they may go on, and subscribers are told.
  void OnPolicyChange();
  // Who may connect is another than by `before`. If that let in the account that has sent the first message, and the policy of now
  // does not, the connection ends when its requests have been answered; if nothing has been sent yet, that is looked at then. An
  // account that was refused before as well was not the one that has connected: that program acts as others when it writes.
  void OnConnectChange(std::shared_ptr<const AccessPolicy> before);
  // The notifications that the client wants from now on.
  void Subscribe(EventSet events);
  // Answers every request in flight with `reason` and asks their handlers to end.
  void StopRequests(protocol::ErrorCode reason);
  // Whatever has waited too long by `now`: requests are answered, the connection is closed.
  void CheckDeadlines(Clock::time_point now, const protocol::Limits& limits);
  // Methods that threads still run for, because their handlers have been asked to end and have not; each as often as it runs.
  std::vector<std::string> StuckMethods() const;

  // ---- For what its requests consist of: their progress and streams ----

  using RequestPtr = std::shared_ptr<RunningRequest>;

  const ClientProcess& process() const { return process_; }
  WriteRoom& room() { return room_; }
  void Send(std::string_view text);
  // What is known of a request before it is judged.
  AuditDecision DecisionOn(const RunningRequest& request) const;
  [[nodiscard]] bool Record(const AuditDecision& decision);
  // The request has been done: its outcome is recorded, it is answered and gone.
  void Complete(const RequestPtr& request, const MethodResult& result, std::chrono::nanoseconds took);
  void Fail(const RequestPtr& request, const std::exception& error);

 private:
  using Capture = CallerIdentity::Capture;

  // The path, in its order.
  void OnComplete(DWORD code, DWORD bytes) override;
  bool Receive(std::string_view bytes, const Capture& writer);
  bool TakeFrame(std::string_view frame, const Capture& writer);
  void TakeRequest(protocol::Request request, bool is_notification, const Capture& writer,
                   const std::shared_ptr<BatchAnswers>& batch);
  bool Begin(const RequestPtr& request);
  std::optional<protocol::Error> Admit(RunningRequest& request, AuditDecision& decision, std::string& entry);
  void Run(const RequestPtr& request);
  void Answer(const RequestPtr& request, const MethodResult& result);

  // requests_ that have not been answered. Under mutex_.
  std::size_t InFlight() const;
  // Whether a request of a batch may begin. Streams do not count: what waited for their end might wait for ever. Under
  // mutex_.
  bool HasPlaceInBatch() const;
  // Answers a request that will not begin, and records that.
  void RefuseUnbegun(const RequestPtr& request, const protocol::Error& error);
  // Its account runs as many handlers as it may: a batch's request waits until one of its connection has ended. False
  // when there is none that could end, or it is in no batch.
  bool WaitForQuota(const RequestPtr& request);
  void Record(const AuditOutcome& outcome);
  // What becomes of a request whose decision could not be recorded.
  bool MayGoUnrecorded(const RunningRequest& request, bool is_refused) const;

  void Identify(const std::shared_ptr<const CallerIdentity>& caller);
  // `before` let the account connect, and the policy of now does not.
  bool IsShutOut(const AccessPolicy& before, const CallerIdentity& caller) const;
  void CancelRequest(const Json& params);
  void ReadNext();
  void Finish(const RequestPtr& request);
  void BeginWaiting();
  void StopStreams(protocol::ErrorCode reason);
  // Of the request's account, and of its method, there is one less.
  void LeaveQuota(RunningRequest& request);
  std::vector<RequestPtr> Requests() const;
  void Notify(std::size_t event);
  // For a stream that cannot be trusted any more: the error goes out under id null, then the connection ends. To a client of
  // another protocol it goes out in that, under the id of its message.
  void Refuse(protocol::Error error, const std::optional<protocol::ForeignMessage>& foreign = std::nullopt);
  void SendFrame(std::string frame);
  void OnWriteEnd(DWORD code);

  // Declared first, so that it goes last.
  const ConnectionTable::Alive alive_;
  ServerParts& server_;
  const std::uint64_t id_;
  const std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  // In force when something was read last. Replaced by the read's callback, under mutex_.
  std::shared_ptr<const Settings> settings_;
  std::unique_ptr<PipeInstance> pipe_;
  WriteQueue writes_;
  WriteRoom room_;  // for what is no answer

  // Only the read's callback uses these, and there is one read at a time.
  std::unique_ptr<char[]> buffer_;
  protocol::FrameReader reader_;
  std::optional<Capture> frame_writer_;  // of the frame that has begun and not ended
  Clock::time_point read_at_{};

  mutable win32::Lock mutex_;
  std::shared_ptr<Connection> reading_;  // this, while a read is pending
  bool closed_ = false;
  bool closing_ = false;        // CloseWhenWritten
  bool read_paused_ = false;    // the write queue is full
  bool refused_quota_ = false;  // identified, but over a quota: every request is answered Busy
  std::shared_ptr<const CallerIdentity> first_caller_;  // set once, when identified
  // Not that of now: the policies that the client may have connected under, while nothing has been sent.
  std::vector<std::shared_ptr<const AccessPolicy>> connected_under_;
  ClientProcess process_;  // set once, when identified
  std::atomic<protocol::Framing> framing_{protocol::Framing::kUnknown};
  protocol::FrameReader::State frame_state_ = protocol::FrameReader::State::kBetweenFrames;
  const Clock::time_point connected_at_;
  Clock::time_point frame_state_since_;
  Clock::time_point last_activity_;
  Clock::time_point last_write_ = connected_at_;
  std::uint64_t requests_read_ = 0;
  std::vector<RequestPtr> requests_;              // until answered and their handlers have ended
  std::deque<RequestPtr> waiting_;                // of a batch, not begun
  std::shared_ptr<Subscriptions> subscriptions_;  // from the first one on
  bool is_subscriber_ = false;                    // to anything at all: it is not idle then
  bool beginning_waiting_ = false;                // by one thread at a time
  bool begin_again_ = false;  // a request has ended since that thread took the last one out
};

}  // namespace onbehalf::service
