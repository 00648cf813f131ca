#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "commands.h"
#include "method_error.h"

namespace onbehalf::cli {

ExitCode Ping(const CommandLine& line, Output& output) {
  // All of them before the first call: a service that serves one client at a time has no place for the second.
  std::vector<client::Client> connections;
  for (std::int64_t i = 0; i < line.connections; ++i) {
    connections.push_back(client::Client::Connect(line.options));
  }
  client::Json answer;
  std::chrono::duration<double, std::milli> slowest{0};
  for (client::Client& service : connections) {
    const auto start = std::chrono::steady_clock::now();
    answer = Named("rpc.ping", [&] { return service.Call("rpc.ping"); });
    slowest = std::max<decltype(slowest)>(slowest, std::chrono::steady_clock::now() - start);
  }
  char milliseconds[32];
  std::snprintf(milliseconds, sizeof milliseconds, "%.2f ms", slowest.count());
  std::string text = "pong from " + client::PipePath(line.options) + " in " + milliseconds;
  if (line.connections > 1) text += " over each of " + std::to_string(line.connections) + " connections";
  if (answer.is_object() && answer.contains("version")) text += ", version " + Display(answer.at("version"));
  output.Result(answer, text + "\n");
  return ExitCode::kDone;
}

}  // namespace onbehalf::cli
