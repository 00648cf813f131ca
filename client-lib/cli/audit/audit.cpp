#include "aligned_table.h"
#include "audit/audit_options.h"

#include <cstdint>
#include <string>

#include "audit/account_naming.h"
#include "audit/audit_reader.h"
#include "audit/audit_text.h"
#include "command.h"
#include "completions/candidates.h"
#include "console_stop.h"
#include "context.h"
#include "json_layout.h"
#include "json_members.h"
#include "method_error.h"
#include "onbehalf/win32/account_names.h"
#include "output.h"

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr std::int64_t kDefaultLast = 50;
// audit.read's limit.
constexpr std::int64_t kMaxLast = 1000;

constexpr CommandGroup kGroup = {"Who did what"};

constexpr OptionInfo kOptions[] = {
    {"--follow", "", "", "also show new records, until Ctrl+C"},
    {"--account", "ACCOUNT", "CONTOSO\\alice", "only records of this account"},
    {.name = "--method",
     .value = "METHOD",
     .example = "file.write",
     .summary = "only records of this method",
     .completer = OfferMethods},
    {"--denied", "", "", "only denied requests"},
    {"--last", "N", "100", "the number of records (default: 50, at most 1000)"},
};

AuditOptions Parse(const Given& given) {
  AuditOptions options;
  options.follow = given.Has("--follow");
  options.search["limit"] = given.NumberOf("--last", " of records", 1, kMaxLast).value_or(kDefaultLast);
  if (given.Has("--denied")) options.search["denied"] = true;
  if (const auto account = given.ValueOf("--account")) options.search["account"] = *account;
  if (const auto method = given.ValueOf("--method")) options.search["method"] = *method;
  return options;
}

// Prints the records as rows, with --json each as a line of JSON.
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
    for (const Json& record : records) rows.push_back(AuditCells(record, name_account_));
    return columns_.Lines(rows);
  }

 private:
  bool json_;
  bool begun_ = false;
  win32::AccountNames names_;
  const NameAccount name_account_ = NamingBy(names_);
  AlignedColumns columns_;
};

ExitCode Audit(const Context& context, const AuditOptions& options) {
  Output& output = context.output;
  client::Client service = context.Connect();
  Lines lines(output.json());
  const auto show = [&](const Json& records) { return output.Continue(lines.Of(records)); };
  return Named("audit.read", [&] {
    if (options.follow) {
      const ConsoleStop stop;
      FollowAudit(service, options.search, stop.event(), show);
      return ExitCode::kDone;
    }
    const Json records = ReadNewestAudit(service, options.search).records;
    if (records.empty()) output.Error("The audit has no such records.\n");
    return show(records) ? ExitCode::kDone : ExitCode::kServiceError;
  });
}

ExitCode Verify(const Context& context) {
  const Json verification = context.Call("audit.verify");
  context.output.Result(verification, RenderVerification(verification));
  return FlagMember(verification, "ok") ? ExitCode::kDone : ExitCode::kServiceError;
}

}  // namespace

extern const Command kAuditCommand = {
    .name = "audit",
    .options = kOptions,
    .group = &kGroup,
    .summary =
        "show the last N records (default: 50, at most 1000); --follow: and new ones, until Ctrl+C; "
        "--denied: only denied requests",
    .handler = Handles<Parse, Audit>()};

extern const Command kAuditVerifyCommand = {
    .name = "audit verify",
    .group = &kGroup,
    .summary = "verify the audit; exit code 1 and the first broken line if it is not intact",
    .handler = Handles<Verify>()};

}  // namespace onbehalf::cli
