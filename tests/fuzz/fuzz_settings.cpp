// Accepted settings are the same after writing and reading them again; refused ones get one report line per fault, which the text
// cannot break. Strict JSON is the same value to the parser that allows comments. Nothing throws.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "invariant.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/json_with_comments.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/protocol/utf8.h"
#include "onbehalf/service/settings.h"
#include "settings/settings_table.h"

namespace {

using namespace onbehalf::service;
using onbehalf::protocol::Json;

Json ToJson(const Settings& settings) {
  Json all = Json::object();
  for (const SettingRow& row : SettingRows()) {
    const std::size_t dot = row.key.find('.');
    all[std::string(row.key.substr(0, dot))][std::string(row.key.substr(dot + 1))] = row.get(settings);
  }
  return all;
}

void CheckReport(const SettingsResult& result) {
  const std::string report = CheckConfigReport(result, "onbehalf.json");
  ONBEHALF_INVARIANT(onbehalf::protocol::IsUtf8(report));
  ONBEHALF_INVARIANT(std::all_of(report.begin(), report.end(),
                                 [](char c) { return c == '\n' || static_cast<unsigned char>(c) >= 0x20; }));
  const auto lines = static_cast<std::size_t>(1 + std::count(report.begin(), report.end(), '\n'));
  ONBEHALF_INVARIANT(lines == std::max<std::size_t>(1, result.faults.size()));
}

void CheckStrictJson(std::string_view text) {
  Json strict, value;
  if (onbehalf::protocol::ParseJson(text, onbehalf::protocol::JsonLimits{}, strict)) return;
  ONBEHALF_INVARIANT(
      !onbehalf::protocol::ParseJsonWithComments(text, onbehalf::protocol::JsonLimits{}, value));
  ONBEHALF_INVARIANT(value == strict);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  CheckStrictJson(text);
  const SettingsResult result = ParseSettings(text);
  for (const SettingsFault& fault : result.faults) ONBEHALF_INVARIANT(!fault.message.empty());
  CheckReport(result);
  if (!result.faults.empty()) return 0;
  const Json written = ToJson(result.settings);
  const SettingsResult again = ParseSettings(onbehalf::protocol::ToText(written));
  ONBEHALF_INVARIANT(again.faults.empty());
  ONBEHALF_INVARIANT(ToJson(again.settings) == written);
  return 0;
}
