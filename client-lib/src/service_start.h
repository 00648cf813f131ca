#pragma once

#include <functional>
#include <optional>

#include "onbehalf/client/options.h"
#include "onbehalf/win32/deadline.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::client {

// What the service control manager says about a service whose pipe is missing.
struct StartFacts {
  DWORD state = SERVICE_STOPPED;
  // Windows starts it when a client opens this pipe. False if this caller may not ask.
  bool starts_by_pipe = false;
};

// Waits for a service that is being started, for whoever found no pipe. One thread.
//
// Windows starts a service with a named pipe trigger when "a request is made to open the named pipe" (SERVICE_TRIGGER,
// NAMED_PIPE_EVENT_GUID). The documentation does not promise that this request waits for the service, so one that
// fails has nevertheless asked for the start.
class ServiceStart {
 public:
  // nullopt: nobody can tell. The second function sleeps until it may be worth asking again, at most to the deadline.
  using Query = std::function<std::optional<StartFacts>()>;
  using Pause = std::function<void(win32::Clock::time_point deadline)>;
  ServiceStart(Query query, Pause pause);
  // Of the service control manager, about the service of a local pipe.
  explicit ServiceStart(const Options& options);

  // After the pipe was missing. True: it may exist now, or be missing again; call this again then. False: the service is not
  // starting, or was not in time.
  bool Await(win32::Clock::time_point deadline);
  // After a pipe that was opened was found closed: the same, but only if the service is going or gone.
  bool AwaitNext(win32::Clock::time_point deadline);

 private:
  const Query query_;
  const Pause pause_;
  bool was_starting_ = false;
  bool was_running_ = false;
};

}  // namespace onbehalf::client
