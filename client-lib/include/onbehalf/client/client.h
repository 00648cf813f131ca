// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace onbehalf::client {

using Json = nlohmann::json;

// The service answered with an error. Codes and names: onbehalf/protocol/error_code.h, docs/protocol.md.
class RpcError : public std::runtime_error {
 public:
  RpcError(int code, const std::string& message, Json data);
  int code() const noexcept { return code_; }
  const Json& data() const noexcept { return data_; }  // null when the service sent none

 private:
  int code_;
  Json data_;
};

// RpcError::code() of a call that was cancelled (CallOptions::stop), whether the service had begun it or not.
inline constexpr int kRequestCancelled = -32800;

// The pipe is there, but whoever made it is not who Options::trust asks for. Nothing was sent to it. what()
// says what was found, what was expected and what to do.
class ServerNotTrusted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the service may do with the caller's identity. Methods that act as the caller need kImpersonate.
enum class Level { kAnonymous, kIdentify, kImpersonate };

// Who must have made the pipe.
enum class Trust {
  // The installed service: its SID, LocalSystem or Administrators own the pipe and, on this computer and
  // where the service control manager may be asked, the pipe's process is the service's. A service whose
  // process has no service SID is known by its process and that process's user.
  kService,
  // This process's own user: for services run in the console and for tests.
  kSameUser,
  // Nobody is checked: whoever made the pipe gets the requests and the identity.
  kAny,
};

struct Options {
  std::string pipe = "onbehalf";
  std::string server = ".";          // a computer's name for a remote service
  std::string service = "OnBehalf";  // the service that Trust::kService looks for
  // Unset: kImpersonate on this computer, kIdentify for a remote one, because identity cannot be tracked by
  // message across machines and a token would be handed over at the open already.
  std::optional<Level> level;
  Trust trust = Trust::kService;
  std::chrono::milliseconds connect_timeout{5'000};  // waiting for a free instance included
  std::chrono::milliseconds call_timeout{30'000};
  std::size_t max_answer_bytes = 16 * 1024 * 1024;  // a longer answer ends the connection
  // How long an idempotent call waits before it tries to connect again: the first time, and (doubled each
  // time) at most.
  std::chrono::milliseconds first_backoff{50};
  std::chrono::milliseconds longest_backoff{2'000};
};

// `\\.\pipe\NAME`, or `\\HOST\pipe\NAME` for a remote server.
std::string PipePath(const Options& options);

// What one call asks for beside its method and parameters.
struct CallOptions {
  // From the call to its answer, reconnecting included. Unset: Options::call_timeout.
  std::optional<std::chrono::milliseconds> timeout;
  // Cancels the call: the service is told with $/cancelRequest and still answers, usually with
  // kRequestCancelled, or with the result if that was faster. A call that was not sent yet ends at once.
  std::stop_token stop;
  // Called with each `value` of the call's $/progress, in order, never after the call has ended. The
  // service is asked for progress only if this is set; parameters must then be an object or null. Call runs it
  // on its own thread, CallAsync on the client's thread for callbacks.
  std::function<void(const Json& value)> progress;
  // The method may be done twice without harm: when the connection is lost before the answer has come, the
  // client connects again (verifying the server again, waiting longer after each failure) and repeats the call,
  // until its time is over. Any other call is sent once at most. A call that CallAsync made on a thread that
  // impersonates somebody is never repeated, because nobody could write it as that identity again; nor is a call to
  // a remote service, whose pipe has the identity of the thread that opened it, if that or the caller's impersonates.
  bool idempotent = false;
};

// What a call came to: its result, or what Call would have thrown.
class Outcome {
 public:
  explicit Outcome(Json result) : value_(std::move(result)) {}
  explicit Outcome(std::exception_ptr error) : value_(std::move(error)) {}

  bool ok() const noexcept { return std::holds_alternative<Json>(value_); }
  // The result. Throws the error if there is none.
  const Json& result() const& {
    if (!ok()) std::rethrow_exception(error());
    return std::get<Json>(value_);
  }
  Json result() && {
    if (!ok()) std::rethrow_exception(error());
    return std::get<Json>(std::move(value_));
  }
  // What was thrown; only without a result.
  const std::exception_ptr& error() const { return std::get<std::exception_ptr>(value_); }

 private:
  std::variant<Json, std::exception_ptr> value_;
};

// One entry of a batch.
struct BatchEntry {
  std::string method;
  Json params = nullptr;
  bool is_notification = false;  // is not answered
};

// One connection to the service, with any number of calls under way on it. Every function may be called on any
// thread, several at the same time, also in callbacks (but see CallAsync); moving and destroying may not happen
// beside other functions.
//
// A request is written on the thread that asks for it, because the writing thread's identity is the one the
// service sees. What stands behind a call that waits (answers of other calls, callbacks) is done by the thread
// that waits, or, for CallAsync and OnNotification, by two threads that the client then has until it is destroyed.
//
// Errors of the connection are std::system_error; std::errc:
//   timed_out         no answer in time (the service may have done the work all the same; it is told to cancel if that
//                     can be written at once). The connection goes on, and the answer is ignored when it comes; but if
//                     it is the request that the service did not take in time, the connection ends, because part of it
//                     may have arrived
//   connection_reset  the other end closed the connection, and all calls under way end with this
//   bad_message       what came is no frame or no JSON-RPC; as after all of these, the connection is closed and all
//                     calls under way end with this
//   protocol_error    an answer to something that was not asked
//   message_size      an answer over Options::max_answer_bytes
//   not_connected     an earlier failure has closed the connection; nothing was sent
//   operation_canceled  the client was closed or destroyed while the call was under way
// An idempotent call may also end with what keeps a new connection from being made: ServerNotTrusted, or what Windows
// refuses for good.
class Client {
 public:
  using Callback = std::function<void(Outcome outcome)>;
  using NotificationHandler = std::function<void(const std::string& method, const Json& params)>;

  // Opens the pipe and verifies who made it, before the first byte is written. Throws std::system_error (what
  // Windows said: 2 no such pipe, 231 busy until the timeout, 5 refused), ServerNotTrusted, or
  // std::invalid_argument (names that cannot be a pipe's).
  static Client Connect(const Options& options = {});
  Client(Client&&) noexcept;
  // Destroys what the assigned-to client was.
  Client& operator=(Client&&) noexcept;
  // Closes, and waits until the last callback has returned (unless it is that callback which destroys the client).
  ~Client();

  // Calls a method and waits for its result. `params` is an object (by name), an array (by position) or null
  // (none). Throws RpcError (the service's error), std::invalid_argument (params of another type, or an array
  // together with progress) and std::system_error for the connection (see above).
  Json Call(std::string_view method, const Json& params = nullptr, const CallOptions& options = {});
  Json Call(std::string_view method, const Json& params, std::chrono::milliseconds timeout);

  // The same, with the result converted as nlohmann/json converts it (from_json); parameters convert by themselves
  // (to_json) on the way in. Throws Json::exception, too, when the result is no `Result`.
  template <typename Result>
  Result CallAs(std::string_view method, const Json& params = nullptr, const CallOptions& options = {}) {
    return Call(method, params, options).template get<Result>();
  }

  // Sends the request and does not wait for its answer, which the future gives (or throws what Call would have
  // thrown). Throws std::invalid_argument, and what keeps the request from being sent: std::system_error, and of an
  // idempotent call RpcError (cancelled) and ServerNotTrusted. It may wait for the service to take the request, and if it is
  // idempotent for a new connection. In a callback use Call, or look at the future later: a callback that waits for one
  // keeps the others waiting.
  std::future<Json> CallAsync(std::string_view method, const Json& params = nullptr,
                              const CallOptions& options = {});
  // The same, and `done` is called with the outcome, exactly once, on the client's thread for callbacks: all callbacks
  // of a client run there, one at a time, in the order in which the service sent what they are about. While 128 of them
  // wait the connection is not read (but for a callback that calls), and a service that cannot write for its write
  // timeout (10 s) closes it. An exception that leaves a
  // callback ends the process (std::terminate). When this throws, `done` is not called.
  void CallAsync(std::string_view method, const Json& params, const CallOptions& options, Callback done);

  // Several calls in one frame, answered in one. Outcomes in the order of the entries; null for a notification.
  // Throws std::invalid_argument (no entry, or wrong parameters; a batch gets no progress), and
  // std::system_error when nothing was sent. A service takes 64 entries unless its settings say otherwise, and
  // refuses a longer batch by ending the connection.
  std::vector<Outcome> CallBatch(std::span<const BatchEntry> entries, const CallOptions& options = {});

  // Sends a notification: the service does it, if the caller may, and never answers. Throws as CallAsync does.
  void Notify(std::string_view method, const Json& params = nullptr);
  // `handler` gets every notification of the service that is no progress of a call, on the client's thread for
  // callbacks, from now on and after reconnecting; an empty one ends that. When this returns, the handler that was
  // set before is not running any more (unless this is called in it).
  void OnNotification(NotificationHandler handler);

  // False once the connection has failed or was closed. A closed connection is noticed when it is used, or at once while
  // anything is under way or a notification handler is set.
  bool IsConnected() const;
  // Ends the connection and every call under way (operation_canceled; one that still waits for its turn to be written gets
  // not_connected). Later calls fail with not_connected, idempotent ones
  // too.
  void Close();

 private:
  class Session;
  explicit Client(std::shared_ptr<Session> session);
  std::shared_ptr<Session> session_;
};

}  // namespace onbehalf::client
