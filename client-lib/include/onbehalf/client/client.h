// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/client/any_json.h"
#include "onbehalf/client/client_core.h"
#include "onbehalf/client/errors.h"
#include "onbehalf/client/options.h"
#include "onbehalf/client/outcome.h"

// J in all of these is nlohmann::json, or another type of its interface.
namespace onbehalf::client {

// What one call asks for beside its method and parameters.
template <typename J>
struct BasicCallOptions {
  // From the call to its answer, reconnecting included. Unset: Options::call_timeout.
  std::optional<std::chrono::milliseconds> timeout;
  // Cancels the call: the service is told with $/cancelRequest and still answers, usually with
  // kRequestCancelled, or with the result if that was faster. A call that was not sent yet ends at once.
  std::stop_token stop;
  // Called with each `value` of the call's $/progress, in order, never after the call has ended. The
  // service is asked for progress only if this is set; parameters must then be an object or null. Call runs it
  // on its own thread, CallAsync on the client's thread for callbacks.
  std::function<void(const J& value)> progress;
  // The method may be done twice without harm: when the connection is lost before the answer has come, the
  // client connects again (verifying the server again, waiting longer after each failure) and repeats the call,
  // until its time is over. Any other call is sent once at most. A call that CallAsync made on a thread that
  // impersonates somebody is never repeated, because nobody could write it as that identity again; nor is a call to
  // a remote service, whose pipe has the identity of the thread that opened it, if that or the caller's impersonates.
  bool idempotent = false;
};

// One entry of a batch.
template <typename J>
struct BasicBatchEntry {
  std::string method;
  J params = nullptr;
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
template <typename J>
class BasicClient {
 public:
  using CallOptions = BasicCallOptions<J>;
  using Outcome = BasicOutcome<J>;
  using BatchEntry = BasicBatchEntry<J>;
  using Callback = std::function<void(Outcome outcome)>;
  using NotificationHandler = std::function<void(const std::string& method, const J& params)>;

  // Opens the pipe and verifies who made it, before the first byte is written. Throws std::system_error (what
  // Windows said: 2 no such pipe, 231 busy until the timeout, 5 refused), ServerNotTrusted, or
  // std::invalid_argument (names that cannot be a pipe's).
  static BasicClient Connect(const Options& options = {}) {
    return BasicClient(ClientCore::Connect(options));
  }
  BasicClient(BasicClient&&) noexcept = default;
  // Destroys what the assigned-to client was.
  BasicClient& operator=(BasicClient&&) noexcept = default;
  // Closes, and waits until the last callback has returned (unless it is that callback which destroys the client).
  ~BasicClient() = default;

  // Calls a method and waits for its result. `params` is an object (by name), an array (by position) or null
  // (none). Throws RpcError (the service's error), std::invalid_argument (params of another type, or an array
  // together with progress) and std::system_error for the connection (see above).
  J Call(std::string_view method, const J& params = nullptr, const CallOptions& options = {}) {
    return core_.Call(method, AnyJson::Of(params), ForCore(options)).template To<J>();
  }
  J Call(std::string_view method, const J& params, std::chrono::milliseconds timeout) {
    CallOptions options;
    options.timeout = timeout;
    return Call(method, params, options);
  }

  // The same, with the result converted as nlohmann/json converts it (from_json); parameters convert by themselves
  // (to_json) on the way in. Throws J::exception, too, when the result is no `Result`.
  template <typename Result>
  Result CallAs(std::string_view method, const J& params = nullptr, const CallOptions& options = {}) {
    return Call(method, params, options).template get<Result>();
  }

  // Sends the request and does not wait for its answer, which the future gives (or throws what Call would have
  // thrown). Throws std::invalid_argument, and what keeps the request from being sent: std::system_error, and of an
  // idempotent call RpcError (cancelled) and ServerNotTrusted. It may wait for the service to take the request, and if it is
  // idempotent for a new connection. In a callback use Call, or look at the future later: a callback that waits for one
  // keeps the others waiting.
  std::future<J> CallAsync(std::string_view method, const J& params = nullptr,
                           const CallOptions& options = {}) {
    const auto promise = std::make_shared<std::promise<J>>();
    std::future<J> future = promise->get_future();
    auto keep_promise = [promise](ClientCore::Outcome outcome) {
      try {
        promise->set_value(std::move(outcome).result().template To<J>());
      } catch (...) {
        promise->set_exception(std::current_exception());
      }
    };
    core_.CallAsync(method, AnyJson::Of(params), ForCore(options), std::move(keep_promise),
                    ClientCore::Delivery::kAnywhere);
    return future;
  }
  // The same, and `done` is called with the outcome, exactly once, on the client's thread for callbacks: all callbacks
  // of a client run there, one at a time, in the order in which the service sent what they are about. While 128 of them
  // wait the connection is not read (but for a callback that calls), and a service that cannot write for its write
  // timeout (10 s) closes it. An exception that leaves a
  // callback ends the process (std::terminate). When this throws, `done` is not called.
  void CallAsync(std::string_view method, const J& params, const CallOptions& options, Callback done) {
    if (!done) throw std::invalid_argument("an asynchronous call needs a callback for its outcome");
    auto give = [done = std::move(done)](ClientCore::Outcome outcome) { done(FromCore(std::move(outcome))); };
    core_.CallAsync(method, AnyJson::Of(params), ForCore(options), std::move(give),
                    ClientCore::Delivery::kOnCallbackThread);
  }

  // Several calls in one frame, answered in one. Outcomes in the order of the entries; null for a notification.
  // Throws std::invalid_argument (no entry, or wrong parameters; a batch gets no progress), and
  // std::system_error when nothing was sent. A service takes 64 entries unless its settings say otherwise, and
  // refuses a longer batch by ending the connection.
  std::vector<Outcome> CallBatch(std::span<const BatchEntry> entries, const CallOptions& options = {}) {
    std::vector<ClientCore::BatchEntry> for_core;
    for (const BatchEntry& entry : entries) {
      for_core.push_back({entry.method, AnyJson::Of(entry.params), entry.is_notification});
    }
    std::vector<Outcome> outcomes;
    for (ClientCore::Outcome& outcome : core_.CallBatch(for_core, ForCore(options))) {
      outcomes.push_back(FromCore(std::move(outcome)));
    }
    return outcomes;
  }

  // Sends a notification: the service does it, if the caller may, and never answers. Throws as CallAsync does.
  void Notify(std::string_view method, const J& params = nullptr) {
    core_.Notify(method, AnyJson::Of(params));
  }
  // `handler` gets every notification of the service that is no progress of a call, on the client's thread for
  // callbacks, from now on and after reconnecting; an empty one ends that. When this returns, the handler that was
  // set before is not running any more (unless this is called in it).
  void OnNotification(NotificationHandler handler) {
    if (!handler) return core_.OnNotification({});
    core_.OnNotification([handler = std::move(handler)](const std::string& method, AnyJson params) {
      handler(method, std::move(params).template To<J>());
    });
  }

  // False once the connection has failed or was closed. A closed connection is noticed when it is used, or at once while
  // anything is under way or a notification handler is set.
  bool IsConnected() const { return core_.IsConnected(); }
  // Ends the connection and every call under way (operation_canceled; one that still waits for its turn to be written gets
  // not_connected). Later calls fail with not_connected, idempotent ones
  // too.
  void Close() { core_.Close(); }

 private:
  explicit BasicClient(ClientCore core) : core_(std::move(core)) {}

  static ClientCore::CallOptions ForCore(const CallOptions& options) {
    ClientCore::CallOptions for_core{options.timeout, options.stop, {}, options.idempotent};
    if (options.progress) {
      for_core.progress = [progress = options.progress](AnyJson value) {
        progress(std::move(value).template To<J>());
      };
    }
    return for_core;
  }
  static Outcome FromCore(ClientCore::Outcome outcome) {
    return outcome.ok() ? Outcome(std::move(outcome).result().template To<J>()) : Outcome(outcome.error());
  }

  ClientCore core_;
};

// The client of a program that uses nlohmann::json. Include <nlohmann/json.hpp> where a value is made or looked at: this header
// only declares its types, and any version will do.
using Client = BasicClient<Json>;
using CallOptions = BasicCallOptions<Json>;
using Outcome = BasicOutcome<Json>;
using BatchEntry = BasicBatchEntry<Json>;

}  // namespace onbehalf::client
