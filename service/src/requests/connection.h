#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access_policy.h"
#include "onbehalf/pipe/server_end.h"
#include "onbehalf/pipe/write_queue.h"
#include "onbehalf/pipe/write_room.h"
#include "onbehalf/protocol/foreign_message.h"
#include "onbehalf/protocol/framing.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/lock.h"
#include "requests/completion.h"
#include "requests/connection_deadlines.h"
#include "requests/connection_table.h"
#include "requests/outbox.h"
#include "requests/request_set.h"
#include "requests/running_request.h"
#include "requests/server_parts.h"
#include "requests/statistics.h"
#include "requests/subscriptions.h"

namespace onbehalf::service {

// One client: reads its messages, captures the writer's identity after each read, and passes every request to its RequestSet. At
// most one read is pending, so messages are handled in order; answers are sent in the order in which handlers end. Kept alive by
// the table, its pending operations and its running handlers. Any thread.
class Connection final : public Outbox, private pipe::Operation {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(ServerParts& server, pipe::ServerEnd pipe, std::uint64_t id);
  ~Connection();

  std::uint64_t id() const { return client_.connection_id; }
  ConnectionInfo Info() const;
  // Whether it has ended; handlers may still run.
  bool IsClosed() const;

  // Starts reading.
  void Start();
  // Ends it at once: pending operations are cancelled, handlers are asked to end, unread answers are lost.
  void Close() override;
  // Accepts no more requests, and ends when the queued answers have been written (or time out). Streams, which would not end by
  // themselves, are ended.
  void CloseWhenWritten();
  // The service begins to stop: subscribers are notified, and streams, which would not end by themselves, are ended. Other
  // requests continue.
  void BeginStop();
  // The policy has changed: streams check whether they may continue, and subscribers are notified.
  void OnPolicyChange();
  // Who may connect has changed since the policy `before`. If it admitted the first message's account and the current one does
  // not, the connection ends when its requests are answered; if nothing has been sent yet, the first message is checked. An
  // account that `before` refused too is not the one that connected: that program acts as others when it writes.
  void OnConnectChange(std::shared_ptr<const AccessPolicy> before);
  // The notifications that the client wants from now on.
  void Subscribe(EventSet events);
  // Answers every request in flight with `reason` and asks their handlers to end.
  void StopRequests(protocol::ErrorCode reason) { requests_.StopAll(reason); }
  // Handles everything that has waited too long by `now`: requests are answered, the connection is closed.
  void CheckDeadlines(Clock::time_point now, const protocol::Limits& limits);
  // The methods of handlers that were asked to end but still run, once for each handler.
  std::vector<std::string> StuckMethods() const { return requests_.StuckMethods(); }

  void Send(std::string_view text) override;
  pipe::WriteRoom& room() override { return room_; }

 private:
  using Capture = CallerIdentity::Capture;

  // The path of a request, in order.
  void OnComplete(std::uint32_t code, std::size_t bytes) override;
  bool Receive(std::string_view bytes, const Capture& writer);
  bool TakeFrame(std::string_view frame, const Capture& writer);
  void TakeRequest(protocol::Request request, bool is_notification, const Capture& writer,
                   const std::shared_ptr<BatchAnswers>& batch);

  void Identify(const std::shared_ptr<const CallerIdentity>& caller);
  // Whether `before` let the account connect and the current policy does not.
  bool IsShutOut(const AccessPolicy& before, const CallerIdentity& caller) const;
  void ReadNext();
  void Notify(std::size_t event);
  // For a byte stream that can no longer be trusted: sends the error under id null, then ends the connection. A client of
  // another protocol gets the error in that protocol, under the id of its message.
  void Refuse(protocol::Error error, const std::optional<protocol::ForeignMessage>& foreign = std::nullopt);
  void SendFrame(std::string frame);
  void OnWriteEnd(DWORD code);
  // Every request has ended and no more are accepted: the connection ends once everything is written.
  void OnDrained();

  // Declared first, so that it is destroyed last.
  const ConnectionTable::Alive alive_;
  ServerParts& server_;
  Client client_;
  const std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  // The settings at the last read. Replaced by the read's callback, under mutex_.
  std::shared_ptr<const Settings> settings_;
  pipe::ServerEnd pipe_;
  pipe::WriteQueue writes_;
  pipe::WriteRoom room_;  // for everything but answers
  RequestSet requests_;

  // Used only by the read's callback; there is one read at a time.
  std::unique_ptr<char[]> buffer_;
  protocol::FrameReader reader_;
  std::optional<Capture> frame_writer_;  // the writer of the incomplete frame
  Clock::time_point read_at_{};
  bool refused_quota_ = false;  // identified, but over a quota: every request is answered Busy

  mutable win32::Lock mutex_;        // acquired before that of requests_
  std::shared_ptr<Outbox> reading_;  // this, while a read is pending
  bool closed_ = false;
  bool closing_ = false;                                // CloseWhenWritten
  bool timed_out_ = false;                              // a deadline has passed and it is being closed
  bool read_paused_ = false;                            // the write queue is full
  std::shared_ptr<const CallerIdentity> first_caller_;  // set once, when identified
  // The previous policies that the client may have connected under, while nothing has been sent.
  std::vector<std::shared_ptr<const AccessPolicy>> connected_under_;
  std::atomic<protocol::Framing> framing_{protocol::Framing::kUnknown};
  std::atomic<Clock::time_point> last_write_{Clock::now()};
  ConnectionDeadlines deadlines_;
  std::shared_ptr<Subscriptions> subscriptions_;  // created at the first subscription
  bool is_subscriber_ = false;                    // to any event: it is then never idle
};

}  // namespace onbehalf::service
