#pragma once

#include <string>

#include "command_line.h"
#include "exit_code.h"
#include "method_error.h"
#include "onbehalf/client/client.h"
#include "output.h"

namespace onbehalf::cli {

// One function a command, one file or folder each. They throw what the client throws (RpcError as
// MethodError), UsageError and FileError.
ExitCode Ping(const CommandLine& line, Output& output);
ExitCode Whoami(const CommandLine& line, Output& output);
ExitCode Methods(const CommandLine& line, Output& output);
ExitCode Call(const CommandLine& line, Output& output);
ExitCode Shell(const CommandLine& line, Output& output);
ExitCode Access(const CommandLine& line, Output& output);
ExitCode Audit(const CommandLine& line, Output& output);
ExitCode Doctor(const CommandLine& line, Output& output);
ExitCode PrintCompletions(const CommandLine& line, Output& output);
ExitCode CompleteWords(const CommandLine& line, Output& output);
ExitCode Generate(const CommandLine& line, Output& output);
ExitCode NewModule(const CommandLine& line, Output& output);
ExitCode File(const CommandLine& line, Output& output);

// Connects and calls once. Throws what Client::Connect and Client::Call throw, RpcError as MethodError.
inline client::Json CallOnce(const client::Options& options, const std::string& method,
                             const client::Json& params = nullptr) {
  client::Client service = client::Client::Connect(options);
  return Named(method, [&] { return service.Call(method, params); });
}

}  // namespace onbehalf::cli
