#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// The maximum of most time settings, in milliseconds.
inline constexpr std::uint64_t kDayMs = 24ull * 60 * 60 * 1000;

// One key of the settings file. The table is the only list of keys: reading, ranges, defaults, docs/settings.md and
// the tests all use it.
struct SettingRow {
  enum class Kind {
    kInteger,  // from minimum to maximum
    kBoolean,
    kPipeName,  // 1 to `maximum` UTF-16 units, no backslash and no control character
    kWord,      // one of `words`
    kOwn,       // whatever `read` takes
  };
  std::string_view key;  // "limits.frame_bytes"
  Kind kind;
  std::uint64_t minimum;
  std::uint64_t maximum;
  std::string_view summary;  // one line for docs/settings.md
  protocol::Json (*get)(const Settings&);
  void (*set)(Settings&, const protocol::Json&);  // of a value that the row accepts; not for kOwn
  void (*copy)(const Settings& from, Settings& to);
  // For kOwn: a short description of what it accepts, and its reader, which reports faults below the row's key.
  std::string_view accepted;
  void (*read)(const protocol::Json&, Settings&, std::vector<SettingsFault>&);
  std::span<const std::string_view> words = {};  // for kWord
};

// In the order of the documentation.
std::span<const SettingRow> SettingRows();

// Stores `value` in `settings`, or reports what is wrong with it.
void ReadSetting(const SettingRow& row, const protocol::Json& value, Settings& settings,
                 std::vector<SettingsFault>& faults);

// Whether service.reload applies a change of it. The others take effect at the next start.
bool TakesEffectAtReload(const SettingRow& row);

// "an integer from 1 to 10"
std::string Accepted(const SettingRow& row);

// The table of docs/settings.md, in Markdown.
std::string SettingsReference();

}  // namespace onbehalf::service
