#include <string>

#include "access/access_text.h"
#include "commands.h"
#include "json_members.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::cli {
namespace {

using client::Json;

std::string Render(const CommandLine& line, const Json& result) {
  win32::AccountNames names;
  const std::string& method = line.method;
  if (method == "access.list") return RenderAccessList(result, names);
  if (method == "access.show") return RenderAccessNode(result);
  if (method == "access.check") return RenderCheck(result, line.arguments);
  if (method == "access.explain") return RenderExplanation(result);
  if (method == "access.history") return RenderHistory(result);
  if (method == "access.diff") return RenderDiff(result, names);
  if (method == "access.rollback") return RenderRollback(result, line.arguments, names);
  return RenderChange(result, names);
}

}  // namespace

ExitCode Access(const CommandLine& line, Output& output) {
  const Json result = CallOnce(line.options, line.method, line.arguments);
  if (output.json()) {
    output.Result(result, {});
  } else {
    output.Error(line.method == "access.list" ? WarningAboutSource(result) : RenderWarnings(result));
    output.Result(result, Render(line, result));
  }
  const bool refused = line.method == "access.check" && !FlagMember(result, "allowed");
  return refused ? ExitCode::kAccessDenied : ExitCode::kDone;
}

}  // namespace onbehalf::cli
