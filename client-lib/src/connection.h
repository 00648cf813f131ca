#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "exchange.h"
#include "onbehalf/client/client.h"
#include "onbehalf/protocol/framing.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/pipe_stream.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::client {

// One pipe, from its opening to its end, and the requests under way on it. It has no thread of its own: a request is
// written by the thread that asks for it, whose identity the service sees, and the answers are read by one of the threads
// that wait for one. That thread hands what it reads to the others; when its own answer is there it leaves the reading
// to the next. So a single caller reads its answer itself, without another thread in between. Any thread.
class Connection {
 public:
  // What does not belong to one request. Called without any lock, by the thread that reads; must not wait.
  struct Events {
    std::function<void(std::string method, Json params)> on_notification;
    // Whether more may be read for callbacks to work on.
    std::function<bool()> has_room;
  };

  // Opens the pipe and verifies who made it. Throws as Client::Connect.
  static std::shared_ptr<Connection> Open(const Options& options, win32::Clock::time_point deadline,
                                          Events events);
  // For Open.
  Connection(win32::PipeStream pipe, const Options& options, Events events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // For an exchange.
  std::int64_t NewId() { return ++last_id_; }
  // Writes the text of the exchanges' requests, on this thread. If their stop has been requested before, nothing is sent
  // and they end. Throws std::system_error when nothing was sent and no exchange is under way: not_connected,
  // timed_out. What else fails is the exchanges' outcome; a service that does not take the text in time ends the
  // connection, because part of it may have arrived.
  void Send(std::span<const ExchangePtr> exchanges, std::string_view text);
  // Writes a text that is not answered. Throws std::system_error.
  void SendUnanswered(std::string_view text, win32::Clock::time_point deadline);

  // Waits until all of the waiter's exchanges have their outcome. `on_progress` gets their progress, on this thread. When it
  // throws, this throws the same: call Forget then.
  void Await(Waiter& waiter, std::span<const ExchangePtr> exchanges,
             const std::function<void(const Json&)>& on_progress);
  // What Send and Await have left of them when they threw: from here on nothing refers to the waiter.
  void Forget(Waiter& waiter, std::span<const ExchangePtr> exchanges);
  // Whose the exchanges are that nobody waits for.
  Waiter& background() { return background_; }
  // Reads for those, and ends them in time, until the connection has failed, `until` has come, or `ends`, which is
  // asked under the lock, anew after each NotifyBackground.
  void Serve(const std::function<bool()>& ends, win32::Clock::time_point until);

  // The exchange is to be cancelled: the service is told, and answers.
  void RequestStop(Exchange& exchange);
  // The thread behind CallAsync reads always (there is a handler for notifications), or only for exchanges.
  void set_reads_always(bool reads_always);
  // What ends Serve may have changed.
  void NotifyBackground();
  // There is room for callbacks again.
  void NotifyRoom();

  bool has_failed() const;
  // Ends the connection; everything under way ends with `error`.
  void Fail(std::exception_ptr error);
  void Fail(std::errc code, const std::string& what) {
    Fail(std::make_exception_ptr(std::system_error(std::make_error_code(code), what)));
  }

 private:
  using Guard = std::unique_lock<win32::Lock>;
  using TimePoint = win32::Clock::time_point;

  // What is to be called once the lock is free.
  using Calls = std::vector<std::function<void()>>;

  // Ends those whose time is over, and tells the service of those that are cancelled. Returns when to look again.
  TimePoint Look(Waiter& waiter, Guard& guard);
  // Reads, if nobody else does, or waits to be notified; in either case until `deadline` at most.
  void ReadOrWait(Waiter& waiter, TimePoint deadline, Guard& guard);
  bool MayRead(const Waiter& waiter) const;
  void Leave(Waiter& waiter, Guard& guard);
  // One waiter that may read is told that nobody does.
  void NotifyNextReader();
  void NotifyWaiter(Waiter& waiter);

  // One read and what comes of it; without the lock.
  void Read(TimePoint deadline);
  void TakeFrame(std::string_view frame);
  void TakeResponse(protocol::Response& response, bool is_in_batch);
  void TakeNotification(protocol::Notification& notification);

  // False when the pipe did not take it now: to be tried again.
  bool TryCancel(std::int64_t id, Guard& guard);
  // What a write came to ends the connection, unless it went well or the connection has its end already.
  void FailUnlessOver(DWORD code, Guard& guard);
  // Writes in this thread's turn. Windows' code.
  DWORD WriteInTurn(std::string_view frame, TimePoint deadline, Guard& guard);

  // The exchange has its outcome; what is to be called is added to `calls`.
  void End(const ExchangePtr& exchange, Outcome outcome, Calls& calls);
  void Fail(std::exception_ptr error, Guard& guard);
  // The pipe goes when it has failed and no thread is in it.
  void ClosePipeIfUnused();

  const std::string pipe_path_;
  const protocol::JsonLimits json_limits_;
  const Events events_;
  const win32::UniqueObject wake_;    // ends the read that is under way; set again by itself
  const win32::UniqueObject closed_;  // ends everything

  // Only the thread that reads uses these.
  protocol::FrameReader frames_;
  std::vector<char> buffer_;
  std::string_view unread_;  // of `buffer_`

  std::atomic<std::int64_t> last_id_{0};

  mutable win32::Lock lock_;
  std::optional<win32::PipeStream> pipe_;
  bool has_failed_ = false;
  Waiter* reader_ = nullptr;
  bool is_reading_ = false;  // in Read, without the lock
  TimePoint read_deadline_{};
  std::vector<Waiter*> waiting_;
  bool is_writing_ = false;
  win32::Condition written_;
  std::map<std::int64_t, ExchangePtr> under_way_;
  std::set<std::int64_t> abandoned_;  // their time was over before they were answered
  Waiter background_;
  std::size_t background_exchanges_ = 0;
  bool reads_always_ = false;
  std::size_t waiting_progress_ = 0;  // of exchanges whose waiter has not taken it
  // They make no room before they have written, and the service may read nothing before somebody reads.
  std::size_t writers_in_callbacks_ = 0;
};

}  // namespace onbehalf::client
