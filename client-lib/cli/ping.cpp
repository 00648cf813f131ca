#include "ping.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "command.h"
#include "context.h"
#include "method_error.h"
#include "output.h"
#include "printable.h"

namespace onbehalf::cli {
namespace {

// More than a service's connections per account (limits.connections_per_account, 64 by default).
constexpr std::int64_t kMaxConnections = 1'000;

constexpr OptionInfo kOptions[] = {
    {"--connections", "N", "2", "open N connections at once and call over each"}};

PingOptions Parse(const Given& given) {
  return {given.NumberOf("--connections", " of connections", 1, kMaxConnections).value_or(1)};
}

ExitCode Ping(const Context& context, const PingOptions& options) {
  // Opens all connections before the first call: a service that serves one client at a time then fails on the
  // second.
  std::vector<client::Client> connections;
  for (std::int64_t i = 0; i < options.connections; ++i) connections.push_back(context.Connect());
  client::Json answer;
  std::chrono::duration<double, std::milli> slowest{0};
  for (client::Client& service : connections) {
    const auto start = std::chrono::steady_clock::now();
    answer = Named("rpc.ping", [&] { return service.Call("rpc.ping"); });
    slowest = std::max<decltype(slowest)>(slowest, std::chrono::steady_clock::now() - start);
  }
  char milliseconds[32];
  std::snprintf(milliseconds, sizeof milliseconds, "%.2f ms", slowest.count());
  std::string text = "pong from " + client::PipePath(context.global.client) + " in " + milliseconds;
  if (options.connections > 1) {
    text += " over each of " + std::to_string(options.connections) + " connections";
  }
  if (answer.is_object() && answer.contains("version")) text += ", version " + Display(answer.at("version"));
  context.output.Result(answer, text + "\n");
  return ExitCode::kDone;
}

}  // namespace

extern const Command kPingCommand = {.name = "ping",
                                     .options = kOptions,
                                     .summary = "check whether the service responds, and how fast",
                                     .handler = Handles<Parse, Ping>()};

}  // namespace onbehalf::cli
