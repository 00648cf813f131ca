#include <nlohmann/json.hpp>

#include "command.h"
#include "context.h"
#include "output.h"
#include "whoami_text.h"

namespace onbehalf::cli {
namespace {

ExitCode Whoami(const Context& context) {
  const client::Json identity = context.Call("identity.whoami");
  context.output.Result(identity, RenderWhoami(identity));
  return ExitCode::kDone;
}

}  // namespace

extern const Command kWhoamiCommand = {.name = "whoami",
                                       .summary = "show who you are to the service, as it sees your token",
                                       .handler = Handles<Whoami>()};

}  // namespace onbehalf::cli
