// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/protocol/result.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

using protocol::Json;
using protocol::Result;

// Under which identity a handler runs.
enum class Acts {
  kAsCaller,   // the thread carries the caller's token; needs SecurityImpersonation
  kAsService,  // the service's own; the caller has been checked; SecurityIdentification is enough
};

// Whether a handler may wait for anything.
enum class Pace {
  kQuick,     // never blocks: runs on the thread that read the request
  kMayBlock,  // runs on the pool for handlers, so that reads and cancels go on
};

// One parameter. Callers may pass parameters by name or by position, in the order of Method::parameters.
struct Parameter {
  std::string name;
  std::string summary;
  Json schema;  // JSON Schema, in the words of onbehalf/service/schema.h; null: any value
  bool required = false;
  // Its value may be written to the audit: it is no secret and not the caller's content. The values of all others are
  // redacted there.
  bool audited = false;
};

// Tells the caller how far a request has come, with $/progress. Any thread, also one that impersonates: nothing waits,
// logs or opens a file here. Until the handler returns.
class Progress {
 public:
  // Of those who did not ask.
  static Progress& Unwanted();
  // Whether the caller has asked for it: what only a report needs can be left out otherwise.
  virtual bool wanted() const = 0;
  // Sends `value` in the order of the calls. While the client leaves too much unread (limits.progress_queue_bytes) only the
  // newest value waits for it; the last one goes out before the answer. Nothing happens if it is not wanted or the request
  // has been answered. Throws std::invalid_argument for a string that is not valid UTF-8, and std::length_error for a value
  // that is larger than a response may be.
  virtual void Report(Json value) = 0;

 protected:
  ~Progress() = default;
};

// Call::stop as an event, for handlers that wait for something of Windows with WaitForMultipleObjects.
class StopEvent {
 public:
  // One that is never set.
  static StopEvent& Never();
  // Set (manual reset) from when Call::stop is; made by the first call. Borrowed: until the handler returns. Any thread.
  // Throws win32::Win32Error.
  virtual HANDLE handle() = 0;

 protected:
  ~StopEvent() = default;
};

// A request as its handler sees it.
struct Call {
  const CallerIdentity& caller;
  const ClientProcess& process;
  // An object with the parameters by name, already validated against Method::parameters.
  const Json& params;
  std::string_view request_id;  // names the request in the audit
  std::uint64_t connection_id;
  // Set when the caller cancels, the deadline passes, the connection ends or the service stops.
  std::stop_token stop;
  std::chrono::steady_clock::time_point deadline;  // a stream's is time_point::max(): it has none
  Progress& progress = Progress::Unwanted();       // if Method::reports_progress
  // To wait for what `stop` says. A std::stop_callback instead must not be destroyed while it may run: GCC 12's library can
  // wait for ever then (GCC's bug 104928).
  StopEvent& stop_event = StopEvent::Never();
};

// A handler's answer. What the caller did wrong is an Error; what Windows refuses is thrown as win32::Win32Error and
// answered as WindowsError; any other exception is answered as InternalError and logged.
using MethodResult = Result<Json>;

// Results that come piece by piece, each as a $/progress of the request, until the last of them is its answer. Pulled: the
// service asks for a piece, sends it and asks again when the client has room for it, so a stream never waits for its
// client. Made, asked and destroyed by threads of the pool for handlers, one at a time, and destroyed without the
// caller's token. What Next throws ends the stream as it would a handler.
class Stream {
 public:
  struct Piece {
    Json value;
  };
  // There is nothing at the moment: Next is called again after its Waker has been.
  struct Later {};
  // MethodResult ends it: the answer.
  using Step = std::variant<Piece, Later, MethodResult>;

  virtual ~Stream() = default;
  // Runs as the method's Acts says. `call` is of this one call: its params, caller and stop are the request's.
  virtual Step Next(const Call& call) = 0;
};

// Says that a stream may have something again. Never waits, fails or takes memory; any thread, also one that impersonates
// or holds a lock. May be called at any time, also during Next (which is then called once more) and after the stream has ended
// (then nothing happens).
using Waker = std::function<void()>;

// Access defaults that methods share: everybody who has authenticated may find and call them, or only find them, to be told
// that an administrator has to grant the call; or only what the namespace and the root say, which is administrators and SYSTEM.
inline constexpr const char* kForAuthenticatedUsers = "D:(A;;GXGR;;;AU)";
inline constexpr const char* kSeenByAuthenticatedUsers = "D:(A;;GR;;;AU)";
inline constexpr const char* kForAdministrators = "D:";

struct Method {
  std::string name;     // namespace.method, for example "identity.whoami"
  std::string summary;  // one line
  std::vector<Parameter> parameters;
  Json result_schema;  // JSON Schema of the result
  // JSON Schema of a value of its progress, or of a stream's piece; null if it has none, or any.
  Json progress_schema = nullptr;
  // Explicit entries of the method's security descriptor until an administrator sets others: an SDDL DACL, "D:" for
  // none. What they do not decide is decided by the entries of the namespace and the root.
  std::string access_default = "D:";
  Acts acts = Acts::kAsService;
  Pace pace = Pace::kMayBlock;
  // Whether blocking I/O of the handler is ended (CancelSynchronousIo, ERROR_OPERATION_ABORTED) when the request is cancelled
  // or late. false for what writes files that must be whole; such a handler asks Call::stop before it begins to write.
  bool interruptible = true;
  // Administrators may call it also while the audit cannot be written, to find out why.
  bool without_audit_for_administrators = false;
  // The handler calls Call::progress. Callers ask for it with a progressToken.
  bool reports_progress = false;
  // Answers a request at once. A method has a handler, or a stream, or both: then a request with a progressToken opens the
  // stream, and one without, one of a batch and a notification are the handler's.
  std::function<MethodResult(const Call&)> handler = {};
  // Opens a stream, or says why not; runs as Next does. A stream's method is kMayBlock; its request has no deadline, and
  // needs a progressToken.
  std::function<Result<std::unique_ptr<Stream>>(const Call&, Waker)> stream = {};
  // Told of a call, by its Call::request_id, whose handler has been running for a second longer than a request may take, or of
  // a stream of which one step, its opening or its end has: the thread may be lost. Once for each handler or step, on another
  // thread, which must not wait; what runs may end at the same moment. Throws nothing.
  std::function<void(std::string_view request_id)> on_overdue = {};

  // A progressToken means something to it.
  bool takes_progress_token() const { return reports_progress || stream; }
};

// Every method the service has. Filled before the service starts, then only read.
class MethodRegistry {
 public:
  // Throws std::invalid_argument if the name is taken or not of the form namespace.method (letters, digits and _), it has
  // neither handler nor stream, a stream is kQuick, a handler beside a stream reports progress, a required parameter follows an
  // optional one or has a default, two parameters have one name or one is called progressToken, or a schema is none.
  void Add(Method method);
  // nullptr when there is none.
  const Method* Find(std::string_view name) const;
  // In the order of their names.
  std::vector<const Method*> All() const;

 private:
  std::map<std::string, Method, std::less<>> methods_;
};

}  // namespace onbehalf::service
