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
#include "onbehalf/pipe/client.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/unique_handle.h"
#include "reading_turn.h"

namespace onbehalf::client {

// One pipe connection and its running requests. It has no thread of its own: a request is written by the calling
// thread, whose identity the service sees, and responses are read by one of the threads that wait for one. That
// thread passes on what it reads for others and, when its own response has arrived, passes the reading to the next
// thread. So a single caller reads its response directly, without a thread switch. Any thread.
class Connection {
 public:
  // Events that do not belong to one request. Called without locks by the reading thread; must not block.
  struct Events {
    std::function<void(std::string method, Json params)> on_notification;
    // Whether more may be read that leads to callbacks.
    std::function<bool()> has_room;
  };

  // Opens the pipe and verifies its server. Throws as Client::Connect.
  static std::shared_ptr<Connection> Open(const Options& options, win32::Clock::time_point deadline,
                                          Events events);
  // Only for Open.
  Connection(pipe::ClientEnd pipe, const Options& options, Events events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The id for a new exchange.
  std::int64_t NewId() { return ++last_id_; }
  // Writes the text of the exchanges' requests on this thread. If a stop was requested before, nothing is sent and
  // they end. Throws std::system_error if nothing was sent and no exchange is running: not_connected, timed_out. Any
  // other failure is the exchanges' outcome. If the service does not read the text in time, the connection is closed,
  // because part of it may have arrived.
  void Send(std::span<const ExchangePtr> exchanges, std::string_view text);
  // Writes a text that gets no response. Throws std::system_error.
  void SendUnanswered(std::string_view text, win32::Clock::time_point deadline);

  // Waits until all exchanges of the waiter have their outcome. Calls `on_progress` with their progress on this
  // thread. Rethrows its exceptions; call Forget then.
  void Await(Waiter& waiter, std::span<const ExchangePtr> exchanges,
             const std::function<void(const Json&)>& on_progress);
  // Cleans up after Send or Await threw: afterwards nothing refers to the waiter.
  void Forget(Waiter& waiter, std::span<const ExchangePtr> exchanges);
  // The waiter of the exchanges without a waiting thread.
  Waiter& background() { return background_; }
  // Reads for those exchanges and enforces their deadlines, until the connection has failed, `until` has passed, or
  // `ends` returns true; it is called under the lock, again after each NotifyBackground.
  void Serve(const std::function<bool()>& ends, win32::Clock::time_point until);

  // Cancels the exchange: tells the service, which responds.
  void RequestStop(Exchange& exchange);
  // Whether the background thread always reads (there is a handler for notifications), or only for exchanges.
  void set_reads_always(bool reads_always);
  // Makes Serve check its end condition again.
  void NotifyBackground();
  // Called when the callback queue has room again.
  void NotifyRoom();

  bool has_failed() const;
  // Closes the connection; every running exchange ends with `error`.
  void Fail(std::exception_ptr error);
  void Fail(std::errc code, const std::string& what) {
    Fail(std::make_exception_ptr(std::system_error(std::make_error_code(code), what)));
  }

 private:
  using TimePoint = win32::Clock::time_point;

  // Calls to make after the lock is released. They may destroy objects that an application gave to a call, which may
  // call the client.
  using Calls = std::vector<std::function<void()>>;

  // These take the lock themselves.

  // Waits for this thread's turn to write the exchanges' requests, which then count as running. False if they have
  // ended instead. Throws as Send.
  bool BeginSend(std::span<const ExchangePtr> exchanges, Calls& calls);
  // Called when they were written, or writing failed with `code`.
  void EndSend(std::span<const ExchangePtr> exchanges, DWORD code, Calls& calls);
  // False if the pipe did not accept it now: try again.
  bool TryCancel(std::int64_t id);
  // Ends exchanges past their deadline and sends the pending cancels. Returns when to check again.
  TimePoint CheckDeadlines(Waiter& waiter);
  // Decides what a waiting thread does next. Once `is_ready`, which is called under the lock, returns true: kReady,
  // it stops waiting. Otherwise it reads if no one else does, or waits to be notified, at most until `until`.
  enum class Turn { kReady, kRead, kNotified };
  template <typename IsReady>
  Turn AwaitTurn(Waiter& waiter, TimePoint until, const IsReady& is_ready);
  // This thread's turn to read: one read and its processing.
  void ReadInTurn(TimePoint deadline);

  // These are called without the lock.

  // In this thread's turn to write. Returns Windows' code.
  DWORD Write(std::string_view frame, TimePoint deadline);
  void Read(TimePoint deadline);
  void TakeFrame(protocol::ParsedFrame& frame);
  void TakeResponse(protocol::Response& response, bool is_in_batch);
  void TakeNotification(protocol::Notification& notification);

  // These are called under the lock.

  // Takes the turn to write, until EndTurn.
  void BeginTurn();
  void EndTurn();
  bool MayRead(const Waiter& waiter) const;
  // Sets the outcome of the exchange, which is no longer running.
  void End(const ExchangePtr& exchange, Outcome outcome, Calls& calls);
  // Closes the connection if a write failed, unless the connection is already ending.
  void FailUnlessOver(DWORD code, Calls& calls);
  void Fail(std::exception_ptr error, Calls& calls);
  // Closes the pipe if it has failed and no thread uses it.
  void ClosePipeIfUnused();

  const std::string pipe_path_;
  const Events events_;
  const win32::UniqueObject closed_;  // set at the end; aborts a write

  // Used only by the thread whose turn it is to read.
  AnswerReader answers_;
  std::vector<char> buffer_;

  std::atomic<std::int64_t> last_id_{0};

  mutable win32::Lock lock_;
  std::optional<pipe::ClientEnd> pipe_;
  bool has_failed_ = false;
  ReadingTurn reading_;
  bool is_writing_ = false;
  win32::Condition written_;
  ExchangeTable exchanges_;
  Waiter background_;
  bool reads_always_ = false;
  // Threads writing in callbacks. They make no room before they have written, and the service may stop reading until
  // someone reads.
  std::size_t writers_in_callbacks_ = 0;
};

}  // namespace onbehalf::client
