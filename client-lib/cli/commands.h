#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "command_line.h"
#include "exit_code.h"
#include "onbehalf/client/client.h"
#include "output.h"

namespace onbehalf::cli {

// One function a command, one file or folder each. They throw what the client throws, UsageError and FileError.
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

// identity.whoami's result for people. Members that a service does not send are left out.
std::string RenderWhoami(const client::Json& identity);

// rpc.discover's document as a table of the methods (all, or those of one namespace): name, whose identity
// does the work, summary. Empty if there is none.
std::string RenderMethods(const client::Json& document, std::string_view name_space = {});
// The document's entry of one method; nullptr if it has none.
const client::Json* FindMethod(const client::Json& document, std::string_view name);
// The errors that every method may answer with: an object of {code, message} by name.
client::Json ErrorsOf(const client::Json& document);
// One method: parameters, result, errors.
std::string RenderMethod(const client::Json& method, const client::Json& errors);

// What `methods [NAME]` shows of rpc.discover's document; `name` may be empty. Throws RpcError when there is
// no such method or namespace.
void ShowMethods(const client::Json& document, const std::string& name, Output& output);

// `text` as the params of a call. Throws UsageError unless it is a JSON object or array.
client::Json ParseParams(std::string_view text);
// The bytes of the file `name` (UTF-8), at most 64 MiB. Throws UsageError.
std::string ReadFile(const std::string& name);
// A file's or a pipe's bytes as UTF-8: a byte order mark goes, UTF-16 (which Windows PowerShell writes) is
// converted. Throws UsageError for UTF-16 that is none.
std::string ToUtf8Text(std::string bytes);

}  // namespace onbehalf::cli
