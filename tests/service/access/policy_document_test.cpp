#include "access/policy_document.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_rights.h"
#include "access/node_defaults.h"
#include "access/node_name.h"
#include "access/node_sddl.h"
#include "access/policy_checks.h"
#include "access/policy_reading.h"
#include "callers.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using test::MethodWithDefault;
using win32::AccessEntry;
using win32::Sid;

constexpr const char* kNoNode =
    "is not a node: expected /, pipe:, a namespace, or namespace.method, in letters, digits and _";
constexpr const char* kNoDacl = "is not a DACL: expected D: or D:P followed by entries";
const std::string kManageToEveryone =
    "gives manage to everyone: anyone who may change a node's entries can take every right";
constexpr const char* kOpenDacl = "has no DACL, which would grant everyone access: write D: for no entries";

// A document that is valid except for these nodes.
std::string Document(const std::string& nodes) {
  return R"({"format": 1, "version": 7, "changed": "2026-11-22T20:00:00Z", "changed_by": "me", "nodes": {)" +
         nodes + "}}";
}

std::string Quoted(std::string text) {
  for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 2))
    text.insert(at, "\\");
  return '"' + text + '"';
}

std::string NodeText(const std::string& name, const std::string& sddl) {
  return Quoted(name) + ": {\"sddl\": " + Quoted(sddl) + "}";
}

std::vector<std::string> Lines(const std::vector<PolicyFault>& faults) {
  std::vector<std::string> lines;
  for (const PolicyFault& fault : faults) lines.push_back(Describe(fault));
  return lines;
}

using Expected = std::vector<std::string>;

std::vector<std::string> FaultsOf(const std::string& text) { return Lines(ParsePolicy(text).faults); }

// From ParsePolicy, which must report the same as ParseNode.
std::vector<std::string> FaultsOfNode(const std::string& name, const std::string& sddl) {
  const auto faults = FaultsOf(Document(NodeText(name, sddl)));
  const auto parsed = ParseNode(name, sddl);
  const auto* alone = std::get_if<std::vector<PolicyFault>>(&parsed);
  EXPECT_EQ(alone == nullptr ? Expected() : Lines(*alone), faults) << sddl;
  return faults;
}

PolicyNode Node(const std::string& sddl) { return std::get<PolicyNode>(ParseNode("file", sddl)); }

AccessEntry Entry(BYTE type, ACCESS_MASK mask, const char* sid) {
  return {type, 0, mask, *Sid::FromString(sid)};
}

// ---- Valid documents ----

TEST(PolicyDocument, ReadsWhatAFileHolds) {
  const PolicyReading reading = ParsePolicy(R"json({
    "format": 1,
    "version": 9007199254740991,
    "changed": "2026-11-22T20:00:00Z",
    "changed_by": "CONTOSO\\admin (S-1-5-21-1-2-3-1001)",
    "comment": "by hand",
    "nodes": {
      "/": {"sddl": "D:(D;;GW;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)",
            "accounts": {"SY": "NT AUTHORITY\\SYSTEM"}, "comment": "all"},
      "pipe:": {"sddl": "D:P"},
      "file.write": {"sddl": "D:P(A;;GX;;;S-1-5-21-1-2-3-1001)", "accounts": {}}
    }
  })json");
  EXPECT_EQ(Lines(reading.faults), Expected());
  EXPECT_EQ(Lines(reading.warnings), Expected());
  const PolicyDocument& document = reading.document;
  EXPECT_EQ(document.version, 9007199254740991U);
  EXPECT_EQ(document.changed, "2026-11-22T20:00:00Z");
  EXPECT_EQ(document.changed_by, "CONTOSO\\admin (S-1-5-21-1-2-3-1001)");
  EXPECT_FALSE(document.administrators_only);
  ASSERT_EQ(document.nodes.size(), 3U);
  EXPECT_EQ(document.nodes.at("/").entries,
            (std::vector<AccessEntry>{Entry(ACCESS_DENIED_ACE_TYPE, kManage, "S-1-5-2"),
                                      Entry(ACCESS_ALLOWED_ACE_TYPE, kAllRights, "S-1-5-18"),
                                      Entry(ACCESS_ALLOWED_ACE_TYPE, kAllRights, "S-1-5-32-544")}));
  EXPECT_FALSE(document.nodes.at("/").is_protected);
  EXPECT_EQ(document.nodes.at("pipe:"), (PolicyNode{{}, true}));
  EXPECT_EQ(document.nodes.at("file.write"),
            (PolicyNode{{Entry(ACCESS_ALLOWED_ACE_TYPE, kCall, "S-1-5-21-1-2-3-1001")}, true}));
}

TEST(PolicyDocument, NeedsNeitherNamesNorNodes) {
  const PolicyReading reading = ParsePolicy(R"({"format": 1, "version": 1, "nodes": {}})");
  EXPECT_EQ(Lines(reading.faults), Expected());
  EXPECT_EQ(reading.document, (PolicyDocument{1, "", "", {}, false}));
}

TEST(PolicyDocument, SortsDenyBeforeAllowAndReportsIt) {
  const PolicyReading reading =
      ParsePolicy(Document(NodeText("file", "D:(A;;GX;;;AU)(D;;GX;;;IU)(A;;GR;;;AU)(D;;GR;;;NU)")));
  EXPECT_EQ(Lines(reading.faults), Expected());
  EXPECT_EQ(ToSddl(reading.document.nodes.at("file")), "D:(D;;GX;;;IU)(D;;GR;;;NU)(A;;GX;;;AU)(A;;GR;;;AU)");
  EXPECT_EQ(Lines(reading.warnings),
            Expected{"file: has deny entries after allow entries: they are moved before them"});
}

TEST(PolicyDocument, AcceptsSpacesBetweenEntries) {
  EXPECT_EQ(ToSddl(Node(" D:P (D;;GX;;;AU)\n (A;;GX;;;BA) ")), "D:P(D;;GX;;;AU)(A;;GX;;;BA)");
}

TEST(PolicyDocument, SurvivesWritingAndReading) {
  PolicyDocument document;
  document.version = 12;
  document.changed = "2026-11-22T20:00:00Z";
  document.changed_by = "CONTOSO\\b\"ö\n (S-1-5-21-1-2-3-1002)";
  for (const auto& [name, sddl] :
       {std::pair<const char*, const char*>{"/", "D:(A;;GA;;;SY)(A;;GA;;;BA)"},
        {"pipe:", "D:(D;;GX;;;NU)(A;;GX;;;AU)"},
        {"file", "D:"},
        {"file.read", "D:P"},
        {"file.write", "D:P(D;;0x2;;;S-1-5-21-1-2-3-1001)(A;;GXGR;;;IU)(A;;0x20001;;;LS)"},
        {"odbc.query", "D:(A;;GXGW;;;NS)(A;;GR;;;SU)(A;;GRGW;;;OW)"}}) {
    document.nodes.emplace(name, std::get<PolicyNode>(ParseNode(name, sddl)));
    EXPECT_EQ(ToSddl(document.nodes.at(name)), sddl);
  }
  EXPECT_EQ(Lines(FindFaults(document)), Expected());
  for (const NameOf& name_of :
       {NameOf(), NameOf([](const Sid& sid) { return "Name of \"" + sid.ToString() + "\""; })}) {
    const PolicyReading reading = ParsePolicy(ToText(document, name_of));
    EXPECT_EQ(Lines(reading.faults), Expected());
    EXPECT_EQ(Lines(reading.warnings), Expected());
    EXPECT_EQ(reading.document, document);
  }
}

TEST(PolicyDocument, IsWrittenWithALineForEachNodeAndTheKnownNames) {
  PolicyDocument document;
  document.version = 7;
  document.changed = "2026-11-22T20:00:00Z";
  document.changed_by = "CONTOSO\\admin (S-1-5-21-1-2-3-1001)";
  document.nodes.emplace("/", Node("D:(A;;GA;;;SY)(A;;GA;;;BA)"));
  document.nodes.emplace("file", Node("D:P(D;;GX;;;S-1-5-21-1-2-3-9)(A;;GX;;;S-1-5-21-1-2-3-9)"));
  document.nodes.emplace("file.read", Node("D:"));
  const auto name_of = [](const Sid& sid) -> std::optional<std::string> {
    if (sid == Sid::FromString("S-1-5-18")) return "NT AUTHORITY\\SYSTEM";
    if (sid == Sid::FromString("S-1-5-32-544")) return "BUILTIN\\Administrators";
    return std::nullopt;
  };
  const std::string expected = R"json({
  "format": 1,
  "version": 7,
  "changed": "2026-11-22T20:00:00Z",
  "changed_by": "CONTOSO\\admin (S-1-5-21-1-2-3-1001)",
  "nodes": {
    "/": {"sddl": "D:(A;;GA;;;SY)(A;;GA;;;BA)", "accounts": {"BA": "BUILTIN\\Administrators", "SY": "NT AUTHORITY\\SYSTEM"}},
    "file": {"sddl": "D:P(D;;GX;;;S-1-5-21-1-2-3-9)(A;;GX;;;S-1-5-21-1-2-3-9)"},
    "file.read": {"sddl": "D:"}
  }
}
)json";
  EXPECT_EQ(ToText(document, name_of), expected);
  document.nodes.clear();
  EXPECT_EQ(ToText(document, {}),
            "{\n  \"format\": 1,\n  \"version\": 7,\n  \"changed\": \"2026-11-22T20:00:00Z\",\n"
            "  \"changed_by\": \"CONTOSO\\\\admin (S-1-5-21-1-2-3-1001)\",\n  \"nodes\": {}\n}\n");
}

TEST(PolicyDocument, IsWrittenWithoutNamesThatWouldMakeItTooLarge) {
  PolicyDocument document;
  document.nodes.emplace("file", Node("D:(A;;GX;;;AU)(A;;GX;;;IU)"));
  const auto name_of = [](const Sid&) { return std::string(3 * 1024 * 1024, 'x'); };
  EXPECT_EQ(ToText(document, name_of), ToText(document, {}));
}

TEST(PolicyDocument, LooksUpEachNameOnce) {
  PolicyDocument document;
  for (const char* name : {"a", "b", "c"}) document.nodes.emplace(name, Node("D:(D;;GR;;;AU)(A;;GX;;;AU)"));
  int asked = 0;
  ToText(document, [&asked](const Sid&) {
    ++asked;
    return std::nullopt;
  });
  EXPECT_EQ(asked, 1);
}

TEST(PolicyDocument, WritesCompleteRightsByName) {
  const std::pair<ACCESS_MASK, const char*> words[] = {{kAllRights, "GA"},
                                                       {kCall, "GX"},
                                                       {kSee, "GR"},
                                                       {kManage, "GW"},
                                                       {kCall | kSee, "GXGR"},
                                                       {kCall | kManage, "GXGW"},
                                                       {kSee | kManage, "GRGW"},
                                                       {0x2, "0x2"},
                                                       {READ_CONTROL, "0x20000"},
                                                       {kCall | 0x2, "0x3"},
                                                       {kManage | READ_CONTROL, "0x60000"}};
  for (const auto& [mask, word] : words) {
    EXPECT_EQ(ToSddl(Entry(ACCESS_ALLOWED_ACE_TYPE, mask, "S-1-5-11")),
              std::string("(A;;") + word + ";;;AU)");
    EXPECT_EQ(ToSddl(Entry(ACCESS_DENIED_ACE_TYPE, mask, "S-1-5-11")), std::string("(D;;") + word + ";;;AU)");
    EXPECT_EQ(Node(std::string("D:(A;;") + word + ";;;S-1-5-21-1-2-3-4)").entries.at(0).mask, mask) << word;
  }
}

TEST(PolicyDocument, WritesWellKnownAccountsAsTwoLetters) {
  for (const auto& [word, sid] : {std::pair<const char*, const char*>{"SY", "S-1-5-18"},
                                  {"BA", "S-1-5-32-544"},
                                  {"BU", "S-1-5-32-545"},
                                  {"AU", "S-1-5-11"},
                                  {"WD", "S-1-1-0"},
                                  {"AN", "S-1-5-7"},
                                  {"BG", "S-1-5-32-546"},
                                  {"IU", "S-1-5-4"},
                                  {"NU", "S-1-5-2"},
                                  {"SU", "S-1-5-6"},
                                  {"OW", "S-1-3-4"},
                                  {"LS", "S-1-5-19"},
                                  {"NS", "S-1-5-20"},
                                  {"S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1001"},
                                  {"S-1-5-80-1-2-3-4-5", "S-1-5-80-1-2-3-4-5"}}) {
    const std::string text = std::string("(A;;GX;;;") + word + ")";
    EXPECT_EQ(ToSddl(Entry(ACCESS_ALLOWED_ACE_TYPE, kCall, sid)), text);
    EXPECT_EQ(Node("D:" + text).entries.at(0).sid, Sid::FromString(sid)) << word;
  }
}

// ---- Faults of the file ----

TEST(PolicyFaults, OfTheTextAsAWhole) {
  EXPECT_EQ(FaultsOf("[]"), Expected{"is not an object"});
  EXPECT_EQ(FaultsOf("null"), Expected{"is not an object"});
  for (const char* text :
       {"", "{", "{}x", "\xEF\xBB\xBF{}", "{\"format\": 1, \"format\": 1}", "{\"a\": \"\xFF\"}"}) {
    const auto faults = FaultsOf(text);
    ASSERT_EQ(faults.size(), 1U) << text;
    EXPECT_NE(faults[0].find("byte"), std::string::npos) << faults[0];
  }
  EXPECT_EQ(FaultsOf("{}"), (Expected{"has no \"format\"", "has no \"version\"", "has no \"nodes\""}));
}

TEST(PolicyFaults, FindsThemAllAtOnce) {
  const std::string text =
      R"json({"format": 2, "version": -1, "changed": 3, "changed_by": null, "comment": [], "extra": 1,
      "nodes": {"file": {"sddl": "D:(A;;GX;;;XX)(A;;GA;;;WD)", "mode": 7}, "a b": {}, "odbc": 5}})json";
  EXPECT_EQ(FaultsOf(text),
            (Expected{"\"format\" is not 1", "\"version\" is not a whole number from 1 to 9007199254740991",
                      "\"changed\" is not a string", "\"changed_by\" is not a string",
                      "\"comment\" is not a string", "has an unknown member \"extra\"",
                      std::string("a b: ") + kNoNode, "file: has an unknown member \"mode\"",
                      FaultsOfNode("file", "D:(A;;GX;;;XX)").at(0),
                      FaultsOfNode("file", "D:(A;;GA;;;WD)").at(0), "odbc: is not an object"}));
}

TEST(PolicyFaults, OfTheMembersTypes) {
  for (const char* format : {"2", "0", "1.0", "-1", "\"1\"", "true", "null"}) {
    EXPECT_EQ(FaultsOf(std::string(R"({"version": 1, "nodes": {}, "format": )") + format + "}"),
              Expected{"\"format\" is not 1"})
        << format;
  }
  for (const char* version :
       {"0", "1.5", "-1", "9007199254740992", "18446744073709551615", "\"1\"", "null"}) {
    EXPECT_EQ(FaultsOf(std::string(R"({"format": 1, "nodes": {}, "version": )") + version + "}"),
              Expected{"\"version\" is not a whole number from 1 to 9007199254740991"})
        << version;
  }
  EXPECT_EQ(FaultsOf(R"({"format": 1, "version": 1, "nodes": []})"), Expected{"\"nodes\" is not an object"});
  EXPECT_EQ(FaultsOf(Document(R"("file": "D:")")), Expected{"file: is not an object"});
  EXPECT_EQ(FaultsOf(Document(R"("file": {})")), Expected{"file: has no \"sddl\""});
  EXPECT_EQ(FaultsOf(Document(R"("file": {"sddl": null})")), Expected{"file: \"sddl\" is not a string"});
  EXPECT_EQ(FaultsOf(Document(R"("file": {"sddl": "D:", "comment": 1})")),
            Expected{"file: \"comment\" is not a string"});
  for (const char* accounts : {"[]", "\"\"", R"({"SY": 1})", "null"}) {
    EXPECT_EQ(FaultsOf(Document(std::string(R"("file": {"sddl": "D:", "accounts": )") + accounts + "}")),
              Expected{"file: \"accounts\" is not an object of strings"});
  }
}

TEST(PolicyFaults, NameAnUnknownMemberWhateverItsName) {
  EXPECT_EQ(FaultsOf("{\"format\": 1, \"version\": 1, \"nodes\": {}, \"a\\n\\\"b\": 1}"),
            Expected{"has an unknown member \"a\\n\\\"b\""});
  EXPECT_EQ(FaultsOf(R"({"format": 1, "version": 1, "nodes": {}, ")" + std::string(63, 'x') + "öö\": 1}"),
            Expected{"has an unknown member \"" + std::string(63, 'x') + "…\""});
}

TEST(PolicyFaults, OfANodesName) {
  for (const std::string& name : std::vector<std::string>{"", " ", "//", "/file", "file.", ".write", "a.b.c",
                                                          "a-b", "file:", "PIPE:", "fil\xC3\xA9"}) {
    EXPECT_EQ(FaultsOf(Document(NodeText(name, "D:"))), Expected{(name.empty() ? "" : name + ": ") + kNoNode})
        << name;
    EXPECT_FALSE(IsNodeName(name)) << name;
    EXPECT_EQ(ParentOf(name), std::nullopt) << name;
  }
}

// ---- Faults of a node ----

TEST(PolicyFaults, OfPartsOtherThanTheDacl) {
  EXPECT_EQ(FaultsOfNode("file", "O:SYD:(A;;GX;;;BA)"),
            Expected{"file: sets an owner: the service sets the owner of every node (SYSTEM)"});
  EXPECT_EQ(FaultsOfNode("file", "G:SYD:"),
            Expected{"file: sets a group: the service sets the group of every node (SYSTEM)"});
  EXPECT_EQ(FaultsOfNode("file", "D:(A;;GX;;;BA)S:(AU;SA;GX;;;WD)"),
            Expected{"file: has audit entries or a label (S:): only a DACL is allowed"});
  EXPECT_EQ(FaultsOfNode("file", "O:BAG:SYD:PS:(ML;;NW;;;LW)"),
            (Expected{"file: sets an owner: the service sets the owner of every node (SYSTEM)",
                      "file: sets a group: the service sets the group of every node (SYSTEM)",
                      "file: has audit entries or a label (S:): only a DACL is allowed"}));
}

TEST(PolicyFaults, OfAnInvalidDacl) {
  EXPECT_EQ(FaultsOfNode("file", ""), Expected{std::string("file: ") + kOpenDacl});
  EXPECT_EQ(FaultsOfNode("file", "  "), Expected{std::string("file: ") + kOpenDacl});
  EXPECT_EQ(FaultsOfNode("file", "O:SY"),
            (Expected{"file: sets an owner: the service sets the owner of every node (SYSTEM)",
                      std::string("file: ") + kOpenDacl}));
  EXPECT_EQ(FaultsOfNode("file", "D:NO_ACCESS_CONTROL"),
            Expected{"file: has a NULL DACL, which would grant everyone access: write D: for no entries"});
  EXPECT_EQ(FaultsOfNode("file", "D:PNO_ACCESS_CONTROL"),
            Expected{"file: has a NULL DACL, which would grant everyone access: write D: for no entries"});
  for (const char* sddl :
       {"hello", "D", "D:(A;;GX;;;BA)x", "D:(A;;GX;;;BA)P", "D:(A;;GX;;;BA))", "D:D:", "X:D:"}) {
    EXPECT_EQ(FaultsOfNode("file", sddl), Expected{std::string("file: ") + kNoDacl}) << sddl;
  }
  EXPECT_EQ(FaultsOfNode("file", "(A;;GX;;;BA)"), Expected{std::string("file: ") + kOpenDacl});
  for (const char* sddl : {"D:AI", "D:PAI(A;;GX;;;BA)", "D:AR", "D:PP"}) {
    EXPECT_EQ(FaultsOfNode("file", sddl),
              Expected{"file: has an unsupported flag: only P (inherit nothing) is allowed"})
        << sddl;
  }
  EXPECT_EQ(FaultsOfNode("file", "D:(A;;GX;;;BA)(A;;GX;;;BU"),
            Expected{"file: has an entry without a closing parenthesis"});
}

TEST(PolicyFaults, OfEntriesThatWindowsRefuses) {
  for (const std::string& entry :
       std::vector<std::string>{"(A;;GX;;;XX)", "(A;;GX;;;)", "(A;;QQ;;;BA)", "(A;;GX;;;S-1-5-)", "(A;;GX)",
                                "(A)", "(A;ZZ;GX;;;BA)"}) {
    DWORD code = 0;
    try {
      win32::SecurityDescriptor::FromSddl("D:" + entry);
    } catch (const win32::Win32Error& error) {
      code = error.win32_code();
    }
    ASSERT_NE(code, 0U) << entry;
    EXPECT_EQ(FaultsOfNode("file", "D:(A;;GX;;;BA)" + entry + "(D;;GR;;;BU)"),
              Expected{"file: " + entry + ": Windows rejects this entry (" + win32::ErrorName(code) + ", " +
                       std::to_string(code) + ")"});
  }
}

TEST(PolicyFaults, OfEntriesThatAreNotPlain) {
  for (const std::string& entry :
       std::vector<std::string>{"(OA;;GX;00000000-0000-0000-0000-000000000001;;BA)",
                                "(OD;;GX;00000000-0000-0000-0000-000000000001;;BA)", "(AU;SA;GX;;;WD)",
                                "(XA;;GX;;;BA;(Member_of {SID(BA)}))", "(XD;;GX;;;BA;(@User.x == \"a)b(\"))",
                                "(ML;;NW;;;LW)", "(ZA;;GX;;;BA)", "(;;GX;;;BA)", "()", "(17;;GX;;;BA)"}) {
    EXPECT_EQ(FaultsOfNode("file", "D:(A;;GX;;;BA)" + entry + "(A;;GX;;;BU)"),
              Expected{"file: " + entry + ": is neither a plain allow nor a plain deny entry"});
  }
}

TEST(PolicyFaults, OfFlagsAndRights) {
  for (const char* flags : {"OI", "CI", "OICI", "IO", "NP", "ID", "CIIO"}) {
    const std::string entry = std::string("(D;") + flags + ";GX;;;BA)";
    EXPECT_EQ(
        FaultsOfNode("file", "D:" + entry),
        Expected{"file: " + entry +
                 ": has flags: none are allowed, an entry always applies to its node and all nodes below"});
  }
  for (const auto& [rights, other] : {std::pair<const char*, const char*>{"FA", "0x1901fc"},
                                      {"0x4", "0x4"},
                                      {"WO", "0x80000"},
                                      {"SD", "0x10000"},
                                      {"0x2000000", "0x2000000"},
                                      {"GXLC", "0x4"}}) {
    const std::string entry = std::string("(D;;") + rights + ";;;BU)";
    EXPECT_EQ(FaultsOfNode("file", "D:" + entry),
              Expected{"file: " + entry + ": has rights that nodes do not support (" + other +
                       "): expected call (GX), see (GR), manage (GW) or all of them (GA)"});
  }
  EXPECT_EQ(FaultsOfNode("file", "D:(A;;;;;BA)"), Expected{"file: (A;;;;;BA): has no rights"});
  EXPECT_EQ(
      FaultsOfNode("file", "D:(A;OI;0x40004;;;WD)"),
      (Expected{
          "file: (A;OI;0x40004;;;WD): has flags: none are allowed, an entry always applies to its node and "
          "all nodes below",
          "file: (A;OI;0x40004;;;WD): has rights that nodes do not support (0x4): expected call (GX), see "
          "(GR), manage (GW) or all of them (GA)",
          "file: (A;OI;0x40004;;;WD): gives manage to everyone: anyone who may change a node's entries can "
          "take every right"}));
}

TEST(PolicyFaults, OfManageForEveryone) {
  for (const auto& [account, name] : {std::pair<const char*, const char*>{"WD", "everyone"},
                                      {"AU", "all authenticated users"},
                                      {"AN", "anonymous logons"},
                                      {"BG", "guests"},
                                      {"BU", "all users"},
                                      {"IU", "all interactive logons"},
                                      {"NU", "all network logons"},
                                      {"S-1-2-0", "all local logons"},
                                      {"S-1-2-1", "all console logons"},
                                      {"S-1-5-14", "all remote interactive logons"},
                                      {"S-1-5-15", "all accounts of this organization"},
                                      {"S-1-5-113", "all local accounts"},
                                      {"S-1-15-2-1", "all application packages"},
                                      {"S-1-15-2-2", "all restricted application packages"},
                                      {"S-1-18-1", "all identities asserted by an authentication authority"},
                                      {"S-1-18-2", "all identities asserted by a service"},
                                      {"S-1-5-21-1-2-3-501", "the guest account"},
                                      {"S-1-5-21-1-2-3-513", "all domain users"},
                                      {"S-1-5-21-1-2-3-514", "domain guests"}}) {
    for (const char* rights : {"GW", "GA", "WD", "0x40001"}) {
      const std::string entry = std::string("(A;;") + rights + ";;;" + account + ")";
      EXPECT_EQ(FaultsOfNode("file", "D:" + entry),
                Expected{"file: " + entry + ": gives manage to " + name +
                         ": anyone who may change a node's entries can take every right"});
    }
    // It may be denied to them, and other rights may be granted.
    EXPECT_EQ(FaultsOfNode("file", std::string("D:(D;;GA;;;") + account + ")(A;;GXGR;;;" + account + ")"),
              Expected());
  }
  for (const char* account :
       {"BA", "SY", "S-1-5-21-1-2-3-512", "S-1-5-21-1-2-3-4-513", "S-1-5-32-513", "S-1-5-80-1-2-3-4-513"}) {
    EXPECT_EQ(FaultsOfNode("file", std::string("D:(A;;GA;;;") + account + ")"), Expected()) << account;
  }
}

TEST(PolicyFaults, OfARootWithoutAdministrators) {
  const Expected fault{
      "/: leaves administrators without manage: the root must allow it to BA, and must not deny it to them or "
      "to a group that all of them belong to"};
  for (const char* sddl :
       {"D:", "D:P", "D:(A;;GA;;;SY)", "D:(A;;GX;;;BA)", "D:(A;;GXGR;;;BA)(A;;GW;;;SY)",
        "D:(D;;GW;;;BA)(A;;GA;;;BA)", "D:(A;;GA;;;BA)(D;;GA;;;BA)", "D:(D;;GA;;;WD)(A;;GA;;;BA)",
        "D:(D;;GW;;;AU)(A;;GA;;;BA)", "D:(D;;0x40000;;;BU)(A;;GA;;;BA)"}) {
    EXPECT_EQ(FaultsOfNode("/", sddl), fault) << sddl;
    EXPECT_EQ(FaultsOfNode("file", sddl), Expected()) << sddl;
  }
  for (const char* sddl : {"D:(A;;GW;;;BA)", "D:P(A;;GA;;;BA)", "D:(D;;GX;;;BA)(A;;GA;;;BA)",
                           "D:(D;;GW;;;NU)(A;;GA;;;BA)", "D:(D;;GA;;;S-1-5-21-1-2-3-1001)(A;;GA;;;BA)"}) {
    EXPECT_EQ(FaultsOfNode("/", sddl), Expected()) << sddl;
  }
  // If an ACE could not be read, only that is reported.
  EXPECT_EQ(FaultsOfNode("/", "D:(A;OI;GA;;;BA)").size(), 1U);
}

// ---- Sizes ----

std::string Entries(std::size_t count) {
  std::string entries;
  for (std::size_t i = 0; i < count; ++i)
    entries += "(A;;GX;;;S-1-5-21-1-2-3-" + std::to_string(10'000 + i) + ")";
  return entries;
}

TEST(PolicyFaults, OfATooLargeText) {
  std::string text = Document("");
  text.append(kMaxPolicyBytes - text.size(), ' ');
  EXPECT_EQ(FaultsOf(text), Expected());
  EXPECT_EQ(FaultsOf(text + " "), Expected{"is larger than 4 MiB"});
}

TEST(PolicyFaults, OfTooManyNodes) {
  std::string nodes;
  PolicyDocument document;
  for (std::size_t i = 0; i < kMaxPolicyNodes; ++i) {
    nodes += (i == 0 ? "" : ",") + NodeText("n" + std::to_string(i), "D:");
    document.nodes.emplace("n" + std::to_string(i), PolicyNode{});
  }
  EXPECT_EQ(FaultsOf(Document(nodes)), Expected());
  EXPECT_EQ(Lines(FindFaults(document)), Expected());
  EXPECT_EQ(FaultsOf(Document(nodes + "," + NodeText("file", "D:"))), Expected{"has more than 10000 nodes"});
  document.nodes.emplace("file", PolicyNode{});
  EXPECT_EQ(Lines(FindFaults(document)), Expected{"has more than 10000 nodes"});
}

TEST(PolicyFaults, OfTooManyEntries) {
  EXPECT_EQ(FaultsOfNode("file", "D:" + Entries(kMaxNodeEntries)), Expected());
  EXPECT_EQ(FaultsOfNode("file", "D:" + Entries(kMaxNodeEntries + 1)),
            Expected{"file: has more than 1000 entries"});
  PolicyDocument document;
  document.nodes.emplace("file", Node("D:" + Entries(kMaxNodeEntries)));
  EXPECT_EQ(Lines(FindFaults(document)), Expected());
  document.nodes["file"].entries.push_back(document.nodes["file"].entries.front());
  EXPECT_EQ(Lines(FindFaults(document)), Expected{"file: has more than 1000 entries"});
}

TEST(PolicyFaults, OfMoreInheritedEntriesThanAnAclHolds) {
  const std::string full = "D:" + Entries(kMaxNodeEntries);
  const std::string fault = "has more entries, with those it inherits, than an ACL can hold (64 KiB)";
  EXPECT_EQ(FaultsOf(Document(NodeText("file", full) + "," + NodeText("file.read", full) + "," +
                              NodeText("file.write", "D:P" + Entries(kMaxNodeEntries)) + "," +
                              NodeText("odbc", full))),
            Expected{"file.read: " + fault});
  EXPECT_EQ(FaultsOf(Document(NodeText("file", full) + "," + NodeText("/", "D:(A;;GA;;;BA)" + Entries(900)))),
            Expected{"file: " + fault});
}

TEST(PolicyFaults, OfTooManyEntriesAtAllNodesTogether) {
  PolicyDocument document;
  document.nodes.emplace("/", std::get<PolicyNode>(ParseNode("/", "D:(A;;GA;;;BA)" + Entries(999))));
  for (int i = 0; i < 199; ++i) document.nodes.emplace("n" + std::to_string(i), PolicyNode{});
  EXPECT_EQ(Lines(FindFaults(document)), Expected());
  document.nodes.emplace("n", PolicyNode{});
  EXPECT_EQ(Lines(FindFaults(document)),
            Expected{"has more than 200000 entries, counting inherited ones at every node"});
}

TEST(PolicyFaults, OfATextThatWouldBeTooLargeToReadAgain) {
  PolicyDocument document;
  const PolicyNode node = Node("D:P" + Entries(kMaxNodeEntries));
  for (int i = 0; i < 150; ++i) document.nodes.emplace("n" + std::to_string(i), node);
  EXPECT_EQ(Lines(FindFaults(document)), Expected{"is larger than 4 MiB when the service writes it"});
  while (!FindFaults(document).empty()) document.nodes.erase(document.nodes.begin());
  EXPECT_GT(document.nodes.size(), 100U);
  EXPECT_EQ(FaultsOf(ToText(
                [&] {
                  document.version = 1;
                  return document;
                }(),
                {})),
            Expected());
}

// ---- Documents built in memory ----

TEST(PolicyFaults, OfADocumentBuiltInMemory) {
  PolicyDocument document;
  const Sid everyone = *Sid::FromString("S-1-1-0");
  document.nodes["a b"] = {};
  document.nodes["/"].entries = {{ACCESS_ALLOWED_ACE_TYPE, 0, kManage, everyone}};
  document.nodes["file"].entries = {{ACCESS_ALLOWED_ACE_TYPE, CONTAINER_INHERIT_ACE, kCall, everyone},
                                    {ACCESS_ALLOWED_ACE_TYPE, 0, 0, everyone},
                                    {ACCESS_ALLOWED_CALLBACK_ACE_TYPE, 0, kCall, everyone},
                                    {ACCESS_ALLOWED_ACE_TYPE, 0, GENERIC_EXECUTE, everyone}};
  document.nodes["pipe:"].entries = {{ACCESS_DENIED_ACE_TYPE, 0, kCall, everyone}};
  EXPECT_EQ(
      Lines(FindFaults(document)),
      (Expected{
          "/: (A;;GW;;;WD): " + kManageToEveryone, std::string("a b: ") + kNoNode,
          "file: (A;;GX;;;WD): has flags: none are allowed, an entry always applies to its node and all nodes below",
          "file: (A;;0x0;;;WD): has no rights",
          "file: (A;;GX;;;WD): is neither a plain allow nor a plain deny entry",
          "file: (A;;0x20000000;;;WD): has rights that nodes do not support (0x20000000): expected call "
          "(GX), see (GR), manage (GW) or all of them (GA)"}));
}

TEST(PolicyDocument, WarnsAboutEntriesWithoutEffect) {
  MethodRegistry methods;
  methods.Add(MethodWithDefault("file.read", "D:"));
  PolicyDocument document;
  document.nodes.emplace("/", std::get<PolicyNode>(ParseNode("/", "D:(A;;GA;;;BA)(A;;GX;;;AN)")));
  document.nodes.emplace("pipe:", Node("D:(A;;GX;;;BG)(D;;GX;;;AN)"));
  document.nodes.emplace("file", Node("D:(A;;GX;;;AU)(A;;GR;;;AU)(A;;GX;;;AU)(D;;GX;;;AU)"));
  document.nodes.emplace("file.read", Node("D:"));
  document.nodes.emplace("file.write", Node("D:"));
  document.nodes.emplace("odbc", Node("D:"));
  EXPECT_EQ(Lines(FindFaults(document)), Expected());
  EXPECT_EQ(Lines(FindWarnings(document, methods)),
            (Expected{"/: (A;;GX;;;AN): has no effect: anonymous and guest logons are always denied",
                      "file: (A;;GX;;;AU): is a duplicate",
                      "file.write: has no registered method: kept, but without effect",
                      "odbc: has no registered method: kept, but without effect",
                      "pipe:: (A;;GX;;;BG): has no effect: anonymous and guest logons are always denied"}));
}

TEST(PolicyDocument, HasTheDefaults) {
  MethodRegistry methods;
  methods.Add(MethodWithDefault("file.read", "D:(A;;GXGR;;;AU)"));
  EXPECT_EQ(DefaultSddl("/", methods), "D:(A;;GA;;;SY)(A;;GA;;;BA)");
  EXPECT_EQ(DefaultSddl("pipe:", methods), "D:(A;;GX;;;AU)");
  EXPECT_EQ(DefaultSddl("file", methods), "D:");
  EXPECT_EQ(DefaultSddl("file.read", methods), "D:(A;;GXGR;;;AU)");
  EXPECT_EQ(DefaultSddl("file.write", methods), "D:");
  for (const char* node : {"/", "pipe:", "file", "file.read"}) {
    EXPECT_TRUE(std::holds_alternative<PolicyNode>(ParseNode(node, DefaultSddl(node, methods)))) << node;
  }
}

TEST(PolicyDocument, DescribesAFaultInALine) {
  EXPECT_EQ(Describe({"file.write", "(A;;GW;;;WD)", "gives manage to everyone"}),
            "file.write: (A;;GW;;;WD): gives manage to everyone");
  EXPECT_EQ(Describe({"file.write", "", "is odd"}), "file.write: is odd");
  EXPECT_EQ(Describe({"", "", "is odd"}), "is odd");
}

}  // namespace
}  // namespace onbehalf::service
