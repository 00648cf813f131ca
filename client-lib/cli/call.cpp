#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "call_times.h"
#include "cancel_watch.h"
#include "commands.h"
#include "console_stop.h"
#include "json_layout.h"
#include "method_catalogue.h"
#include "method_error.h"
#include "params.h"
#include "shown_call.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// What the service says of the method's progress. A method that says nothing may still report some.
Progress AskedProgress(client::Client& service, const CommandLine& line) {
  if (!line.plan.progress) return Progress::kNone;
  try {
    const Progress said = MethodCatalogue(service.Call("rpc.discover")).ProgressOf(line.method);
    return said == Progress::kNone ? Progress::kReported : said;
  } catch (const client::RpcError&) {
    return Progress::kReported;
  }
}

ExitCode CallOnce(client::Client& service, const CommandLine& line, const Json& params, Progress progress,
                  CancelWatch& watch, Output& output) {
  client::CallOptions options;
  if (line.plan.progress && !line.has_timeout) options.timeout = kNoTimeout;
  const Json result = CallAndShow(service, line.method, params, std::move(options), progress, watch, output);
  output.Result(result, JsonIndented(result) + "\n");
  return ExitCode::kDone;
}

// A notification is not answered, so what comes behind it on the connection is: any answer to that says that
// the service has read the notification too.
ExitCode NotifyOnce(client::Client& service, const CommandLine& line, const Json& params) {
  service.Notify(line.method, params);
  try {
    service.Call("rpc.ping");
  } catch (const client::RpcError&) {
    // An answer as well.
  }
  return ExitCode::kDone;
}

ExitCode CallRepeatedly(client::Client& service, const CommandLine& line, const Json& params,
                        const CancelWatch& watch, Output& output) {
  client::CallOptions options;
  options.stop = watch.token();
  CallTimes times;
  bool is_read = true;
  const auto tell_times = [&] {
    output.Error(output.json() ? JsonLine(times.ToJson()) + "\n" : times.Text());
  };
  std::int64_t done = 0;
  try {
    for (; done < *line.plan.repeat && is_read; ++done) {
      const auto start = std::chrono::steady_clock::now();
      const Json result = service.Call(line.method, params, options);
      times.Add(std::chrono::steady_clock::now() - start);
      is_read = output.Continue(JsonLine(result) + "\n");
    }
  } catch (...) {
    if (done > 0) tell_times();
    throw;
  }
  tell_times();
  return is_read ? ExitCode::kDone : ExitCode::kServiceError;
}

}  // namespace

ExitCode Call(const CommandLine& line, Output& output) {
  const Json params = line.params ? ReadParams(*line.params) : Json();
  if (line.plan.progress && params.is_array()) {
    throw UsageError(
        "--progress needs the parameters by name, as a JSON object: the token for it is one of them");
  }
  client::Client service = client::Client::Connect(line.options);
  if (line.plan.notify) return NotifyOnce(service, line, params);
  const Progress progress = AskedProgress(service, line);
  // From here on Ctrl+C cancels the call; until now it has ended the program.
  const ConsoleStop stop;
  CancelWatch watch(stop.event(), line.plan.cancel_after);
  return Named(line.method, [&] {
    return line.plan.repeat ? CallRepeatedly(service, line, params, watch, output)
                            : CallOnce(service, line, params, progress, watch, output);
  });
}

}  // namespace onbehalf::cli
