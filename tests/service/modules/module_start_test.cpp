#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "log/log.h"
#include "module_server.h"
#include "modules/modules.h"
#include "onbehalf/module.h"
#include "onbehalf/service/method.h"
#include "support/patience.h"
#include "temporary_folder.h"

namespace onbehalf::test {
namespace {

// Why modules with these settings are refused; empty if they are not.
std::string Refusal(ModuleServer::Load load, service::MethodRegistry& methods) {
  const TemporaryFolder folder;
  service::Log log(folder.path(), service::Settings::LogFile(), service::Log::Console::kNo);
  service::Settings::Modules settings;
  settings.load = std::move(load);
  service::Modules modules(TestModules(), settings, log);
  std::string refusal;
  try {
    modules.Load(methods);
  } catch (const std::exception& error) {
    refusal = error.what();
  }
  modules.Stop(kPatience);
  return refusal;
}

std::string Refusal(ModuleServer::Load load) {
  service::MethodRegistry methods;
  methods.Add(PublicMethod("identity.whoami", service::Acts::kAsService, service::Pace::kQuick,
                           [](const service::Call&) -> service::MethodResult { return service::Json(1); }));
  return Refusal(std::move(load), methods);
}

TEST(ModuleStart, AnInvalidModuleIsRefused) {
  const std::string no_file = Refusal({{"nowhere", "{}"}});
  EXPECT_TRUE(no_file.starts_with("the module nowhere is refused: LoadLibraryExW(")) << no_file;
  EXPECT_EQ(Refusal({{"no_export", "{}"}})
                .find("the module no_export is refused: GetProcAddress(onbehalf_module_get): "),
            0U);
  EXPECT_EQ(
      Refusal({{"other_major", "{}"}}),
      "the module other_major is refused: it was built for version 2.0 of the interface, but this service has 1.0");
  EXPECT_EQ(
      Refusal({{"newer_minor", "{}"}}),
      "the module newer_minor is refused: it was built for version 1.1 of the interface, but this service has 1.0");
  EXPECT_EQ(Refusal({{"other_name", "{}"}}),
            "the module other_name is refused: it calls itself \"somebody\": expected the name of its file");
  EXPECT_EQ(Refusal({{"no_start", "{}"}}), "the module no_start is refused: it has no start function");
}

TEST(ModuleStart, AMalformedMethodIsRefusedByName) {
  ASSERT_EQ(Refusal({{"malformed", R"({"fault":"none"})"}}), "");
  const std::vector<std::pair<std::string, std::string>> faults = {
      {"size", "the size of a method is too small"},
      {"name", "invalid method name, expected namespace.method in letters, digits and _: no namespace"},
      {"no name", "the name of a method: is missing"},
      {"built in", "identity.mine: the namespace identity is already taken"},
      {"summary", "malformed.method: the summary: is not UTF-8"},
      {"result", "malformed.method: the result's schema: is not valid JSON: "},
      {"no result", "malformed.method: the result's schema: is missing"},
      {"progress", "malformed.method: the progress's schema: is not an object"},
      {"access", "malformed.method: invalid access default: "},
      {"flags", "malformed.method: it has unknown flags"},
      {"no handler", "a method needs a handler or a stream: malformed.method"},
      {"half a stream", "malformed.method: a stream needs open, next and close"},
      {"schema", "malformed.method, two: the schema: is not an object"},
      {"order", "a required parameter follows an optional one: malformed.method, two"},
      {"token", "a parameter cannot be called progressToken: malformed.method"},
      {"parameter size", "malformed.method: the size of a parameter is too small"},
      {"twice", "duplicate method name: malformed.method"},
      {"null", "a method is missing"},
      {"says why", "the queue is missing"},
      {"says nothing", "it refused to start without giving a reason"},
  };
  for (const auto& [fault, why] : faults) {
    SCOPED_TRACE(fault);
    const std::string refusal = Refusal({{"malformed", R"({"fault":")" + fault + "\"}"}});
    EXPECT_TRUE(refusal.starts_with("the module malformed is refused: " + why)) << refusal;
  }
}

TEST(ModuleStart, AModulesExceptionAboutItsSettingsIsTheReason) {
  EXPECT_EQ(Refusal({{"faulty", R"({"event":"refused"})"}}),
            "the module faulty is refused: event: it is refused");
  EXPECT_EQ(Refusal({{"process", R"({"interval_ms":"often"})"}}),
            "the module process is refused: interval_ms: expected an integer from 10 to 60000");
}

TEST(ModuleStart, ANamespaceBelongsToOneModule) {
  service::MethodRegistry methods;
  methods.Add(PublicMethod("raw.mine", service::Acts::kAsService, service::Pace::kQuick,
                           [](const service::Call&) -> service::MethodResult { return service::Json(1); }));
  EXPECT_EQ(Refusal({{"raw", "{}"}}, methods),
            "the module raw is refused: raw.echo: the namespace raw is already taken");
}

TEST(ModuleStart, AMethodIsRegisteredAsDescribed) {
  service::MethodRegistry methods;
  ASSERT_EQ(Refusal({{"raw", "{}"}, {"faulty", "{}"}}, methods), "");
  const service::Method* const echo = methods.Find("raw.echo");
  ASSERT_NE(echo, nullptr);
  EXPECT_EQ(echo->summary, "A method of a test.");
  EXPECT_EQ(echo->acts, service::Acts::kAsService);
  EXPECT_EQ(echo->access_default, "D:(A;;GXGR;;;AU)");
  ASSERT_EQ(echo->parameters.size(), 1U);
  EXPECT_EQ(echo->parameters[0].name, "text");
  EXPECT_EQ(echo->parameters[0].schema, (service::Json{{"type", "string"}}));
  EXPECT_TRUE(echo->parameters[0].audited);
  EXPECT_FALSE(echo->parameters[0].required);
  EXPECT_EQ(methods.Find("raw.badJsonAsCaller")->acts, service::Acts::kAsCaller);
  EXPECT_TRUE(methods.Find("raw.count")->stream);
  EXPECT_FALSE(methods.Find("raw.count")->handler);
  EXPECT_TRUE(methods.Find("faulty.progress")->reports_progress);
}

TEST(ModuleStart, ModulesAreListedByName) {
  ModuleServer server({{"raw", "{}"}, {"faulty", "{}"}});
  const auto states = server.modules().States();
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].name, "faulty");
  EXPECT_EQ(states[0].version, "2.0");
  EXPECT_FALSE(states[0].is_quarantined);
  EXPECT_EQ(states[0].overdue_calls, 0U);
  EXPECT_EQ(states[1].name, "raw");
}

}  // namespace
}  // namespace onbehalf::test
