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
#include "onbehalf/service/parameter.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

using protocol::Json;
using protocol::Result;

// The identity that a handler runs under.
enum class Acts {
  kAsCaller,   // the thread carries the caller's token; needs SecurityImpersonation
  kAsService,  // the service's own; the caller has been checked; SecurityIdentification is enough
};

// Whether a handler may block.
enum class Pace {
  kQuick,     // never blocks: runs on the thread that read the request
  kMayBlock,  // runs on the handler pool, so that reads and cancellations continue
};

// Reports the progress of a request to its caller with $/progress. Valid until the handler returns. Any thread, including one
// that impersonates: nothing here waits, logs or opens a file.
class Progress {
 public:
  // For requests whose caller did not ask for progress.
  static Progress& Unwanted();
  // Whether the caller asked for progress. If not, a handler can skip work that only serves its reports.
  virtual bool wanted() const = 0;
  // Sends `value`, in the order of the calls. While the client has too much unread (limits.progress_queue_bytes) only the newest
  // value is kept; the last one is sent before the answer. Does nothing if progress is not wanted or the request has been
  // answered. Throws std::invalid_argument for a string that is not valid UTF-8, and std::length_error for a value larger than a
  // response may be.
  virtual void Report(Json value) = 0;

 protected:
  ~Progress() = default;
};

// Call::stop as a Windows event, for handlers that use WaitForMultipleObjects.
class StopEvent {
 public:
  // An event that is never set.
  static StopEvent& Never();
  // Set (manual reset) as soon as Call::stop is; created by the first call. Borrowed until the handler returns. Any thread.
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
  std::chrono::steady_clock::time_point deadline;  // time_point::max() for a stream, which has none
  Progress& progress = Progress::Unwanted();       // only if Method::reports_progress
  // For waiting on `stop`. Do not use a std::stop_callback for that: it must not be destroyed while it may run, because GCC 12's
  // library can then wait forever (GCC bug 104928).
  StopEvent& stop_event = StopEvent::Never();
};

// A handler's answer. A mistake of the caller is an Error; a failure of a Windows function is thrown as win32::Win32Error and
// answered as WindowsError; any other exception is answered as InternalError and logged.
using MethodResult = Result<Json>;

// Results delivered in pieces, each as a $/progress of the request; the last one is its answer. A stream is pulled: the service
// calls Next, sends the piece, and calls again when the client has room, so a stream never waits for its client. Created, called
// and destroyed by handler pool threads, one at a time; destroyed without the caller's token. What Next throws ends the stream
// as it would a handler.
class Stream {
 public:
  struct Piece {
    Json value;
  };
  // Nothing to send now: Next is called again after its Waker has been called.
  struct Later {};
  // A MethodResult is the answer and ends the stream.
  using Step = std::variant<Piece, Later, MethodResult>;

  virtual ~Stream() = default;
  // Runs as the method's Acts says. `call` is valid for this step only; its params, caller and stop are the request's.
  virtual Step Next(const Call& call) = 0;
};

// Signals that a stream may have data again. Never waits, fails or allocates; any thread, including one that impersonates or
// holds a lock. May be called at any time: during Next (which is then called once more) and after the stream has ended (no
// effect).
using Waker = std::function<void()>;

// Access defaults that methods share: authenticated users may see and call the method; they may only see it, to be told that an
// administrator must grant the call; or only the namespace and the root decide (administrators and SYSTEM).
inline constexpr const char* kForAuthenticatedUsers = "D:(A;;GXGR;;;AU)";
inline constexpr const char* kSeenByAuthenticatedUsers = "D:(A;;GR;;;AU)";
inline constexpr const char* kForAdministrators = "D:";

struct Method {
  std::string name;     // namespace.method, for example "identity.whoami"
  std::string summary;  // one line
  std::vector<Parameter> parameters;
  Json result_schema;  // JSON Schema of the result
  // JSON Schema of a progress value or of a stream's piece; null: none, or any value.
  Json progress_schema = nullptr;
  // The method's explicit ACEs until an administrator sets others: an SDDL DACL, "D:" for none. What they do not decide, the
  // ACEs of the namespace and the root decide.
  std::string access_default = "D:";
  Acts acts = Acts::kAsService;
  Pace pace = Pace::kMayBlock;
  // Whether the handler's blocking I/O is cancelled (CancelSynchronousIo, ERROR_OPERATION_ABORTED) when the request is cancelled
  // or late. false for writing files that must be complete; such a handler checks Call::stop before it begins to write.
  bool interruptible = true;
  // Administrators may call it even while the audit cannot be written, to find out why.
  bool without_audit_for_administrators = false;
  // The handler calls Call::progress. Callers ask for it with a progressToken.
  bool reports_progress = false;
  // Answers a request with a single result. A method has a handler, a stream, or both. With both, a request with a progressToken
  // opens the stream; a request without one, a request in a batch and a notification go to the handler.
  std::function<MethodResult(const Call&)> handler = {};
  // Opens a stream or returns the error; runs as Next does. A method with a stream must be kMayBlock; its request has no
  // deadline and needs a progressToken.
  std::function<Result<std::unique_ptr<Stream>>(const Call&, Waker)> stream = {};
  // Called with the Call::request_id of a call whose handler, or whose single stream step (opening, Next or closing), has been
  // running for one second longer than a request may take: its thread may be lost. Called once for each handler or step, on
  // another thread, which must not wait; the work may end at the same moment. Must not throw.
  std::function<void(std::string_view request_id)> on_overdue = {};

  // Whether requests for it may carry a progressToken.
  bool takes_progress_token() const { return reports_progress || stream; }
};

// All methods of the service. Filled before the service starts, read-only afterwards.
class MethodRegistry {
 public:
  // Throws std::invalid_argument if the name is taken or not of the form namespace.method (letters, digits and _), it has
  // neither handler nor stream, a stream is kQuick, a handler of a stream method reports progress, a required parameter follows
  // an optional one or has a default, two parameters share a name, one is called progressToken, or a schema is invalid.
  void Add(Method method);
  // nullptr if there is none.
  const Method* Find(std::string_view name) const;
  // Sorted by name.
  std::vector<const Method*> All() const;

 private:
  std::map<std::string, Method, std::less<>> methods_;
};

}  // namespace onbehalf::service
