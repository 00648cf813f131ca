#include "access/policy_text.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "access/node_name.h"
#include "access/node_sddl.h"
#include "access/policy_checks.h"
#include "plain_entries.h"

namespace onbehalf::service {
namespace {

using Texts = std::vector<std::string>;

PolicyReading Read(std::string_view text) { return ReadPolicyText(text, test::ReadPlainEntry); }

Texts Lines(const std::vector<PolicyFault>& faults) {
  Texts lines;
  for (const PolicyFault& fault : faults) lines.push_back(Describe(fault));
  return lines;
}

std::string Document(const std::string& nodes) {
  return R"({"format": 1, "version": 7, "changed": "2026-11-22T20:00:00Z", "changed_by": "me", "nodes": {)" +
         nodes + "}}";
}

std::string NodeText(const std::string& name, const std::string& sddl) {
  return "\"" + name + "\": {\"sddl\": \"" + sddl + "\"}";
}

const std::string kManageToEveryone =
    "gives manage to everyone: anyone who may change a node's entries can take every right";

// policy_document_test.cpp covers the file on Windows; this covers what does not depend on how Windows reads
// ACEs.

TEST(PolicyText, SurvivesWritingAndReading) {
  const PolicyReading first = Read(Document(
      R"json("/": {"sddl": "D:(D;;GW;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)"},
             "file": {"sddl": "D:P(A;;0x1;;;AU)(D;;GR;;;S-1-5-21-1-2-3-9)"})json"));
  EXPECT_EQ(Lines(first.faults), Texts());
  EXPECT_EQ(Lines(first.warnings),
            Texts{"file: has deny entries after allow entries: they are moved before them"});
  EXPECT_EQ(ToSddl(first.document.nodes.at("file")), "D:P(D;;GR;;;S-1-5-21-1-2-3-9)(A;;GX;;;AU)");
  for (const NameOf& name_of : {NameOf(), NameOf([](const win32::Sid&) { return "a \"name\""; })}) {
    const PolicyReading second = Read(ToText(first.document, name_of));
    EXPECT_EQ(Lines(second.faults), Texts());
    EXPECT_EQ(Lines(second.warnings), Texts());
    EXPECT_EQ(second.document, first.document);
  }
  EXPECT_EQ(Lines(FindFaults(first.document)), Texts());
}

TEST(PolicyText, EveryFaultIsFoundAtOnceAndInOrder) {
  const PolicyReading reading = Read(R"json({"format": 2, "nodes": {
      "file": {"sddl": "D:(A;;GX;;;?)(A;;GA;;;WD)", "mode": 7}, "a b": {}, "odbc": 5}})json");
  EXPECT_EQ(
      Lines(reading.faults),
      (Texts{"\"format\" is not 1", "has no \"version\"", "a b: " + std::string(kNotANodeName),
             "file: has an unknown member \"mode\"", "file: (A;;GX;;;?): is not written as ToSddl writes it",
             "file: (A;;GA;;;WD): " + kManageToEveryone, "odbc: is not an object"}));
}

TEST(PolicyText, IsStrictJsonWithoutComments) {
  const std::string text = Document(NodeText("file", "D:(A;;GX;;;AU)"));
  ASSERT_TRUE(Read(text).faults.empty());
  const std::string with_trailing_comma = text.substr(0, text.size() - 1) + ",}";
  for (const std::string& other : {text + " // a", "/* a */" + text, with_trailing_comma}) {
    const Texts faults = Lines(Read(other).faults);
    ASSERT_EQ(faults.size(), 1u) << other;
    EXPECT_NE(faults[0].find("The text is not valid JSON"), std::string::npos) << faults[0];
  }
}

TEST(PolicyText, ARootWithoutAdministratorsIsRefused) {
  for (const char* sddl : {"D:", "D:(A;;GX;;;BA)", "D:(A;;GA;;;BA)(D;;GW;;;BU)", "D:(A;;GA;;;SY)"}) {
    const Texts faults = Lines(Read(Document(NodeText("/", sddl))).faults);
    ASSERT_EQ(faults.size(), 1u) << sddl;
    EXPECT_TRUE(faults[0].starts_with("/: leaves administrators without manage")) << faults[0];
  }
}

TEST(PolicyText, WarnsAboutEntriesWithoutEffect) {
  const PolicyDocument document =
      Read(Document(NodeText("gone", "D:(A;;GX;;;AN)(A;;GX;;;AU)(A;;GX;;;AU)"))).document;
  const auto none_is_registered = [](std::string_view) { return false; };
  EXPECT_EQ(Lines(FindWarnings(document, none_is_registered)),
            (Texts{"gone: has no registered method: kept, but without effect",
                   "gone: (A;;GX;;;AN): has no effect: anonymous and guest logons are always denied",
                   "gone: (A;;GX;;;AU): is a duplicate"}));
}

TEST(PolicyText, WarnsAboutEntriesForPackagesThatDoNotCount) {
  const PolicyDocument document =
      Read(Document(NodeText("pipe:", "D:(A;;GX;;;S-1-15-2-1-2-3-4-5-6-7)(A;;GX;;;AU)") + "," +
                    NodeText("file", "D:(D;;GX;;;S-1-15-3-1)(A;;GX;;;S-1-15-2-1-2-3-4-5-6-7)")))
          .document;
  EXPECT_EQ(
      Lines(FindWarnings(document, [](std::string_view) { return true; })),
      (Texts{"file: (D;;GX;;;S-1-15-3-1): has no effect: Windows ignores deny entries for packages and "
             "capabilities",
             "pipe:: (A;;GX;;;S-1-15-2-1-2-3-4-5-6-7): has no effect: app containers may connect only if the "
             "setting pipe.app_packages names their package"}));
}

TEST(PolicyText, ATruncatedNodeIsAFault) {
  const std::string sddl = "D:P(D;;GR;;;S-1-5-21-1-2-3-9)";
  ASSERT_TRUE(Read(Document(NodeText("file", sddl))).faults.empty());
  for (std::size_t size = 0; size < sddl.size(); ++size) {
    const std::string cut = sddl.substr(0, size);
    // These are complete.
    if (cut == "D:" || cut == "D:P") continue;
    EXPECT_FALSE(Read(Document(NodeText("file", cut))).faults.empty()) << cut;
  }
}

}  // namespace
}  // namespace onbehalf::service
