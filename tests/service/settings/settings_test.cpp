#include "onbehalf/service/settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "settings/settings_table.h"
#include "support/hostile_texts.h"

namespace onbehalf::service {
namespace {

using protocol::Json;
using Kind = SettingRow::Kind;

// {"pipe": {"name": value}} for "pipe.name".
std::string FileWith(std::string_view key, const Json& value) {
  const std::size_t dot = key.find('.');
  Json file;
  file[std::string(key.substr(0, dot))][std::string(key.substr(dot + 1))] = value;
  return file.dump();
}

// A non-default value for a setting of kind kOwn.
Json Another(const SettingRow& row) {
  const std::map<std::string_view, Json> values = {
      {"pipe.app_packages", Json::array({"Contoso.Orders_8wekyb3d8bbwe", "S-1-15-2-1"})},
      {"file.roots", Json::array({"D:\\Shares"})},
      {"database.sources",
       {{"orders", {{"connection", "DSN=orders"}, {"as_caller", true}, {"pooled", true}}}}},
      {"modules.load", {{"orders", {{"depth", 3}}}}},
      {"methods.limits",
       {{"file.read", {{"deadline_ms", 100}, {"handlers", 2}, {"handlers_per_account", 1}}}}}};
  return values.at(row.key);
}

// The faults for `key`, joined.
std::string FaultOf(const SettingsResult& result, std::string_view key) {
  std::string all;
  for (const SettingsFault& fault : result.faults) {
    if (fault.key == key) all += fault.message + "\n";
  }
  return all;
}

// Only the faults of the key itself: a value at the end of its range may contradict another's default.
bool Accepts(std::string_view key, const Json& value) {
  const std::string fault = FaultOf(ParseSettings(FileWith(key, value)), key);
  return fault.empty() || fault.find("contradicts") != std::string::npos;
}

TEST(Settings, DefaultsAreThoseOfTheDesign) {
  const char* const expected = R"({
  "pipe": {
    "name": "onbehalf",
    "waiting_instances": 4,
    "remote": false,
    "deny_network_logons": false,
    "integrity": "medium",
    "app_packages": []
  },
  "limits": {
    "frame_bytes": 4194304,
    "header_bytes": 4096,
    "json_depth": 64,
    "json_string_bytes": 4194304,
    "json_array_elements": 100000,
    "json_object_members": 10000,
    "response_bytes": 4194304,
    "batch_requests": 64,
    "batch_requests_at_once": 32,
    "requests_per_connection": 32,
    "handlers_per_account": 16,
    "streams_per_account": 16,
    "connections_per_account": 64,
    "connections": 512,
    "connections_for_administrators": 8,
    "silent_connections": 64,
    "write_queue_bytes": 8388608,
    "progress_queue_bytes": 262144,
    "first_request_timeout_ms": 30000,
    "header_timeout_ms": 5000,
    "frame_timeout_ms": 30000,
    "write_timeout_ms": 10000,
    "idle_timeout_ms": 600000,
    "request_deadline_ms": 30000,
    "stop_grace_ms": 10000
  },
  "threads": {
    "io": 0,
    "handlers": 64
  },
  "log": {
    "level": "info",
    "file_bytes": 10485760,
    "files": 5
  },
  "audit": {
    "required": true,
    "file_bytes": 67108864,
    "keep_days": 90,
    "keep_bytes": 1073741824,
    "anchor_lines": 1000,
    "anchor_minutes": 5,
    "denials_per_minute": 60
  },
  "file": {
    "roots": [],
    "network_paths": false,
    "alternate_streams": false
  },
  "database": {
    "sources": {},
    "idle_ms": 60000,
    "connections_per_source": 64
  },
  "modules": {
    "load": {},
    "overdue_calls": 3
  },
  "methods": {
    "limits": {}
  },
  "service": {
    "idle_stop_minutes": 10
  },
  "hardening": {
    "strict_handles": true,
    "no_dynamic_code": true
  }
}
)";
  EXPECT_EQ(DefaultSettingsText(), expected);
}

TEST(Settings, TheTextOfTheDefaultsIsAValidFile) {
  const SettingsResult result = ParseSettings(DefaultSettingsText());
  EXPECT_EQ(CheckConfigReport(result, "onbehalf.json"), "onbehalf.json: ok");
}

TEST(Settings, EmptyTextGivesTheDefaults) {
  for (const char* text : {"", " \r\n\t", "{}", R"({"pipe":{},"limits":{}})"}) {
    const SettingsResult result = ParseSettings(text);
    EXPECT_TRUE(result.faults.empty()) << text;
    for (const SettingRow& row : SettingRows())
      EXPECT_EQ(row.get(result.settings), row.get(Settings{})) << row.key;
  }
}

TEST(Settings, EveryKeyExistsOnceAndItsDefaultIsAccepted) {
  std::set<std::string_view> keys;
  for (const SettingRow& row : SettingRows()) {
    EXPECT_TRUE(keys.insert(row.key).second) << row.key;
    EXPECT_FALSE(row.summary.empty()) << row.key;
    EXPECT_TRUE(Accepts(row.key, row.get(Settings{}))) << row.key;
  }
}

TEST(Settings, EveryNumberIsAcceptedOnlyFromMinimumToMaximum) {
  for (const SettingRow& row : SettingRows()) {
    if (row.kind != Kind::kInteger) continue;
    for (const std::uint64_t value : {row.minimum, row.maximum}) {
      EXPECT_TRUE(Accepts(row.key, value)) << row.key << " " << value;
      const SettingsResult result = ParseSettings(FileWith(row.key, value));
      EXPECT_EQ(row.get(result.settings), value) << row.key << ": the value must be unchanged";
    }
    EXPECT_FALSE(Accepts(row.key, row.maximum + 1)) << row.key;
    if (row.minimum > 0) {
      EXPECT_FALSE(Accepts(row.key, row.minimum - 1)) << row.key;
    }
    EXPECT_FALSE(Accepts(row.key, -1)) << row.key;
    EXPECT_FALSE(Accepts(row.key, 18446744073709551615ull)) << row.key;
  }
}

TEST(Settings, EveryKeyChangesOnlyItself) {
  for (const SettingRow& row : SettingRows()) {
    Json other = row.get(Settings{});
    if (row.kind == Kind::kInteger) other = row.minimum;
    if (row.kind == Kind::kBoolean) other = !other.get<bool>();
    if (row.kind == Kind::kPipeName) other = "another";
    if (row.kind == Kind::kWord) other = row.words.back();
    if (row.kind == Kind::kOwn) other = Another(row);
    const SettingsResult result = ParseSettings(FileWith(row.key, other));
    for (const SettingRow& each : SettingRows()) {
      EXPECT_EQ(each.get(result.settings), &each == &row ? other : each.get(Settings{}))
          << row.key << " " << each.key;
    }
  }
}

TEST(Settings, AWrongTypeIsAFaultWithTheKeyTheExpectedAndTheFoundType) {
  const std::vector<std::pair<Json, std::string>> wrong = {
      {nullptr, "null"}, {Json::array({1}), "an array"},  {Json::object({{"a", 1}}), "an object"},
      {1.5, "1.5"},      {"word", "the string \"word\""}, {true, "true"},
      {17, "17"},
  };
  // What might be a secret is not shown.
  const auto shown = [](const SettingRow& row, const Json& value, const std::string& found) {
    return row.kind == Kind::kOwn && value.is_string() ? "a string" : found;
  };
  for (const SettingRow& row : SettingRows()) {
    for (const auto& [value, found] : wrong) {
      const bool right_type = (row.kind == Kind::kBoolean && value.is_boolean()) ||
                              (row.kind == Kind::kPipeName && value.is_string()) ||
                              (row.kind == Kind::kInteger && value.is_number_integer()) ||
                              (row.kind == Kind::kOwn && value.type() == row.get(Settings{}).type());
      if (right_type) continue;
      const SettingsResult result = ParseSettings(FileWith(row.key, value));
      ASSERT_EQ(result.faults.size(), 1u) << row.key << " " << value;
      EXPECT_EQ(result.faults[0].key, row.key);
      EXPECT_EQ(result.faults[0].message,
                "expected " + Accepted(row) + ", found " + shown(row, value, found));
    }
  }
}

TEST(Settings, DescribesAcceptedValuesInPlainWords) {
  EXPECT_EQ(FaultOf(ParseSettings(R"({"limits":{"frame_bytes":1}})"), "limits.frame_bytes"),
            "expected an integer from 64 to 1073741824, found 1\n");
  EXPECT_EQ(FaultOf(ParseSettings(R"({"log":{"level":"loud"}})"), "log.level"),
            "expected one of \"debug\", \"info\", \"warning\", \"error\", found the string \"loud\"\n");
  EXPECT_EQ(FaultOf(ParseSettings(R"({"pipe":{"remote":"no"}})"), "pipe.remote"),
            "expected true or false, found the string \"no\"\n");
}

TEST(Settings, ReadsEveryLogLevel) {
  const auto level = [](const char* word) {
    return ParseSettings(FileWith("log.level", word)).settings.log.level;
  };
  EXPECT_EQ(level("debug"), LogLevel::kDebug);
  EXPECT_EQ(level("info"), LogLevel::kInfo);
  EXPECT_EQ(level("warning"), LogLevel::kWarning);
  EXPECT_EQ(level("error"), LogLevel::kError);
}

TEST(Settings, PipeNamesAreThoseThatWindowsAccepts) {
  EXPECT_TRUE(Accepts("pipe.name", "a"));
  EXPECT_TRUE(Accepts("pipe.name", "J\xC3\xB6rg's pipe"));
  EXPECT_TRUE(Accepts("pipe.name", std::string(247, 'a')));
  EXPECT_FALSE(Accepts("pipe.name", std::string(248, 'a')));
  std::string wide;
  for (int i = 0; i < 247; ++i) wide += "\xC3\xB6";
  EXPECT_TRUE(Accepts("pipe.name", wide)) << "characters count, not bytes";
  EXPECT_FALSE(Accepts("pipe.name", wide + "a"));
  std::string pairs;
  for (int i = 0; i < 123; ++i) pairs += "\xF0\x9F\x98\x80";
  EXPECT_TRUE(Accepts("pipe.name", pairs + "a")) << "a character beyond U+FFFF is two of Windows' units";
  EXPECT_FALSE(Accepts("pipe.name", pairs + "aa"));
  EXPECT_FALSE(Accepts("pipe.name", ""));
  EXPECT_FALSE(Accepts("pipe.name", R"(\\.\pipe\onbehalf)"));
  EXPECT_FALSE(Accepts("pipe.name", "a\nb"));
  EXPECT_FALSE(Accepts("pipe.name", "a\x7f"));
}

TEST(Settings, ReportsAllFaultsAtOnce) {
  const SettingsResult result = ParseSettings(R"({
    "pipe": {"name": "", "remote": 1, "colour": "red"},
    "limits": {"frame_bytes": "4 MiB", "connections": 10, "connections_for_administrators": 10},
    "threads": [],
    "log": {"level": "INFO"},
    "extra": true
  })");
  std::vector<std::string> keys;
  for (const SettingsFault& fault : result.faults) keys.push_back(fault.key);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys,
            (std::vector<std::string>{"extra", "limits.connections_for_administrators", "limits.frame_bytes",
                                      "log.level", "pipe.colour", "pipe.name", "pipe.remote", "threads"}));
}

TEST(Settings, AnUnknownKeyIsAFaultThatSuggestsTheNearest) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"({"limits":{"frame_byte":1}})", "limits.frame_bytes"},
      {R"({"limit":{"frame_bytes":1}})", "limits.frame_bytes"},
      {R"({"pipe":{"nmae":"x"}})", "pipe.name"},
      {R"({"log":{"Level":"info"}})", "log.level"},
      {R"({"frame_bytes":1})", "limits.frame_bytes"},
      {R"({"pipe":{"handlers":1}})", "threads.handlers"},
      {R"({"file":{"root":[]}})", "file.roots"},
      {R"({"database":{"source":{}}})", "database.sources"},
      {R"({"modules":{"laod":{}}})", "modules.load"},
      {R"({"method":{"limits":{}}})", "methods.limits"},
      {R"({"limits":{"idle_timeout":1}})", "limits.idle_timeout_ms"},
  };
  for (const auto& [text, nearest] : rows) {
    const SettingsResult result = ParseSettings(text);
    ASSERT_EQ(result.faults.size(), 1u) << text;
    EXPECT_EQ(result.faults[0].message, "unknown key; did you mean " + nearest + "?") << text;
  }
  const SettingsResult nothing_near =
      ParseSettings(R"({"pipe":{"something else entirely":1},"$schema":"x"})");
  ASSERT_EQ(nothing_near.faults.size(), 2u);
  for (const SettingsFault& fault : nothing_near.faults) {
    EXPECT_EQ(fault.message, "unknown key; docs/settings.md has all of them");
  }
}

TEST(Settings, AnEmptyUnknownSectionIsAFaultToo) {
  EXPECT_EQ(ParseSettings(R"({"limts":{}})").faults.size(), 1u);
}

TEST(Settings, ContradictionsAreFaults) {
  EXPECT_EQ(
      FaultOf(ParseSettings(R"({"limits":{"connections":8}})"), "limits.connections_for_administrators"),
      "8 contradicts limits.connections, which is 8: it must be less than that\n");
  EXPECT_EQ(FaultOf(ParseSettings(R"({"limits":{"frame_bytes":1024}})"), "limits.header_bytes"),
            "4096 contradicts limits.frame_bytes, which is 1024: it must be at most that\n");
  EXPECT_EQ(FaultOf(ParseSettings(R"({"limits":{"batch_requests":31}})"), "limits.batch_requests_at_once"),
            "32 contradicts limits.batch_requests, which is 31: it must be at most that\n");
  EXPECT_EQ(
      FaultOf(ParseSettings(R"({"limits":{"write_queue_bytes":262144}})"), "limits.progress_queue_bytes"),
      "262144 contradicts limits.write_queue_bytes, which is 262144: it must be less than that\n");
  EXPECT_TRUE(ParseSettings(R"({"limits":{"write_queue_bytes":262145}})").faults.empty());
  EXPECT_TRUE(
      ParseSettings(R"({"limits":{"frame_bytes":4096,"batch_requests":32,"connections":9}})").faults.empty());
}

TEST(Settings, AFaultySettingContradictsNothing) {
  const SettingsResult result = ParseSettings(R"({"limits":{"connections":0}})");
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_EQ(result.faults[0].key, "limits.connections");
}

TEST(Settings, TextThatIsNotAJsonObjectIsOneFaultWithItsPosition) {
  const auto only_fault = [](std::string_view text) {
    const SettingsResult result = ParseSettings(text);
    EXPECT_EQ(result.faults.size(), 1u) << text;
    EXPECT_TRUE(result.faults.at(0).key.empty());
    return result.faults.at(0).message;
  };
  EXPECT_EQ(only_fault("{\n  \"pipe\": {\n    \"name\": onbehalf\n  }\n}").substr(0, 7), "line 3,");
  EXPECT_NE(only_fault(R"({"pipe":{"name":"a","name":"b"}})").find("line 1,"), std::string::npos);
  EXPECT_EQ(
      only_fault("[]"),
      "expected an object with the members pipe, limits, threads, log, audit, file, database, modules, methods, "
      "service and hardening, found an array");
  EXPECT_EQ(only_fault("\xEF\xBB\xBF{}"),
            "the file begins with a byte order mark (BOM); save it as UTF-8 without BOM");
  EXPECT_EQ(only_fault(std::string_view("\xFF\xFE{\0}\0", 6)),
            "the file is UTF-16; save it as UTF-8 without BOM");
  only_fault("{} x");
  only_fault("{\"pipe\":{\"name\":\"\xFF\"}}");
  only_fault(std::string_view("\0", 1));
}

TEST(Settings, MayHaveCommentsAndTrailingCommas) {
  const SettingsResult result = ParseSettings(R"(// The settings of this machine.
{
  /* "pipe": { "name": "off" }, */
  "log": {
    "level": "debug", // until the orders are found
  },
  "pipe": { "name": "a//b", },
})");
  EXPECT_EQ(CheckConfigReport(result, "onbehalf.json"), "onbehalf.json: ok");
  EXPECT_EQ(result.settings.pipe.name, "a//b");
  EXPECT_EQ(result.settings.log.level, LogLevel::kDebug);
  for (const std::string_view text : {"// nothing yet\n", "/* nothing\nyet */", "// nothing\n{}"}) {
    EXPECT_TRUE(ParseSettings(text).faults.empty()) << text;
  }
}

TEST(Settings, FaultsBehindCommentsHaveTheirLineAndColumn) {
  const auto only_fault = [](std::string_view text) {
    const SettingsResult result = ParseSettings(text);
    EXPECT_EQ(result.faults.size(), 1u) << text;
    return result.faults.at(0).message;
  };
  EXPECT_EQ(only_fault("// one\n/* two\nthree */ {\"pipe\": /* four */ x}"),
            "line 3, column 30: The text is not valid JSON (at byte 43).");
  EXPECT_EQ(only_fault("{\n  /* to the end\n}\n"), "line 2, column 3: A comment is not closed (at byte 4).");
  EXPECT_EQ(only_fault("/* a\n/* b */\n*/ {}"),
            "line 3, column 1: A comment is closed that is not open (comments do not nest) (at byte 13).");
  EXPECT_EQ(only_fault("{} // \xFF"), "line 1, column 7: The text is not valid UTF-8 (at byte 6).");
  EXPECT_EQ(only_fault("/* a */ []").substr(0, 52), "expected an object with the members pipe, limits, th");
}

TEST(Settings, NothingInTheFileCanBreakALineOfTheReport) {
  for (const std::string& text : test::HostileTexts()) {
    if (text.find_first_of("\x80\xC0\xC1\xF4\xFF") != std::string::npos) continue;  // not UTF-8, so not JSON
    std::string key_file, value_file;
    try {
      key_file = Json{{text, {{text, 1}}}}.dump();
      value_file = FileWith("log.level", text);
    } catch (const Json::type_error&) {
      continue;
    }
    for (const std::string& file : {key_file, value_file}) {
      const std::string report = CheckConfigReport(ParseSettings(file), "onbehalf.json");
      EXPECT_TRUE(report.starts_with("onbehalf.json: ")) << report;
      EXPECT_LE(report.size(), 1000u);
      for (const char c : report) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    }
  }
}

TEST(Settings, TheReportHasOneLinePerFault) {
  EXPECT_EQ(CheckConfigReport(ParseSettings(R"({"pipe":{"remote":1},"limits":{"json_depth":0}})"), "my.json"),
            "my.json: limits.json_depth: expected an integer from 4 to 1000, found 0\n"
            "my.json: pipe.remote: expected true or false, found 1");
}

TEST(Settings, ReloadableSettingsTakeEffectAtAReload) {
  std::set<std::string> sections;
  for (const SettingRow& row : SettingRows()) {
    const std::string section(row.key.substr(0, row.key.find('.')));
    if (row.key == "log.level") {
      EXPECT_TRUE(TakesEffectAtReload(row));
    } else if (TakesEffectAtReload(row)) {
      sections.insert(section);
    } else {
      EXPECT_FALSE(sections.contains(section))
          << row.key << ": all keys of a section follow one rule, so that users can predict it";
    }
  }
  EXPECT_EQ(sections, (std::set<std::string>{"database", "file", "limits", "methods"}));
}

TEST(Settings, AreCopiedOneByOne) {
  for (const SettingRow& row : SettingRows()) {
    if (row.kind != Kind::kOwn && row.kind != Kind::kInteger) continue;
    const Json other = row.kind == Kind::kOwn ? Another(row) : Json(row.minimum);
    const Settings from = ParseSettings(FileWith(row.key, other)).settings;
    Settings to;
    row.copy(from, to);
    EXPECT_EQ(row.get(to), other) << row.key;
    row.copy(Settings{}, to);
    EXPECT_EQ(row.get(to), row.get(Settings{})) << row.key;
  }
}

}  // namespace
}  // namespace onbehalf::service
