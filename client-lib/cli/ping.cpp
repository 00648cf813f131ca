#include <chrono>
#include <cstdio>
#include <string>

#include "commands.h"

namespace onbehalf::cli {

ExitCode Ping(const CommandLine& line, Output& output) {
  client::Client service = client::Client::Connect(line.options);
  const auto start = std::chrono::steady_clock::now();
  const client::Json answer = service.Call("rpc.ping");
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  char milliseconds[32];
  std::snprintf(milliseconds, sizeof milliseconds, "%.2f ms", took.count());
  std::string text = "pong from " + client::PipePath(line.options) + " in " + milliseconds;
  if (answer.is_object() && answer.contains("version")) text += ", version " + Display(answer.at("version"));
  output.Result(answer, text + "\n");
  return ExitCode::kDone;
}

}  // namespace onbehalf::cli
