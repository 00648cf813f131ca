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

// J is nlohmann::json or another type with the same interface.
namespace onbehalf::client {

// Options of one call.
template <typename J>
struct BasicCallOptions {
  // From the call to its response, including reconnecting. Unset: Options::call_timeout.
  std::optional<std::chrono::milliseconds> timeout;
  // Cancels the call: the service gets $/cancelRequest and still responds, usually with kRequestCancelled, or with
  // the result if that was faster. A call not sent yet ends at once.
  std::stop_token stop;
  // Called with each `value` of the call's $/progress, in order, never after the call has ended. Progress is
  // requested only if this is set; parameters must then be an object or null. Call runs it on its own thread,
  // CallAsync on the client's callback thread.
  std::function<void(const J& value)> progress;
  // The method may run twice without harm. If the connection is lost before the response, the client reconnects
  // (verifying the server again, with growing delays after failures) and repeats the call until its timeout. Other
  // calls are sent at most once. Two kinds are never repeated: a call made with CallAsync on an impersonating thread,
  // because no other thread could send it with that identity; and a call to a remote service, whose pipe has the
  // identity of the thread that opened it, if that thread or the caller impersonates.
  bool idempotent = false;
};

// One entry of a batch.
template <typename J>
struct BasicBatchEntry {
  std::string method;
  J params = nullptr;
  bool is_notification = false;  // gets no response
};

// One connection to the service, with any number of concurrent calls. All functions may be called on any thread,
// several at the same time, also in callbacks (but see CallAsync); do not move or destroy the client while another
// function runs.
//
// A request is written on the calling thread, because the service sees the identity of the writing thread. Other work
// of a waiting call (responses to other calls, callbacks) is done by the waiting thread, or, for CallAsync and
// OnNotification, by two threads that the client then keeps until it is destroyed.
//
// Connection errors are std::system_error; std::errc:
//   timed_out         no response in time (the service may still have done the work; it is told to cancel if that can be
//                     written at once). The connection stays open and a late response is ignored. But if the service did
//                     not read the request in time, the connection is closed, because part of it may have arrived
//   connection_reset  the other end closed the connection; ends all running calls
//   bad_message       received data is not a frame or not JSON-RPC; like all of these, closes the connection and ends all
//                     running calls
//   protocol_error    a response that matches no request
//   message_size      a response over Options::max_answer_bytes
//   not_connected     an earlier failure closed the connection; nothing was sent
//   operation_canceled  the client was closed or destroyed during the call
// An idempotent call may also end with the reason why it cannot reconnect: ServerNotTrusted, or a permanent Windows
// error.
template <typename J>
class BasicClient {
 public:
  using CallOptions = BasicCallOptions<J>;
  using Outcome = BasicOutcome<J>;
  using BatchEntry = BasicBatchEntry<J>;
  using Callback = std::function<void(Outcome outcome)>;
  using NotificationHandler = std::function<void(const std::string& method, const J& params)>;

  // Opens the pipe and verifies its server before the first byte is written. Throws std::system_error (Windows' code:
  // 2 no such pipe, 231 busy until the timeout, 5 refused), ServerNotTrusted, or std::invalid_argument (names that
  // are not valid in a pipe path).
  static BasicClient Connect(const Options& options = {}) {
    return BasicClient(ClientCore::Connect(options));
  }
  BasicClient(BasicClient&&) noexcept = default;
  // Destroys the client assigned to.
  BasicClient& operator=(BasicClient&&) noexcept = default;
  // Closes the connection and waits until the last callback has returned (unless called in that callback).
  ~BasicClient() = default;

  // Calls a method and waits for its result. `params` is an object (by name), an array (by position) or null (none).
  // Throws RpcError (the service's error), std::invalid_argument (params of another type, or an array together with
  // progress) and std::system_error for the connection (see above).
  J Call(std::string_view method, const J& params = nullptr, const CallOptions& options = {}) {
    return core_.Call(method, AnyJson::Of(params), ForCore(options)).template To<J>();
  }
  J Call(std::string_view method, const J& params, std::chrono::milliseconds timeout) {
    CallOptions options;
    options.timeout = timeout;
    return Call(method, params, options);
  }

  // The same, with the result converted by nlohmann/json (from_json); parameters are converted implicitly (to_json).
  // Also throws J::exception if the result is not a `Result`.
  template <typename Result>
  Result CallAs(std::string_view method, const J& params = nullptr, const CallOptions& options = {}) {
    return Call(method, params, options).template get<Result>();
  }

  // Sends the request without waiting for its response, which the future returns (or throws what Call would have
  // thrown). Throws std::invalid_argument and errors of sending: std::system_error, and for an idempotent call
  // RpcError (cancelled) and ServerNotTrusted. May wait until the service reads the request, and if idempotent for a
  // new connection. In a callback use Call, or check the future later: a callback that waits for a future blocks all
  // other callbacks.
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
  // The same, but `done` is called with the outcome, exactly once, on the client's callback thread. All callbacks of
  // a client run there, one at a time, in the order in which the service sent their messages. While 128 of them are
  // queued the connection is not read (except by a callback that makes a call), and a service that cannot write
  // within its write timeout (10 s) closes it. An exception that leaves a callback terminates the process
  // (std::terminate). If this throws, `done` is not called.
  void CallAsync(std::string_view method, const J& params, const CallOptions& options, Callback done) {
    if (!done) throw std::invalid_argument("an asynchronous call needs a callback for its outcome");
    auto give = [done = std::move(done)](ClientCore::Outcome outcome) { done(FromCore(std::move(outcome))); };
    core_.CallAsync(method, AnyJson::Of(params), ForCore(options), std::move(give),
                    ClientCore::Delivery::kOnCallbackThread);
  }

  // Several calls in one frame with one combined response. The outcomes are in the order of the entries; null for a
  // notification. Throws std::invalid_argument (no entries, invalid parameters, or progress, which batches do not
  // support), and std::system_error if nothing was sent. A service accepts 64 entries by default, and refuses a
  // longer batch by closing the connection.
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

  // Sends a notification: the service performs it, if the caller may, and never responds. Throws as CallAsync does.
  void Notify(std::string_view method, const J& params = nullptr) {
    core_.Notify(method, AnyJson::Of(params));
  }
  // Sets the handler for all notifications other than progress, called on the client's callback thread, now and after
  // reconnecting; an empty one removes it. When this returns, the previous handler is not running any more (unless
  // this is called in it).
  void OnNotification(NotificationHandler handler) {
    if (!handler) return core_.OnNotification({});
    core_.OnNotification([handler = std::move(handler)](const std::string& method, AnyJson params) {
      handler(method, std::move(params).template To<J>());
    });
  }

  // False once the connection has failed or was closed. A closed connection is noticed when it is used, or at once
  // while a call is running or a notification handler is set.
  bool IsConnected() const { return core_.IsConnected(); }
  // Closes the connection and ends every running call (operation_canceled; not_connected for one not written yet).
  // Later calls fail with not_connected, even idempotent ones.
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

// The client for programs that use nlohmann::json. Include <nlohmann/json.hpp> where values are created or read: this
// header only declares its types, and works with any version.
using Client = BasicClient<Json>;
using CallOptions = BasicCallOptions<Json>;
using Outcome = BasicOutcome<Json>;
using BatchEntry = BasicBatchEntry<Json>;

}  // namespace onbehalf::client
