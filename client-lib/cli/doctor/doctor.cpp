#include "doctor/doctor.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bundle.h"
#include "command.h"
#include "completions/candidates.h"
#include "connection_checks.h"
#include "context.h"
#include "event_source_check.h"
#include "file_checks.h"
#include "finding.h"
#include "output.h"
#include "pipe_checks.h"
#include "pipe_path.h"
#include "rights_checks.h"
#include "server_trust.h"
#include "service_checks.h"
#include "settings_check.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

using namespace doctor;

void Append(Findings& findings, Findings more) {
  for (Finding& finding : more) findings.push_back(std::move(finding));
}

constexpr OptionInfo kOptions[] = {{.name = "--bundle",
                                    .value = "FILE",
                                    .example = "support.tar",
                                    .summary = "write a support archive (tar)",
                                    .completer = OfferFiles}};

DoctorOptions Parse(const Given& given) { return {given.ValueOf("--bundle")}; }

ExitCode Doctor(const Context& context, const DoctorOptions& asked) {
  const client::Options& options = context.global.client;
  if (!client::IsLocal(options.server)) {
    throw UsageError("doctor checks the installation on this computer; run it on " + options.server);
  }
  Findings findings;
  const ServiceFacts service = CollectServiceFacts(options.service, client::PipeName(options));
  Append(findings, JudgeService(service));
  std::optional<RightsFacts> rights;
  if (service.config) {
    rights = CollectRightsFacts(options.service, service.config->account);
    Append(findings, JudgeRights(*rights));
  }
  const Installation installation = FindInstallation(service);
  if (!service.IsMissing()) {
    const std::vector<FileFacts> files = CollectFileFacts(installation);
    Append(findings, JudgeFiles(files, FindFileWriters(service)));
    if (rights && !rights->is_local_system) findings.push_back(JudgeAccountAccess(files, rights->account));
  }
  findings.push_back(JudgeSettings(CollectSettingsFacts(installation)));
  findings.push_back(JudgeEventSource(CollectEventSourceFacts(options.service)));
  const PipeFacts pipe = CollectPipeFacts(options);
  Append(findings, JudgePipe(pipe, options.service));
  if (pipe.was_opened) Append(findings, JudgeConnection(CollectConnectionFacts(options)));

  context.output.Result(ToJson(findings), Render(findings));
  if (asked.bundle) {
    WriteBundle(*asked.bundle, MakeBundle({findings, service, pipe, installation}));
    context.output.Error("wrote " + *asked.bundle +
                         "; read it before you share it: it contains account names and paths, " +
                         "but no audit lines\n");
  }
  return AnyFails(findings) ? ExitCode::kServiceError : ExitCode::kDone;
}

}  // namespace

extern const Command kDoctorCommand = {.name = "doctor",
                                       .options = kOptions,
                                       .summary = "check the installation and say what to do",
                                       .handler = Handles<Parse, Doctor>()};

}  // namespace onbehalf::cli
