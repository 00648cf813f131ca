#include <string>

#include "audit/audit_reader.h"
#include "audit/audit_text.h"
#include "commands.h"
#include "console_stop.h"
#include "json_layout.h"
#include "json_members.h"
#include "method_error.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// The records in lines; with --json each as it is.
class Lines {
 public:
  explicit Lines(bool json) : json_(json) {}

  std::string Of(const Json& records) {
    std::string text;
    if (json_) {
      for (const Json& record : records) text += JsonLine(record) + "\n";
      return text;
    }
    Rows rows;
    if (!begun_ && !records.empty()) rows.push_back(AuditHeader());
    begun_ = begun_ || !records.empty();
    for (const Json& record : records) rows.push_back(AuditCells(record, names_));
    return columns_.Lines(rows);
  }

 private:
  bool json_;
  bool begun_ = false;
  win32::AccountNames names_;
  AlignedColumns columns_;
};

}  // namespace

ExitCode Audit(const CommandLine& line, Output& output) {
  if (line.method == "audit.verify") {
    const Json verification = CallOnce(line.options, line.method);
    output.Result(verification, RenderVerification(verification));
    return FlagMember(verification, "ok") ? ExitCode::kDone : ExitCode::kServiceError;
  }
  client::Client service = client::Client::Connect(line.options);
  Lines lines(output.json());
  const auto show = [&](const Json& records) { return output.Continue(lines.Of(records)); };
  if (line.follow) {
    const ConsoleStop stop;
    Named(line.method, [&] { FollowAudit(service, line.arguments, stop.event(), show); });
    return ExitCode::kDone;
  }
  const Json records = Named(line.method, [&] { return ReadNewestAudit(service, line.arguments).records; });
  if (records.empty()) output.Error("There is no such record in the audit.\n");
  return show(records) ? ExitCode::kDone : ExitCode::kServiceError;
}

}  // namespace onbehalf::cli
