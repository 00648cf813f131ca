#include "audit/audit_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "aligned_table.h"
#include "json_members.h"
#include "printable.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// Members with their own column, and members that only chain the lines.
constexpr std::array<std::string_view, 10> kElsewhere = {"time",    "event", "account",  "method", "node",
                                                         "request", "seq",   "previous", "chain",  "hash"};

std::string OrDash(std::string text) { return text.empty() ? "-" : text; }

std::string AccountOf(const Json& record, const NameAccount& name_account) {
  return Printable(name_account(TextMember(record, "account")));
}

std::string Milliseconds(const Json& record) {
  const Json* took = Member(record, "took_us");
  if (took == nullptr || !took->is_number()) return {};
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", took->get<double>() / 1000);
  return text;
}

std::string Sddl(const Json& record, const char* name) {
  const std::string sddl = TextMember(record, name);
  return sddl.empty() ? "the default" : sddl;
}

void Append(std::string& text, const std::string& more) {
  if (!more.empty()) text += (text.empty() ? "" : ", ") + more;
}

// The members of an event without its own columns: "bytes=12, error=ERROR_DISK_FULL".
std::string AllMembers(const Json& record) {
  std::string text;
  if (!record.is_object()) return text;
  for (const auto& [name, value] : record.items()) {
    if (std::find(kElsewhere.begin(), kElsewhere.end(), name) != kElsewhere.end()) continue;
    Append(text, Printable(name) + "=" + Display(value));
  }
  return text;
}

}  // namespace

Rows::value_type AuditHeader() {
  return {"TIME", "VERDICT", "ACCOUNT", "METHOD", "NODE", "REASON", "REQUEST"};
}

Rows::value_type AuditCells(const Json& record, const NameAccount& name_account) {
  const std::string event = TextMember(record, "event");
  std::string verdict = event;
  std::string reason;
  if (event == "decision") {
    verdict = TextMember(record, "verdict");
    Append(reason, TextMember(record, "reason"));
    Append(reason, TextMember(record, "entry"));
    if (const std::string package = TextMember(record, "package"); !package.empty())
      Append(reason, "in an app container of " + package);
  } else if (event == "outcome") {
    verdict = TextMember(record, "outcome");
    if (Member(record, "win32") != nullptr) Append(reason, "Windows error " + TextMember(record, "win32"));
    Append(reason, Milliseconds(record));
  } else if (event == "policy") {
    reason = "version " + TextMember(record, "version") + ", before " + Sddl(record, "before") + ", after " +
             Sddl(record, "after");
    if (TextMember(record, "origin") == "outside") Append(reason, "by a replaced file");
  } else {
    reason = AllMembers(record);
  }
  return {OrDash(TextMember(record, "time")),      OrDash(verdict),
          OrDash(AccountOf(record, name_account)), OrDash(TextMember(record, "method")),
          OrDash(TextMember(record, "node")),      OrDash(reason),
          OrDash(TextMember(record, "request"))};
}

std::string RenderVerification(const Json& verification) {
  const auto counted = [&](const char* name, const std::string& one) {
    const std::string number = TextMember(verification, name);
    return number + " " + one + (number == "1" ? "" : "s");
  };
  const std::string looked =
      counted("files", "file") + ", " + counted("lines", "line") + ", " + counted("anchors", "anchor");
  Rows rows;
  std::string text = "the audit is intact: " + looked + "\n";
  if (!FlagMember(verification, "ok")) {
    text = "the audit is broken";
    if (const Json* problem = Member(verification, "problem")) {
      const std::string line = TextMember(*problem, "line");
      text += ": " + TextMember(*problem, "file") + (line.empty() ? "" : ", line " + line) + ": " +
              TextMember(*problem, "what");
    }
    text += "\n";
    rows.push_back({"checked", looked});
  }
  // Limits of the verdict.
  if (const std::string note = TextMember(verification, "note"); !note.empty())
    rows.push_back({"note", note});
  return text + AlignedTable(rows, 2);
}

}  // namespace onbehalf::cli
