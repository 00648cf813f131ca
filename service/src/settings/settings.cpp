#include "onbehalf/service/settings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/json_with_comments.h"
#include "settings/settings_faults.h"
#include "settings/settings_sections.h"
#include "settings/settings_table.h"

namespace onbehalf::service {
namespace {

using protocol::Json;

// "section.member" without its section.
std::string_view Member(std::string_view key) { return key.substr(key.find('.') + 1); }
std::string_view Section(std::string_view key) { return key.substr(0, key.find('.')); }

const SettingRow* FindRow(std::string_view key) {
  for (const SettingRow& row : SettingRows()) {
    if (row.key == key) return &row;
  }
  return nullptr;
}

std::vector<std::string> KnownKeys() {
  std::vector<std::string> keys;
  for (const SettingRow& row : SettingRows()) keys.emplace_back(row.key);
  return keys;
}

bool IsSection(std::string_view name) {
  const auto rows = SettingRows();
  return std::any_of(rows.begin(), rows.end(),
                     [name](const SettingRow& row) { return Section(row.key) == name; });
}

// "pipe, limits, … and methods"
std::string Sections() {
  std::vector<std::string> names;
  for (const SettingRow& row : SettingRows()) {
    if (names.empty() || names.back() != Section(row.key)) names.emplace_back(Section(row.key));
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

// Windows grants a process of low integrity nothing of an object whose DACL names a package, whatever the label says; the SIDs of
// all packages do not count (Forshaw, "Windows Security Internals", chapter 7, "Lowbox Tokens", listings 7-23 and 7-24).
void CheckIntegrity(SettingsResult& result) {
  if (result.settings.pipe.integrity != PipeIntegrity::kLow) return;
  const std::vector<win32::Sid> packages = AppPackages(result.settings.pipe);
  if (std::all_of(packages.begin(), packages.end(),
                  [](const win32::Sid& sid) { return sid.IsEveryPackage(); }))
    return;
  result.faults.push_back(
      {"pipe.integrity",
       "\"low\" contradicts pipe.app_packages, which names a package: Windows denies processes "
       "of low integrity everything that a single package may use"});
}

// Settings that are each valid but contradict each other. A setting that already has a fault is skipped.
void CheckTogether(SettingsResult& result) {
  const auto is_sound = [&result](std::string_view key) {
    return std::none_of(result.faults.begin(), result.faults.end(),
                        [key](const SettingsFault& fault) { return fault.key == key; });
  };
  // `lesser` must be less than `greater`, or at most equal to it.
  const auto check = [&](std::string_view lesser, std::string_view greater, bool may_be_equal) {
    if (!is_sound(lesser) || !is_sound(greater)) return;
    const auto less = FindRow(lesser)->get(result.settings).get<std::uint64_t>();
    const auto more = FindRow(greater)->get(result.settings).get<std::uint64_t>();
    if (less < more || (may_be_equal && less == more)) return;
    result.faults.push_back({std::string(lesser), std::to_string(less) + " contradicts " +
                                                      std::string(greater) + ", which is " +
                                                      std::to_string(more) + ": it must be " +
                                                      (may_be_equal ? "at most that" : "less than that")});
  };
  check("limits.connections_for_administrators", "limits.connections", false);
  check("limits.header_bytes", "limits.frame_bytes", true);
  check("limits.batch_requests_at_once", "limits.batch_requests", true);
  check("limits.progress_queue_bytes", "limits.write_queue_bytes", false);
  check("audit.file_bytes", "audit.keep_bytes", true);
  CheckIntegrity(result);
}

// "line 3, column 14"
std::string Position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - line_start + 1);
}

}  // namespace

SettingsResult ParseSettings(std::string_view text, const Settings& defaults) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return WholeFileFault("the file begins with a byte order mark (BOM); save it as UTF-8 without BOM");
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return WholeFileFault("the file is UTF-16; save it as UTF-8 without BOM");
  }

  Json root;
  if (const auto fault = protocol::ParseJsonWithComments(text, protocol::JsonLimits{}, root)) {
    return WholeFileFault(Position(text, fault.offset) + ": " + fault.Describe());
  }
  if (root.is_discarded()) return {defaults, {}};
  if (!root.is_object()) {
    return WholeFileFault("expected an object with the members " + Sections() + ", found " + FoundKind(root));
  }

  SettingsResult result{defaults, {}};
  for (const auto& [section, members] : root.items()) {
    if (!IsSection(section)) {
      if (!members.is_object()) {
        result.faults.push_back(UnknownKey(section, KnownKeys()));
        continue;
      }
    } else if (!members.is_object()) {
      result.faults.push_back({section, "expected an object, found " + FoundKind(members)});
      continue;
    }
    if (members.empty() && !IsSection(section)) result.faults.push_back(UnknownKey(section, KnownKeys()));
    for (const auto& [member, value] : members.items()) {
      const std::string key = section + "." + member;
      const SettingRow* const row = FindRow(key);
      if (row == nullptr) {
        result.faults.push_back(UnknownKey(key, KnownKeys()));
      } else {
        ReadSetting(*row, value, result.settings, result.faults);
      }
    }
  }
  CheckTogether(result);
  return result;
}

std::string CheckConfigReport(const SettingsResult& result, std::string_view file_name) {
  const std::string name = Shown(file_name);
  if (result.faults.empty()) return name + ": ok";
  std::string report;
  for (const SettingsFault& fault : result.faults) {
    if (!report.empty()) report += "\n";
    report += name + ": ";
    if (!fault.key.empty()) report += fault.key + ": ";
    report += fault.message;
  }
  return report;
}

std::string DefaultSettingsText() {
  const Settings defaults;
  std::string text = "{\n";
  std::string_view section;
  for (const SettingRow& row : SettingRows()) {
    if (Section(row.key) == section) {
      text += ",\n";
    } else {
      if (!section.empty()) text += "\n  },\n";
      section = Section(row.key);
      text += "  \"" + std::string(section) + "\": {\n";
    }
    text += "    \"" + std::string(Member(row.key)) + "\": " + protocol::ToText(row.get(defaults));
  }
  return text + "\n  }\n}\n";
}

}  // namespace onbehalf::service
