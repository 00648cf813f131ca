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
#include "onbehalf/service/caller_identity.h"

namespace onbehalf::service {

using protocol::Json;

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
  Json schema;  // of JSON Schema: type, enum, minimum, maximum, minLength, maxLength
  bool required = false;
  // Its value may be written to the audit: it is no secret and not the caller's content. The values of all others are
  // redacted there.
  bool audited = false;
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
  std::chrono::steady_clock::time_point deadline;
};

// A handler's answer. What the caller did wrong is an Error; what Windows refuses is thrown as win32::Win32Error and
// answered as WindowsError; any other exception is answered as InternalError and logged.
using MethodResult = std::variant<Json, protocol::Error>;

struct Method {
  std::string name;     // namespace.method, for example "identity.whoami"
  std::string summary;  // one line
  std::vector<Parameter> parameters;
  Json result_schema;  // JSON Schema of the result
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
  std::function<MethodResult(const Call&)> handler;
};

// Every method the service has. Filled before the service starts, then only read.
class MethodRegistry {
 public:
  // Throws std::invalid_argument if the name is taken or not of the form namespace.method (letters, digits and _), the
  // handler is missing, or a required parameter follows an optional one.
  void Add(Method method);
  // nullptr when there is none.
  const Method* Find(std::string_view name) const;
  // In the order of their names.
  std::vector<const Method*> All() const;

 private:
  std::map<std::string, Method, std::less<>> methods_;
};

}  // namespace onbehalf::service
