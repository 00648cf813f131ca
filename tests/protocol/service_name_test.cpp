#include "onbehalf/protocol/service_name.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace onbehalf::protocol {
namespace {

TEST(ServiceName, EverythingOfTheDefaultOneIsNamedAsBefore) {
  const ServiceName name;
  EXPECT_EQ(name.text(), "OnBehalf");
  EXPECT_EQ(name.PipeName(), "onbehalf");
  EXPECT_EQ(name.EventSource(), "OnBehalf");
  EXPECT_EQ(name.AuditEventSource(), "OnBehalf-Audit");
  EXPECT_TRUE(name == ServiceName());
}

TEST(ServiceName, EverythingFollowsIt) {
  const ServiceName name("OnBehalf.Test_2-B");
  EXPECT_EQ(name.text(), "OnBehalf.Test_2-B");
  EXPECT_EQ(name.PipeName(), "onbehalf.test_2-b");
  EXPECT_EQ(name.EventSource(), "OnBehalf.Test_2-B");
  EXPECT_EQ(name.AuditEventSource(), "OnBehalf.Test_2-B-Audit");
  EXPECT_FALSE(name == ServiceName());
}

TEST(ServiceName, CaseDoesNotMatterAsInWindows) {
  EXPECT_EQ(ServiceName("onbehalf"), ServiceName());
  EXPECT_FALSE(ServiceName("onbehalf2") == ServiceName());
}

TEST(ServiceName, AcceptsWhatServicesPipesFoldersKeysAndEventSourcesAllow) {
  for (const char* const text :
       {"a", "9", "-", "_x_", "a.b", "CONSOLE", "COM10", "COMA", "NULL", "Audit", "A-Audit2"})
    EXPECT_EQ(ServiceName::FaultOf(text), std::nullopt) << text;
  EXPECT_EQ(ServiceName::FaultOf(std::string(64, 'x')), std::nullopt);
}

TEST(ServiceName, NamesTheFault) {
  const struct {
    std::string text;
    const char* fault;
  } kCases[] = {
      {"", "a service's name must not be empty"},
      {std::string(65, 'x'), "a service's name has at most 64 characters, not 65"},
      {"a b",
       "a service's name consists of ASCII letters, digits, '-', '_' and '.'; character 2 is something else"},
      {"a\\b",
       "a service's name consists of ASCII letters, digits, '-', '_' and '.'; character 2 is something else"},
      {"\xC3\xA9",
       "a service's name consists of ASCII letters, digits, '-', '_' and '.'; character 1 is something else"},
      {".a", "a service's name must not begin or end with '.'"},
      {"a.", "a service's name must not begin or end with '.'"},
      {"..", "a service's name must not begin or end with '.'"},
      {"a..b", "a service's name must not have \"..\" in it, which no pipe can have"},
      {"nul", "\"nul\" is the name of a device, so no folder can have it: choose another name"},
      {"Com7.x", "\"Com7.x\" is the name of a device, so no folder can have it: choose another name"},
      {"OnBehalf-audit",
       "a service's name must not end in \"-Audit\": NAME-Audit is the audit's event log of the service NAME"},
  };
  for (const auto& [text, fault] : kCases) {
    EXPECT_EQ(ServiceName::FaultOf(text), fault) << text;
    EXPECT_THROW(ServiceName{text}, std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace onbehalf::protocol
