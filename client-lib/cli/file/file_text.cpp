#include "file/file_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "aligned_table.h"
#include "byte_text.h"
#include "json_members.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// Wide enough for every size and for all but long actions.
constexpr std::size_t kSizeColumns = 10;
constexpr std::size_t kActionColumns = 10;

std::string SizeOf(const Json& entry) {
  const Json* size = Member(entry, "size");
  if (size == nullptr || !size->is_number_unsigned() || TextMember(entry, "type") == "directory") return "-";
  return ByteText(size->get<std::uint64_t>());
}

std::string RightAligned(const std::string& text, std::size_t columns) {
  return std::string(columns - std::min(columns, text.size()), ' ') + text;
}

std::string Action(const std::string& action) {
  return action + std::string(kActionColumns - std::min(kActionColumns - 2, action.size()), ' ');
}

}  // namespace

Rows::value_type EntryHeader() { return {"TYPE", RightAligned("SIZE", kSizeColumns), "MODIFIED", "NAME"}; }

Rows::value_type EntryCells(const Json& entry) {
  return {TextMember(entry, "type"), RightAligned(SizeOf(entry), kSizeColumns), TextMember(entry, "modified"),
          TextMember(entry, "name")};
}

bool IsHidden(const Json& entry) {
  const Json* attributes = ListMember(entry, "attributes");
  return attributes != nullptr &&
         std::find(attributes->begin(), attributes->end(), "hidden") != attributes->end();
}

std::string RenderStat(const Json& stat) {
  Rows rows;
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) rows.push_back({name, text});
  };
  add("path", TextMember(stat, "path"));
  add("type", TextMember(stat, "type"));
  add("target", TextMember(stat, "target"));
  const std::string bytes = TextMember(stat, "size");
  const std::string rounded = SizeOf(stat);
  if (rounded != "-") {
    const bool is_exact = rounded.starts_with(bytes + " ");
    add("size", is_exact ? rounded : rounded + " (" + bytes + " bytes)");
  }
  add("created", TextMember(stat, "created"));
  add("modified", TextMember(stat, "modified"));
  add("accessed", TextMember(stat, "accessed"));
  add("attributes", Joined(ListMember(stat, "attributes")));
  add("links", TextMember(stat, "links"));
  add("id", TextMember(stat, "id"));
  return AlignedTable(rows);
}

std::string ChangeLine(const Json& change) {
  const std::string old_name = TextMember(change, "old_name");
  return Action(TextMember(change, "action")) + (old_name.empty() ? "" : old_name + " -> ") +
         TextMember(change, "name") + "\n";
}

std::string OverflowLine() {
  return Action("overflow") + "more changed than could be reported: scan the folder again\n";
}

}  // namespace onbehalf::cli
