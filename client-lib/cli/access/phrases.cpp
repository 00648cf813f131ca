#include "access/phrases.h"

#include "access/own_entries.h"
#include "json_members.h"

namespace onbehalf::cli {

using client::Json;

std::string AccountText(const Json& account) {
  const std::string name = TextMember(account, "name");
  return name.empty() ? TextMember(account, "sid") : name;
}

std::string AccountWithSid(const Json& account) {
  const std::string name = TextMember(account, "name");
  const std::string sid = TextMember(account, "sid");
  return name.empty() || sid.empty() ? name + sid : name + " (" + sid + ")";
}

std::string VerdictText(const Json& result) {
  const Json* account = Member(result, "account");
  const std::string node = TextMember(result, "node");
  const std::string right = TextMember(result, "right");
  const bool connects = node == kPipeNode && (right == "call" || right == "connect");
  std::string text = account == nullptr ? std::string("this account") : AccountText(*account);
  text += FlagMember(result, "allowed") ? " may " : " may not ";
  return text + (connects ? "connect to the service (" + node + ")" : right + " " + node);
}

std::string Quoted(const std::string& word) {
  return word.find_first_of(" &();,") == std::string::npos ? word : "\"" + word + "\"";
}

std::string OriginText(const Json& entry) {
  const std::string from = TextMember(entry, "from");
  if (from.empty()) return "(always)";
  return from + (FlagMember(entry, "inherited") ? " (inherited)" : " (own)");
}

}  // namespace onbehalf::cli
