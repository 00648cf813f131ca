#include <cstdint>
#include <string>

#include "access/access_text.h"
#include "access/phrases.h"
#include "aligned_table.h"
#include "json_members.h"

namespace onbehalf::cli {
namespace {

using client::Json;

std::string OutcomeText(const Json& entry, const std::string& right) {
  const std::string step = TextMember(entry, "step");
  if (step == "noMatch") return "no match";
  if (step == "notAsked") return "is about other rights";
  if (step == "denies") return "denies " + right + ", decides";
  if (step == "allows") return "grants a part of " + right;
  if (step == "decides") return "grants " + right + ", decides";
  if (step == "notReached") return "not reached";
  if (step == "denyOnly") return "does not count: the group is deny-only";
  return step;
}

// The SID of the caller that an entry matches, and its state in the token.
std::string ThroughText(const Json& entry) {
  const Json* via = Member(entry, "via");
  if (via == nullptr) return "-";
  std::string state = "disabled";
  if (FlagMember(*via, "denyOnly")) {
    state = "deny-only";
  } else if (FlagMember(*via, "enabled")) {
    state = "enabled";
  }
  const std::string kind = TextMember(*via, "kind");
  return AccountText(*via) + " (" + (kind.empty() ? "" : kind + ", ") + state + ")";
}

std::string DecidedBy(const Json& explanation) {
  const Json* deciding = Member(explanation, "deciding");
  if (deciding == nullptr || !deciding->is_number_integer()) {
    return FlagMember(explanation, "allowed") ? "" : ": no entry grants the right";
  }
  return ": entry " + std::to_string(deciding->get<std::int64_t>() + 1) + " decides";
}

}  // namespace

std::string RenderCheck(const Json& check, const Json& arguments) {
  const bool allowed = FlagMember(check, "allowed");
  std::string text =
      std::string(allowed ? "yes: " : "no: ") + VerdictText(check) +
      (FlagMember(check, "approximate") ? ", as far as can be determined without a logon" : "") + "\n";
  const std::string note = TextMember(check, "note");
  Rows rows;
  if (!note.empty()) rows.push_back({"note", note});
  if (!allowed) {
    // The service explains only access by a token; it has none of another account.
    const bool is_own = Member(arguments, "account") == nullptr;
    std::string command = std::string(is_own ? "onbehalf access explain " : "onbehalf access show ") +
                          Quoted(TextMember(check, "node"));
    if (is_own && Member(arguments, "right") != nullptr)
      command += " --right " + TextMember(arguments, "right");
    rows.push_back({"why", command});
  }
  return text + AlignedTable(rows, 2);
}

std::string RenderExplanation(const Json& explanation) {
  const std::string right = TextMember(explanation, "right");
  Rows head = {{"node", TextMember(explanation, "node")}, {"right", right}};
  if (const Json* account = Member(explanation, "account"))
    head.push_back({"account", AccountWithSid(*account)});
  head.push_back({"policy", "version " + TextMember(explanation, "version")});
  std::string text = AlignedTable(head);

  if (const Json* entries = ListMember(explanation, "entries"); entries != nullptr && !entries->empty()) {
    Rows rows = {{"", "TYPE", "ACCOUNT", "RIGHTS", "FROM", "OUTCOME", "THROUGH"}};
    for (const Json& entry : *entries) {
      const Json* account = Member(entry, "account");
      rows.push_back({std::to_string(rows.size()), TextMember(entry, "type"),
                      account == nullptr ? std::string("-") : AccountText(*account),
                      Joined(ListMember(entry, "rights")), OriginText(entry), OutcomeText(entry, right),
                      ThroughText(entry)});
    }
    text += AlignedTable(rows);
  }
  text += std::string(FlagMember(explanation, "allowed") ? "allowed: " : "denied: ") +
          VerdictText(explanation) + DecidedBy(explanation) + "\n";
  Rows tail;
  if (const std::string note = TextMember(explanation, "note"); !note.empty()) tail.push_back({"note", note});
  if (const std::string advice = TextMember(explanation, "advice"); !advice.empty()) {
    tail.push_back({"to change it", advice});
  }
  return text + AlignedTable(tail, 2);
}

}  // namespace onbehalf::cli
