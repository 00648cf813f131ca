#include "whoami_text.h"

#include <string>
#include <vector>

#include "aligned_table.h"
#include "json_members.h"
#include "printable.h"

namespace onbehalf::cli {
namespace {

using client::Json;

std::string Hexadecimal(const Json& number) {
  if (!number.is_number_unsigned() && !number.is_number_integer()) return Display(number);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (auto rest = number.get<unsigned long long>(); rest != 0; rest >>= 4)
    digits.insert(0, 1, kDigits[rest & 0xF]);
  return "0x" + (digits.empty() ? std::string("0") : digits);
}

std::string GroupTable(const Json& groups) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& group : groups) {
    const std::string name = TextMember(group, "name");
    rows.push_back({name.empty() ? std::string("-") : name, TextMember(group, "sid"),
                    Joined(ListMember(group, "attributes"))});
  }
  return AlignedTable(rows, 2);
}

std::string PrivilegeTable(const Json& privileges) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& privilege : privileges) {
    const Json* enabled = Member(privilege, "enabled");
    rows.push_back(
        {TextMember(privilege, "name"), enabled != nullptr && *enabled == true ? "enabled" : "disabled"});
  }
  return AlignedTable(rows, 2);
}

}  // namespace

std::string RenderWhoami(const Json& identity) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const char* label, const std::string& text) {
    if (!text.empty()) rows.push_back({label, text});
  };
  if (const Json* account = Member(identity, "account")) {
    add("account", TextMember(*account, "name"));
    add("sid", TextMember(*account, "sid"));
  }
  add("level", TextMember(identity, "level"));
  if (const Json* integrity = Member(identity, "integrity")) {
    const Json* rid = Member(*integrity, "rid");
    add("integrity", TextMember(*integrity, "name") + (rid == nullptr ? "" : " (" + Hexadecimal(*rid) + ")"));
  }
  if (const Json* elevation = Member(identity, "elevation")) {
    const Json* elevated = Member(*elevation, "elevated");
    const std::string half =
        elevated == nullptr ? ""
                            : (*elevated == true ? std::string(", elevated") : std::string(", not elevated"));
    add("elevation", TextMember(*elevation, "type") + half);
  }
  add("session", TextMember(identity, "session"));
  if (const Json* logon_id = Member(identity, "logon_id")) {
    add("logon id", logon_id->is_string() ? Display(*logon_id) : Hexadecimal(*logon_id));
  }
  add("logon sid", TextMember(identity, "logon_sid"));
  const Json* container = Member(identity, "app_container");
  if (container != nullptr) {
    if (const Json* package = Member(*container, "package")) {
      const std::string name = TextMember(*package, "name");
      add("package", TextMember(*package, "sid") + (name.empty() ? "" : "  " + name));
    }
    add("container", TextMember(*container, "number"));
  }
  if (const Json* process = Member(identity, "process")) {
    const std::string image = TextMember(*process, "image");
    add("process", TextMember(*process, "id") + (image.empty() ? "" : "  " + image));
  }
  add("computer", TextMember(identity, "computer"));
  std::string text = AlignedTable(rows);

  const auto add_list = [&](const char* label, const Json* list, std::string (*table)(const Json&)) {
    if (list == nullptr || !list->is_array() || list->empty()) return;
    text += std::string(label) + " (" + std::to_string(list->size()) + ")\n" + table(*list);
  };
  add_list("groups", Member(identity, "groups"), GroupTable);
  add_list("restricted to", Member(identity, "restricted_sids"), GroupTable);
  if (container != nullptr) add_list("capabilities", Member(*container, "capabilities"), GroupTable);
  add_list("privileges", Member(identity, "privileges"), PrivilegeTable);
  return text;
}

}  // namespace onbehalf::cli
