#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "answer_reader.h"
#include "exchange.h"
#include "exchange_table.h"
#include "onbehalf/client/client.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/pipe_stream.h"
#include "onbehalf/win32/unique_handle.h"
#include "reading_turn.h"

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
  using TimePoint = win32::Clock::time_point;

  // What is to be called once the lock is free. What an application gave to a call may go with it, and may call the client
  // as it goes.
  using Calls = std::vector<std::function<void()>>;

  // These take the lock by themselves.

  // Waits for this thread's turn to write the exchanges' requests, which are under way from then on. False if they have
  // ended instead. Throws as Send.
  bool BeginSend(std::span<const ExchangePtr> exchanges, Calls& calls);
  // They have been written, or `code` has kept them from that.
  void EndSend(std::span<const ExchangePtr> exchanges, DWORD code, Calls& calls);
  // False when the pipe did not take it now: to be tried again.
  bool TryCancel(std::int64_t id);
  // Ends those whose time is over, and tells the service of those that are cancelled. Returns when to look again.
  TimePoint CheckDeadlines(Waiter& waiter);
  // What a thread that waits does next. Not before `is_ready`, which is asked under the lock: nothing, it waits no longer.
  // Otherwise it reads, if nobody else does, or waits to be notified until `until` at most.
  enum class Turn { kReady, kRead, kNotified };
  template <typename IsReady>
  Turn AwaitTurn(Waiter& waiter, TimePoint until, const IsReady& is_ready);
  // This thread's turn to read: one read and what comes of it.
  void ReadInTurn(TimePoint deadline);

  // These are called without the lock.

  // In this thread's turn to write. Windows' code.
  DWORD Write(std::string_view frame, TimePoint deadline);
  void Read(TimePoint deadline);
  void TakeFrame(protocol::ParsedFrame& frame);
  void TakeResponse(protocol::Response& response, bool is_in_batch);
  void TakeNotification(protocol::Notification& notification);

  // These are called under the lock.

  // The turn to write is this thread's, until EndTurn.
  void BeginTurn();
  void EndTurn();
  bool MayRead(const Waiter& waiter) const;
  // The exchange, which is no longer under way, has its outcome.
  void End(const ExchangePtr& exchange, Outcome outcome, Calls& calls);
  // What a write came to ends the connection, unless it went well or the connection has its end already.
  void FailUnlessOver(DWORD code, Calls& calls);
  void Fail(std::exception_ptr error, Calls& calls);
  // The pipe goes when it has failed and no thread is in it.
  void ClosePipeIfUnused();

  const std::string pipe_path_;
  const Events events_;
  const win32::UniqueObject closed_;  // ends everything

  // Only the thread whose turn it is to read uses these.
  AnswerReader answers_;
  std::vector<char> buffer_;

  std::atomic<std::int64_t> last_id_{0};

  mutable win32::Lock lock_;
  std::optional<win32::PipeStream> pipe_;
  bool has_failed_ = false;
  ReadingTurn reading_;
  bool is_writing_ = false;
  win32::Condition written_;
  ExchangeTable exchanges_;
  Waiter background_;
  bool reads_always_ = false;
  // They make no room before they have written, and the service may read nothing before somebody reads.
  std::size_t writers_in_callbacks_ = 0;
};

}  // namespace onbehalf::client
