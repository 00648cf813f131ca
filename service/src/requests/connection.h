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
#include "onbehalf/protocol/foreign_message.h"
#include "onbehalf/protocol/framing.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/lock.h"
#include "pipe/pipe_instance.h"
#include "pipe/write_queue.h"
#include "pipe/write_room.h"
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

// One client: reads its messages, takes the writer's identity after each, and gives every request in them to its RequestSet.
// One read is under way at most, so what is read is handled in order; answers go out in the order in which handlers end.
// Kept alive by the table, its pending operations and its running handlers. Any thread.
class Connection final : public Outbox, private PipeInstance::Operation {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(ServerParts& server, std::unique_ptr<PipeInstance> pipe, std::uint64_t id);
  ~Connection();

  std::uint64_t id() const { return client_.connection_id; }
  ConnectionInfo Info() const;
  // It has ended; handlers may still run.
  bool IsClosed() const;

  // Starts reading.
  void Start();
  // Ends it at once: what is pending is cancelled, handlers are asked to end, unread answers are lost.
  void Close() override;
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
  void StopRequests(protocol::ErrorCode reason) { requests_.StopAll(reason); }
  // Whatever has waited too long by `now`: requests are answered, the connection is closed.
  void CheckDeadlines(Clock::time_point now, const protocol::Limits& limits);
  // Methods that threads still run for, because their handlers have been asked to end and have not; each as often as it runs.
  std::vector<std::string> StuckMethods() const { return requests_.StuckMethods(); }

  void Send(std::string_view text) override;
  WriteRoom& room() override { return room_; }

 private:
  using Capture = CallerIdentity::Capture;

  // The path, in its order.
  void OnComplete(DWORD code, DWORD bytes) override;
  bool Receive(std::string_view bytes, const Capture& writer);
  bool TakeFrame(std::string_view frame, const Capture& writer);
  void TakeRequest(protocol::Request request, bool is_notification, const Capture& writer,
                   const std::shared_ptr<BatchAnswers>& batch);

  void Identify(const std::shared_ptr<const CallerIdentity>& caller);
  // `before` let the account connect, and the policy of now does not.
  bool IsShutOut(const AccessPolicy& before, const CallerIdentity& caller) const;
  void ReadNext();
  void Notify(std::size_t event);
  // For a stream that cannot be trusted any more: the error goes out under id null, then the connection ends. To a client of
  // another protocol it goes out in that, under the id of its message.
  void Refuse(protocol::Error error, const std::optional<protocol::ForeignMessage>& foreign = std::nullopt);
  void SendFrame(std::string frame);
  void OnWriteEnd(DWORD code);
  // Every request has ended and no more is taken: so does the connection, once everything is written.
  void OnDrained();

  // Declared first, so that it goes last.
  const ConnectionTable::Alive alive_;
  ServerParts& server_;
  Client client_;
  const std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  // In force when something was read last. Replaced by the read's callback, under mutex_.
  std::shared_ptr<const Settings> settings_;
  std::unique_ptr<PipeInstance> pipe_;
  WriteQueue writes_;
  WriteRoom room_;  // for what is no answer
  RequestSet requests_;

  // Only the read's callback uses these, and there is one read at a time.
  std::unique_ptr<char[]> buffer_;
  protocol::FrameReader reader_;
  std::optional<Capture> frame_writer_;  // of the frame that has begun and not ended
  Clock::time_point read_at_{};
  bool refused_quota_ = false;  // identified, but over a quota: every request is answered Busy

  mutable win32::Lock mutex_;        // taken before that of requests_
  std::shared_ptr<Outbox> reading_;  // this, while a read is pending
  bool closed_ = false;
  bool closing_ = false;                                // CloseWhenWritten
  bool timed_out_ = false;                              // it has waited too long and is being closed
  bool read_paused_ = false;                            // the write queue is full
  std::shared_ptr<const CallerIdentity> first_caller_;  // set once, when identified
  // Not that of now: the policies that the client may have connected under, while nothing has been sent.
  std::vector<std::shared_ptr<const AccessPolicy>> connected_under_;
  std::atomic<protocol::Framing> framing_{protocol::Framing::kUnknown};
  std::atomic<Clock::time_point> last_write_{Clock::now()};
  ConnectionDeadlines deadlines_;
  std::shared_ptr<Subscriptions> subscriptions_;  // from the first one on
  bool is_subscriber_ = false;                    // to anything at all: it is not idle then
};

}  // namespace onbehalf::service
