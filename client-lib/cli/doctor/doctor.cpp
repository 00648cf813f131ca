#include <string>
#include <utility>

#include "bundle.h"
#include "commands.h"
#include "connection_checks.h"
#include "event_source_check.h"
#include "file_checks.h"
#include "finding.h"
#include "pipe_checks.h"
#include "rights_checks.h"
#include "server_trust.h"
#include "service_checks.h"
#include "settings_check.h"

namespace onbehalf::cli {
namespace {

using namespace doctor;

void Append(Findings& findings, Findings more) {
  for (Finding& finding : more) findings.push_back(std::move(finding));
}

}  // namespace

ExitCode Doctor(const CommandLine& line, Output& output) {
  const client::Options& options = line.options;
  if (!client::IsLocal(options.server)) {
    throw UsageError("doctor checks the installation on this computer; run it on " + options.server);
  }
  Findings findings;
  const ServiceFacts service = CollectServiceFacts(options.service);
  Append(findings, JudgeService(service));
  if (service.config) {
    Append(findings, JudgeRights(CollectRightsFacts(options.service, service.config->account)));
  }
  const Installation installation = FindInstallation(service);
  if (!service.IsMissing()) {
    Append(findings, JudgeFiles(CollectFileFacts(installation), FindFileWriters(service)));
  }
  findings.push_back(JudgeSettings(CollectSettingsFacts(installation)));
  findings.push_back(JudgeEventSource(CollectEventSourceFacts(options.service)));
  const PipeFacts pipe = CollectPipeFacts(options);
  Append(findings, JudgePipe(pipe, options.service));
  if (pipe.was_opened) Append(findings, JudgeConnection(CollectConnectionFacts(options)));

  output.Result(ToJson(findings), Render(findings));
  if (line.bundle) {
    WriteBundle(*line.bundle, MakeBundle({findings, service, pipe, installation}));
    output.Error("wrote " + *line.bundle +
                 "; read it before you pass it on: it has account names and paths in it, " +
                 "but no audit lines\n");
  }
  return AnyFails(findings) ? ExitCode::kServiceError : ExitCode::kDone;
}

}  // namespace onbehalf::cli
