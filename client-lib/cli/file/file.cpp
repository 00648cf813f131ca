#include <string>
#include <string_view>

#include "commands.h"
#include "console_stop.h"
#include "file/file_calls.h"
#include "file/file_error.h"
#include "file/file_text.h"
#include "file/remote_read.h"
#include "file/transfer.h"
#include "json_layout.h"
#include "json_members.h"

namespace onbehalf::cli {
namespace {

using client::Json;

ExitCode ListFolder(FileCalls& calls, const FileOptions& options, Output& output) {
  // The most that a page may have: the service reads the whole folder for each.
  Json params = {{"path", options.remote}, {"limit", 10'000}};
  if (options.glob) params["glob"] = *options.glob;
  AlignedColumns columns;
  bool has_begun = false;
  for (;;) {
    const Json page = calls.Call("file.list", params);
    std::string text;
    Rows rows;
    if (const Json* entries = ListMember(page, "entries")) {
      for (const Json& entry : *entries) {
        if (!options.all && IsHidden(entry)) continue;
        if (output.json()) {
          text += JsonLine(entry) + "\n";
          continue;
        }
        if (!has_begun) rows.push_back(EntryHeader());
        has_begun = true;
        rows.push_back(EntryCells(entry));
      }
    }
    if (!output.Continue(text + columns.Lines(rows))) return ExitCode::kServiceError;
    const Json* next = Member(page, "next");
    if (next == nullptr) return ExitCode::kDone;
    params["after"] = *next;
  }
}

ExitCode CatFile(FileCalls& calls, const FileOptions& options, Output& output) {
  const RemoteState state = StatRemoteFile(calls, options.remote);
  const auto after = ReadRemote(calls, options.remote, 0, state.size,
                                [&](std::string_view bytes) { return output.Continue(bytes); });
  // Nobody reads any more.
  if (!after) return ExitCode::kServiceError;
  CheckUnchanged(options.remote, state, *after);
  return ExitCode::kDone;
}

std::string ChangesText(const Json& piece, bool json) {
  if (FlagMember(piece, "overflow")) return json ? JsonLine(piece) + "\n" : OverflowLine();
  std::string text;
  if (const Json* changes = ListMember(piece, "changes")) {
    for (const Json& change : *changes) text += json ? JsonLine(change) + "\n" : ChangeLine(change);
  }
  return text;
}

ExitCode WatchFolder(FileCalls& calls, const FileOptions& options, Output& output) {
  try {
    calls.Stream("file.watch", {{"path", options.remote}, {"recursive", options.recursive}},
                 [&](const Json& piece) { return output.Continue(ChangesText(piece, output.json())); });
  } catch (const client::RpcError& error) {
    if (error.code() != client::kRequestCancelled || !calls.stopped()) throw;
  }
  return ExitCode::kDone;
}

}  // namespace

ExitCode File(const CommandLine& line, Output& output) {
  const FileOptions& options = *line.file;
  client::Client service = client::Client::Connect(line.options);
  const ConsoleStop stop;
  FileCalls calls(service, stop.event());
  switch (options.verb) {
    case FileOptions::Verb::kGet:
      return GetFile(calls, options, output);
    case FileOptions::Verb::kPut:
      return PutFile(calls, options, output);
    case FileOptions::Verb::kList:
      return ListFolder(calls, options, output);
    case FileOptions::Verb::kCat:
      return CatFile(calls, options, output);
    case FileOptions::Verb::kWatch:
      return WatchFolder(calls, options, output);
    case FileOptions::Verb::kStat:
      break;
  }
  const Json stat = calls.Call("file.stat", {{"path", options.remote}});
  output.Result(stat, RenderStat(stat));
  return ExitCode::kDone;
}

}  // namespace onbehalf::cli
