#include "methods/audit_methods.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "audit/audit_reader.h"
#include "audit/audit_verification.h"
#include "escaped_text.h"
#include "methods/schema.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_text.h"

namespace onbehalf::service {
namespace {

// Only what the root says: administrators and SYSTEM.
constexpr const char* kForAdministrators = "D:";
constexpr std::size_t kMostLines = 1000;
constexpr std::size_t kLinesUnlessSaid = 100;
// What is shown of a line that is none of the audit's.
constexpr std::size_t kUnreadableBytes = 256;

protocol::Error Invalid(std::string message) {
  return {protocol::ErrorCode::kInvalidParams, std::move(message), nullptr};
}

std::optional<std::string> TextOf(const Json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end()) return std::nullopt;
  return found->get<std::string>();
}

Json ToJson(const std::string& line) {
  Json json;
  if (!protocol::ParseJson(line, protocol::JsonLimits{}, json) && json.is_object()) return json;
  std::string shown;
  AppendEscaped(shown, line, Escaping::kLog, kUnreadableBytes);
  return {{"event", "unreadable"}, {"text", shown}};
}

MethodResult Read(const Audit& audit, win32::AccountNames& names, const Call& call) {
  AuditFilter filter;
  if (const auto account = TextOf(call.params, "account")) {
    filter.account = win32::Sid::FromString(*account);
    if (!filter.account) filter.account = names.FindSid(*account);
    if (!filter.account) return Invalid("account: no account has this name or SID");
  }
  filter.method = TextOf(call.params, "method");
  filter.denied_only = call.params.value("denied", false);
  const auto limit = call.params.value("limit", kLinesUnlessSaid);

  const AuditReader reader(audit.folder());
  AuditPage page;
  if (const auto after = TextOf(call.params, "after")) {
    auto next = reader.After(*after, filter, limit, call.stop);
    if (!next) return Invalid("after: this is no cursor that audit.read has given");
    page = std::move(*next);
  } else {
    page = reader.Newest(filter, limit, call.stop);
  }
  Json lines = Json::array();
  for (const std::string& line : page.lines) lines.push_back(ToJson(line));
  return Json{{"lines", std::move(lines)}, {"cursor", page.cursor}, {"more", page.more}};
}

MethodResult Verify(const Audit& audit, const Call& call) {
  AnchorLog::Reading anchors;
  if (audit.anchors() != nullptr) {
    anchors = audit.anchors()->Read();
  } else {
    anchors.fault = "none are kept";
  }
  // After the anchors: the audit goes on meanwhile, and the chain must reach at least as far as any of them.
  const AuditVerification result =
      VerifyAudit(audit.folder(), anchors, audit.Head(), call.stop, audit.settings().keep_days);
  Json problem = nullptr;
  if (result.problem) {
    problem =
        Json{{"file", result.problem->file}, {"line", result.problem->line}, {"what", result.problem->what}};
  }
  return Json{
      {"ok", !result.problem},         {"files", result.files},
      {"lines", result.lines},         {"anchors", result.anchors},
      {"problem", std::move(problem)}, {"note", result.note.empty() ? Json(nullptr) : Json(result.note)}};
}

}  // namespace

void AddAuditMethods(MethodRegistry& registry, Audit& audit, std::shared_ptr<win32::AccountNames> names) {
  Method read;
  read.name = "audit.read";
  read.summary = "Lines of the audit: the newest, or those behind a cursor.";
  read.parameters = {
      {"account", "Only what this account did: its name (DOMAIN\\name), SID or SDDL alias.",
       Json{{"type", "string"}, {"minLength", 1}, {"maxLength", 1024}}, false, true},
      {"method", "Only requests for this method.",
       Json{{"type", "string"}, {"minLength", 1}, {"maxLength", 256}}, false, true},
      {"denied", "Whether only denials are wanted, by the policy or by the method itself.",
       Json{{"type", "boolean"}}, false, true},
      {"after", "A cursor of an earlier answer: the lines behind it. Without it, the newest lines.",
       Json{{"type", "string"}, {"maxLength", 256}}, false, true},
      {"limit", "At most so many lines (100).",
       Json{{"type", "integer"}, {"minimum", 1}, {"maximum", kMostLines}}, false, true}};
  read.result_schema =
      Object({{"lines", ListOf(Json{{"type", "object"}}, "oldest first, as they stand in the audit")},
              {"cursor", Text("for after")},
              {"more", Boolean("more lines are behind the cursor already")}});
  read.access_default = kForAdministrators;
  read.acts = Acts::kAsService;
  read.pace = Pace::kMayBlock;
  read.handler = [&audit, names = std::move(names)](const Call& call) { return Read(audit, *names, call); };
  registry.Add(std::move(read));

  Method verify;
  verify.name = "audit.verify";
  verify.summary =
      "Computes the audit's chain again and compares it with its anchors: finds the first broken line.";
  verify.result_schema =
      Object({{"ok", Boolean("")},
              {"files", Integer("")},
              {"lines", Integer("looked at: up to the problem, if there is one")},
              {"anchors", Integer("of the event log that the lines were compared with")},
              {"problem", OrNull(Object({{"file", Text("")}, {"line", Integer("from 1")}, {"what", Text("")}},
                                        "the first broken line"))},
              {"note", OrNull(Text("what limits this verdict"))}});
  verify.access_default = kForAdministrators;
  verify.acts = Acts::kAsService;
  verify.pace = Pace::kMayBlock;
  verify.handler = [&audit](const Call& call) { return Verify(audit, call); };
  registry.Add(std::move(verify));
}

}  // namespace onbehalf::service
