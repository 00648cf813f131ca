#include "call.h"

#include <utility>

#include "call_times.h"
#include "cancel_watch.h"
#include "command.h"
#include "completions/candidates.h"
#include "console_stop.h"
#include "context.h"
#include "json_layout.h"
#include "method_catalogue.h"
#include "method_error.h"
#include "output.h"
#include "params_source.h"
#include "shown_call.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// Each result is printed as a line, and each duration is kept for the summary.
constexpr std::int64_t kMaxRepeats = 1'000'000;

constexpr OptionInfo kOptions[] = {
    {"--progress", "", "",
     "request the call's progress and show it on standard error: a bar on a terminal, lines elsewhere; the pieces "
     "of a stream go to standard output. Only --timeout limits such a call"},
    {"--cancel-after", "MS", "2000",
     "cancel the call if there is no response by then; Ctrl+C cancels it at once"},
    {"--repeat", "N", "100",
     "call N times in sequence on one connection: one result per line, the durations on standard error"},
    {"--notify", "", "", "send a notification: the service never responds, not even with an error"},
};

void OfferParams(Candidates& candidates) {
  if (candidates.typed().starts_with("@")) candidates.OfferFiles();
}
constexpr Operand kOperands[] = {
    {"METHOD", OfferMethods},
    {.name = "PARAMS | @FILE | -", .completer = OfferParams, .is_optional = true},
};

CallPlan Parse(const Given& given) {
  CallPlan plan;
  plan.method = given.words[0];
  if (plan.method.starts_with("-")) RefuseExtra("call", plan.method);
  plan.params = given.Word(1);
  plan.notify = given.Has("--notify");
  plan.progress = given.Has("--progress");
  if (const auto time = given.ValueOf("--cancel-after")) {
    plan.cancel_after = ParseMilliseconds("--cancel-after", *time);
  }
  plan.repeat = given.NumberOf("--repeat", " of calls", 1, kMaxRepeats);
  if (plan.notify && given.options.size() > 1) {
    Refuse(
        "a notification has no response: --notify cannot be combined with --progress, --cancel-after or --repeat");
  }
  if (plan.repeat && given.options.size() > 1) {
    Refuse("--repeat measures complete calls: it cannot be combined with --progress or --cancel-after");
  }
  return plan;
}

// The method's x-progress. A method that declares none may still report progress.
Progress AskedProgress(client::Client& service, const CallPlan& plan) {
  if (!plan.progress) return Progress::kNone;
  try {
    const Progress said = MethodCatalogue(service.Call("rpc.discover")).ProgressOf(plan.method);
    return said == Progress::kNone ? Progress::kReported : said;
  } catch (const client::RpcError&) {
    return Progress::kReported;
  }
}

ExitCode CallOnce(client::Client& service, const Context& context, const CallPlan& plan, const Json& params,
                  Progress progress, CancelWatch& watch) {
  client::CallOptions options;
  if (plan.progress && !context.global.has_timeout) options.timeout = kNoTimeout;
  const Json result =
      CallAndShow(service, plan.method, params, std::move(options), progress, watch, context.output);
  context.output.Result(result, JsonIndented(result) + "\n");
  return ExitCode::kDone;
}

// A notification has no response, but the call sent after it has: any response to that shows that the service
// has read the notification too.
ExitCode NotifyOnce(client::Client& service, const CallPlan& plan, const Json& params) {
  service.Notify(plan.method, params);
  try {
    service.Call("rpc.ping");
  } catch (const client::RpcError&) {
    // An error is a response too.
  }
  return ExitCode::kDone;
}

ExitCode CallRepeatedly(client::Client& service, const CallPlan& plan, const Json& params,
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
    for (; done < *plan.repeat && is_read; ++done) {
      const auto start = std::chrono::steady_clock::now();
      const Json result = service.Call(plan.method, params, options);
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

ExitCode Call(const Context& context, const CallPlan& plan) {
  const Json params = plan.params ? ReadParams(*plan.params) : Json();
  if (plan.progress && params.is_array()) {
    throw UsageError(
        "--progress needs the parameters by name, as a JSON object, because the progress token is one of them");
  }
  client::Client service = context.Connect();
  if (plan.notify) return NotifyOnce(service, plan, params);
  const Progress progress = AskedProgress(service, plan);
  // Ctrl+C cancels the call from here on; before this it ends the program.
  const ConsoleStop stop;
  CancelWatch watch(stop.event(), plan.cancel_after);
  return Named(plan.method, [&] {
    return plan.repeat ? CallRepeatedly(service, plan, params, watch, context.output)
                       : CallOnce(service, context, plan, params, progress, watch);
  });
}

}  // namespace

extern const Command kCallCommand = {
    .name = "call",
    .operands = kOperands,
    .first_operand = "a method",
    .options = kOptions,
    .summary =
        "call a method; PARAMS is a JSON object or array, @FILE a file that contains it, - standard input",
    .handler = Handles<Parse, Call>()};

}  // namespace onbehalf::cli
