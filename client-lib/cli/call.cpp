#include <fcntl.h>
#include <io.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

#include "call_times.h"
#include "cancel_watch.h"
#include "commands.h"
#include "console_stop.h"
#include "json_layout.h"
#include "method_catalogue.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "shown_call.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// More than the service takes in a frame by default; its settings may allow more than that default.
constexpr std::size_t kMaxParamsBytes = 64 * 1024 * 1024;

protocol::JsonLimits ParamsLimits() {
  // What the service takes is for the service to say; these only keep a mistake (a wrong file) from taking
  // the memory.
  protocol::JsonLimits limits;
  limits.string_bytes = kMaxParamsBytes;
  limits.array_elements = kMaxParamsBytes;
  limits.object_members = kMaxParamsBytes;
  return limits;
}

std::string ReadAll(std::istream& stream, const std::string& name) {
  std::string bytes;
  std::array<char, 64 * 1024> piece;
  do {
    stream.read(piece.data(), piece.size());
    bytes.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
    if (bytes.size() > kMaxParamsBytes) throw UsageError(name + " is larger than 64 MiB");
  } while (stream);
  if (stream.bad()) throw UsageError(name + " cannot be read");
  return bytes;
}

}  // namespace

std::string ReadFile(const std::string& name) {
  std::ifstream file(std::filesystem::path(win32::ToWide(name)), std::ios::binary);
  if (!file) throw UsageError("the file " + name + " cannot be opened");
  return ReadAll(file, name);
}

namespace {

std::string ReadStandardInput() {
  ::_setmode(::_fileno(stdin), _O_BINARY);
  return ReadAll(std::cin, "standard input");
}

}  // namespace

std::string ToUtf8Text(std::string bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return bytes.substr(3);
  if (!bytes.starts_with("\xFF\xFE")) return bytes;
  std::wstring wide;
  for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
    wide += static_cast<wchar_t>(static_cast<unsigned char>(bytes[i]) |
                                 (static_cast<unsigned>(static_cast<unsigned char>(bytes[i + 1])) << 8));
  }
  try {
    return win32::ToUtf8(wide);
  } catch (const win32::Win32Error&) {
    throw UsageError("the parameters begin as UTF-16 but are not valid UTF-16");
  }
}

client::Json ParseParams(std::string_view text) {
  client::Json params;
  if (const protocol::JsonFault fault = protocol::ParseJson(text, ParamsLimits(), params)) {
    throw UsageError("the parameters are no JSON: " + fault.Describe() +
                     ". In cmd.exe write \"{\\\"name\\\":1}\"; @FILE and - (standard input) need no quoting");
  }
  if (!params.is_object() && !params.is_array()) {
    throw UsageError("the parameters are a JSON object (by name) or array (by position), not " +
                     std::string(params.type_name()));
  }
  return params;
}

namespace {

Json ParamsOf(const CommandLine& line) {
  if (!line.params) return nullptr;
  const std::string& given = *line.params;
  if (given == "-") return ParseParams(ToUtf8Text(ReadStandardInput()));
  if (given.starts_with("@")) return ParseParams(ToUtf8Text(ReadFile(given.substr(1))));
  return ParseParams(given);
}

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
  const Json params = ParamsOf(line);
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
  return line.plan.repeat ? CallRepeatedly(service, line, params, watch, output)
                          : CallOnce(service, line, params, progress, watch, output);
}

}  // namespace onbehalf::cli
