#include "context.h"
#include "file/file.h"
#include "file/file_text.h"
#include "output.h"

namespace onbehalf::cli {
namespace {

ExitCode Stat(const Context& context, const PathOptions& options) {
  FileSession session(context);
  const client::Json stat = session.calls().Call("file.stat", {{"path", options.path}});
  context.output.Result(stat, RenderStat(stat));
  return ExitCode::kDone;
}

}  // namespace

extern const Command kFileStatCommand = {.name = "file stat",
                                         .operands = kPathOperand,
                                         .group = &kFileGroup,
                                         .summary = "show what the file system reports about it",
                                         .handler = Handles<ParsePath, Stat>()};

}  // namespace onbehalf::cli
