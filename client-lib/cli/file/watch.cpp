#include <string>

#include "context.h"
#include "file/file.h"
#include "file/file_text.h"
#include "json_layout.h"
#include "json_members.h"
#include "output.h"

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr OptionInfo kOptions[] = {{"--recursive", "", "", "include subfolders"}};

WatchOptions Parse(const Given& given) { return {PathsOf(given)[0], given.Has("--recursive")}; }

std::string ChangesText(const Json& piece, bool json) {
  if (FlagMember(piece, "overflow")) return json ? JsonLine(piece) + "\n" : OverflowLine();
  std::string text;
  if (const Json* changes = ListMember(piece, "changes")) {
    for (const Json& change : *changes) text += json ? JsonLine(change) + "\n" : ChangeLine(change);
  }
  return text;
}

ExitCode WatchFolder(const Context& context, const WatchOptions& options) {
  Output& output = context.output;
  FileSession session(context);
  FileCalls& calls = session.calls();
  try {
    calls.Stream("file.watch", {{"path", options.path}, {"recursive", options.recursive}},
                 [&](const Json& piece) { return output.Continue(ChangesText(piece, output.json())); });
  } catch (const client::RpcError& error) {
    if (error.code() != client::kRequestCancelled || !calls.stopped()) throw;
  }
  return ExitCode::kDone;
}

}  // namespace

extern const Command kFileWatchCommand = {.name = "file watch",
                                          .operands = kPathOperand,
                                          .options = kOptions,
                                          .group = &kFileGroup,
                                          .summary = "report changes in a folder, until Ctrl+C",
                                          .handler = Handles<Parse, WatchFolder>()};

}  // namespace onbehalf::cli
