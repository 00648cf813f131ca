#include <string_view>

#include "context.h"
#include "file/file.h"
#include "file/remote_read.h"
#include "output.h"

namespace onbehalf::cli {
namespace {

ExitCode CatFile(const Context& context, const PathOptions& options) {
  FileSession session(context);
  FileCalls& calls = session.calls();
  const RemoteState state = StatRemoteFile(calls, options.path);
  const auto after = ReadRemote(calls, options.path, 0, state.size,
                                [&](std::string_view bytes) { return context.output.Continue(bytes); });
  // Standard output has no reader any more.
  if (!after) return ExitCode::kServiceError;
  CheckUnchanged(options.path, state, *after);
  return ExitCode::kDone;
}

}  // namespace

extern const Command kFileCatCommand = {.name = "file cat",
                                        .operands = kPathOperand,
                                        .group = &kFileGroup,
                                        .summary = "write a file's bytes to standard output, unchanged",
                                        .handler = Handles<ParsePath, CatFile>()};

}  // namespace onbehalf::cli
