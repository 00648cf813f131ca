#include "settings/settings_sections.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/service/settings.h"
#include "text/sid_text.h"

namespace onbehalf::service {
namespace {

using std::chrono::milliseconds;

// "key: message" of each fault.
std::vector<std::string> Faults(std::string_view text) {
  std::vector<std::string> all;
  for (const SettingsFault& fault : ParseSettings(text).faults)
    all.push_back(fault.key + ": " + fault.message);
  return all;
}

Settings Sound(std::string_view text) {
  SettingsResult result = ParseSettings(text);
  EXPECT_TRUE(result.faults.empty()) << CheckConfigReport(result, "onbehalf.json");
  return std::move(result.settings);
}

using Lines = std::vector<std::string>;

TEST(AppPackages, AreFamilyNamesAndSids) {
  const Settings sound =
      Sound(R"({"pipe":{"app_packages":["Microsoft.WindowsCalculator_8wekyb3d8bbwe","S-1-15-2-1",
    "S-1-15-2-2","S-1-15-2-1-2-3-4-5-6-7","S-1-15-2-1-2-3-4-5-6-7-8-9-10-11"]}})");
  Lines sids;
  for (const win32::Sid& sid : AppPackages(sound.pipe)) sids.emplace_back(SidText(sid).view());
  EXPECT_EQ(
      sids,
      (Lines{"S-1-15-2-466767348-3739614953-2700836392-1801644223-4227750657-1087833535-2488631167",
             "S-1-15-2-1", "S-1-15-2-2", "S-1-15-2-1-2-3-4-5-6-7", "S-1-15-2-1-2-3-4-5-6-7-8-9-10-11"}));
  EXPECT_TRUE(AppPackages(Settings().pipe).empty());
  const std::string expected =
      "expected a package family name, such as Contoso.Orders_8wekyb3d8bbwe, or the SID of a package (S-1-15-2-...), "
      "found ";
  const char* const wrong =
      R"({"pipe":{"app_packages":["Contoso.Orders","S-1-15-2-3","S-1-15-2-1-2-3-4-5-6","S-1-15-3-1","S-1-1-0",
                       "CONTOSO\\alice",17,"AC",""]}})";
  EXPECT_EQ(Faults(wrong), (Lines{"pipe.app_packages[0]: " + expected + "the string \"Contoso.Orders\"",
                                  "pipe.app_packages[1]: " + expected + "the string \"S-1-15-2-3\"",
                                  "pipe.app_packages[2]: " + expected + "the string \"S-1-15-2-1-2-3-4-5-6\"",
                                  "pipe.app_packages[3]: " + expected + "the string \"S-1-15-3-1\"",
                                  "pipe.app_packages[4]: " + expected + "the string \"S-1-1-0\"",
                                  "pipe.app_packages[5]: " + expected + "the string \"CONTOSO\\\\alice\"",
                                  "pipe.app_packages[6]: " + expected + "17",
                                  "pipe.app_packages[7]: " + expected + "the string \"AC\"",
                                  "pipe.app_packages[8]: " + expected + "the string \"\""}));
  std::string many = "\"S-1-15-2-1\"";
  for (int i = 1; i < 64; ++i) many += ",\"S-1-15-2-1\"";
  EXPECT_EQ(Sound("{\"pipe\":{\"app_packages\":[" + many + "]}}").pipe.app_packages.size(), 64u);
  EXPECT_EQ(Faults("{\"pipe\":{\"app_packages\":[" + many + ",1]}}"),
            Lines{"pipe.app_packages: at most 64 packages, found 65"});
}

TEST(PipeIntegrity, IsAWord) {
  EXPECT_EQ(Sound("{}").pipe.integrity, PipeIntegrity::kMedium);
  EXPECT_EQ(Sound(R"({"pipe":{"integrity":"low"}})").pipe.integrity, PipeIntegrity::kLow);
  EXPECT_EQ(Sound(R"({"pipe":{"integrity":"medium"}})").pipe.integrity, PipeIntegrity::kMedium);
  EXPECT_EQ(Faults(R"({"pipe":{"integrity":"high"}})"),
            Lines{R"(pipe.integrity: expected one of "medium", "low", found the string "high")"});
}

TEST(PipeIntegrity, OfLowContradictsASinglePackage) {
  const Lines contradiction = {
      "pipe.integrity: \"low\" contradicts pipe.app_packages, which names a package: Windows denies processes of low "
      "integrity everything that a single package may use"};
  EXPECT_EQ(
      Faults(R"({"pipe":{"integrity":"low","app_packages":["S-1-15-2-1","Contoso.Orders_8wekyb3d8bbwe"]}})"),
      contradiction);
  EXPECT_EQ(Faults(R"({"pipe":{"integrity":"low","app_packages":["S-1-15-2-1","S-1-15-2-2"]}})"), Lines());
  EXPECT_EQ(Faults(R"({"pipe":{"app_packages":["Contoso.Orders_8wekyb3d8bbwe"]}})"), Lines());
}

TEST(FileRoots, ArePathsWithADriveLetter) {
  const Settings sound = Sound(R"({"file":{"roots":["C:\\","d:/Shares/Public","E:\\\u00f6ffentlich"]}})");
  EXPECT_EQ(sound.file.roots, (Lines{"C:\\", "d:/Shares/Public",
                                     "E:\\\xC3\xB6"
                                     "ffentlich"}));
  const std::string expected = "expected a path with a drive letter, such as D:\\Shares, found ";
  const Lines faults =
      Faults(R"({"file":{"roots":["C:\\ok","Shares","C:","C:Shares","\\\\server\\share","\\\\?\\C:\\x",17,
                       "C:\\a:stream","C:\\a*","C:\\a\u0000b",""]}})");
  EXPECT_EQ(faults, (Lines{"file.roots[1]: " + expected + "the string \"Shares\"",
                           "file.roots[2]: " + expected + "the string \"C:\"",
                           "file.roots[3]: " + expected + "the string \"C:Shares\"",
                           "file.roots[4]: " + expected + "the string \"\\\\\\\\server\\\\share\"",
                           "file.roots[5]: " + expected + "the string \"\\\\\\\\?\\\\C:\\\\x\"",
                           "file.roots[6]: " + expected + "17",
                           "file.roots[7]: " + expected + "the string \"C:\\\\a:stream\"",
                           "file.roots[8]: " + expected + "the string \"C:\\\\a*\"",
                           "file.roots[9]: " + expected + "the string \"C:\\\\a\\u{00}b\"",
                           "file.roots[10]: " + expected + "the string \"\""}));
}

TEST(DatabaseSources, HaveAConnectionAndAnIdentity) {
  const Settings settings = Sound(R"({"database":{"sources":{
    "orders": {"connection": "Driver=SQLite3;Database=C:\\orders.db"},
    "hr_2": {"connection": "DSN=hr;Trusted_Connection=yes", "as_caller": true}}}})");
  ASSERT_EQ(settings.database.sources.size(), 2u);
  EXPECT_EQ(settings.database.sources.at("orders"),
            (Settings::DatabaseSource{"Driver=SQLite3;Database=C:\\orders.db", false, true, {}}));
  EXPECT_EQ(settings.database.sources.at("hr_2"),
            (Settings::DatabaseSource{"DSN=hr;Trusted_Connection=yes", true, true, {}}));
}

TEST(DatabaseSources, ReportEveryFaultWithItsFullKey) {
  EXPECT_EQ(
      Faults(R"({"database":{"sources":{
    "a": {},
    "b": {"connection": 17, "as_caller": "yes"},
    "c": {"conection": "DSN=x", "connection": ""},
    "d": true,
    "e e": {"connection": "DSN=x"},
    "F": {"connection": "DSN=x"},
    "f": {"connection": "DSN=x"}}}})"),
      (Lines{"database.sources.a.connection: required: the ODBC connection string",
             "database.sources.b.connection: expected a string of 1 to 16384 bytes, found 17",
             "database.sources.b.as_caller: expected true or false, found a string",
             "database.sources.c.connection: expected a string of 1 to 16384 bytes, found a string of 0",
             "database.sources.c.conection: unknown key; did you mean connection?",
             "database.sources.d: expected an object, found true",
             "database.sources.e e: a name must be 1 to 64 letters, digits, _ and -",
             "database.sources.f: differs from F only in upper and lower case"}));
}

// Errors go to the event log and to the caller of service.reload.
TEST(DatabaseSources, NoFaultShowsAConnectionString) {
  const std::string secret = "Driver=x;PWD=secret";
  for (const std::string& text :
       {R"({"database":")" + secret + "\"}", R"({"database":{"sources":")" + secret + "\"}}",
        R"({"database":{"sources":[")" + secret + "\"]}}",
        R"({"database":{"sources":{"a":")" + secret + "\"}}}",
        R"({"database":{"sources":{"a":{"connection":[")" + secret + "\"]}}}}",
        R"({"database":{"sources":{"a":{"connection":")" + secret + std::string(20'000, 'x') + "\"}}}}",
        R"({"database":{"sources":{"a":{"connection":"x","as_caller":")" + secret + "\"}}}}",
        R"({"modules":{"load":{"a":")" + secret + "\"}}}"}) {
    const Lines faults = Faults(text);
    ASSERT_EQ(faults.size(), 1u) << text.substr(0, 100);
    EXPECT_EQ(faults[0].find("secret"), std::string::npos) << faults[0];
  }
}

TEST(Modules, HaveANameAndTheirOwnSettings) {
  const Settings settings = Sound(R"({"modules":{"load":{"orders":{"depth":[1,{"x":null}]},"hr-2":{}}}})");
  ASSERT_EQ(settings.modules.load.size(), 2u);
  EXPECT_EQ(protocol::Json::parse(settings.modules.load.at("orders")),
            (protocol::Json{{"depth", {1, {{"x", nullptr}}}}}));
  EXPECT_EQ(settings.modules.load.at("hr-2"), "{}");
  EXPECT_EQ(ModulesToJson(settings), (protocol::Json{{"orders", {{"depth", {1, {{"x", nullptr}}}}}},
                                                     {"hr-2", protocol::Json::object()}}));
}

TEST(Modules, NamesAreThoseOfFilesInOneFolder) {
  const std::string expected = "a name must be 1 to 64 letters, digits, _ and -";
  const Lines faults =
      Faults(R"({"modules":{"load":{"":{},"..\\x":{},"a.dll":{},"C:x":{},"ok":{},"Ok":{},"b":[]}}})");
  EXPECT_EQ(faults, (Lines{"modules.load.: " + expected, "modules.load...\\\\x: " + expected,
                           "modules.load.C:x: " + expected, "modules.load.a.dll: " + expected,
                           "modules.load.b: expected an object, found an array",
                           "modules.load.ok: differs from Ok only in upper and lower case"}));
  EXPECT_EQ(Faults(R"({"modules":{"load":{")" + std::string(64, 'a') + R"(":{}}}})"), Lines{});
  EXPECT_EQ(Faults(R"({"modules":{"load":{")" + std::string(65, 'a') + R"(":{}}}})").size(), 1u);
}

TEST(MethodLimitsSettings, AreOnlyThoseThatAreSet) {
  const Settings settings = Sound(R"({"methods":{"limits":{
    "file.read": {"deadline_ms": 600000, "handlers": 8},
    "database.query": {"handlers_per_account": 2},
    "rpc.ping": {}}}})");
  ASSERT_EQ(settings.methods.limits.size(), 3u);
  EXPECT_EQ(settings.methods.limits.at("file.read"),
            (Settings::MethodLimits{milliseconds(600'000), 8, std::nullopt}));
  EXPECT_EQ(settings.methods.limits.at("database.query"),
            (Settings::MethodLimits{std::nullopt, std::nullopt, 2}));
  EXPECT_EQ(settings.methods.limits.at("rpc.ping"), Settings::MethodLimits{});
}

TEST(MethodLimitsSettings, ReportEveryFaultWithItsFullKey) {
  EXPECT_EQ(
      Faults(R"({"methods":{"limits":{
    "file.read": {"deadline_ms": 99, "handlers": 0, "handlers_per_account": 10001},
    "file.write": {"deadline": 1000, "handlers": -1, "handlers_per_account": "all"},
    "file.copy": 17,
    "file": {},
    "file.a.b": {"handlers": 1}}}})"),
      (Lines{
          "methods.limits.file: a method name must be namespace.method, in letters, digits and _",
          "methods.limits.file.a.b: a method name must be namespace.method, in letters, digits and _",
          "methods.limits.file.copy: expected an object, found 17",
          "methods.limits.file.read.deadline_ms: expected an integer from 100 to 86400000, found 99",
          "methods.limits.file.read.handlers: expected an integer from 1 to 10000, found 0",
          "methods.limits.file.read.handlers_per_account: expected an integer from 1 to 10000, found 10001",
          "methods.limits.file.write.handlers: expected an integer from 1 to 10000, found -1",
          "methods.limits.file.write.handlers_per_account: expected an integer from 1 to 10000, found a string",
          "methods.limits.file.write.deadline: unknown key; did you mean deadline_ms?"}));
}

TEST(MethodLimitsSettings, MaximumAndMinimumAreAccepted) {
  EXPECT_EQ(Faults(R"({"methods":{"limits":{
    "a.a": {"deadline_ms": 100, "handlers": 1, "handlers_per_account": 1},
    "a.b": {"deadline_ms": 86400000, "handlers": 10000, "handlers_per_account": 10000}}}})"),
            Lines{});
}

}  // namespace
}  // namespace onbehalf::service
