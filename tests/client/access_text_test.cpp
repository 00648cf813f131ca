#include "access/access_text.h"

#include <gtest/gtest.h>

#include <string>

#include "access/phrases.h"
#include "fixed_accounts.h"

namespace onbehalf::cli {
namespace {

using client::Json;

TEST(AccessText, ListsEachOwnEntryOfEachNode) {
  const Json list = Json::parse(R"json({
    "version": 7, "source": "file", "nodes": [
      {"node": "/", "parent": null, "default": true, "protected": false, "registered": true,
       "sddl": "D:(A;;GA;;;SY)(A;;GA;;;BA)", "may": []
},
      {"node": "pipe:", "parent": "/", "default": false, "protected": true, "registered": true,
       "sddl": "D:P(A;;GX;;;AU)", "may": ["connect"]},
      {"node": "file", "parent": "/", "default": true, "protected": false, "registered": true,
       "sddl": "D:", "may": ["call", "see"]},
      {"node": "file.write", "parent": "file", "default": false, "protected": false, "registered": true,
       "sddl": "D:(D;;GX;;;S-1-5-21-1-2-3-1002)(A;;GXGR;;;S-1-5-21-1-2-3-1001)(A;;0x2;;;S-1-5-21-9-9-9-9)",
       "may": ["call", "see"]},
      {"node": "gone", "parent": "/", "default": false, "protected": false, "registered": false,
       "sddl": "no SDDL", "may": ["see"]}
    ]
})json");
  EXPECT_EQ(
      RenderAccessList(list, test::FixedEntries),
      "policy: version 7\n"
      "NODE        SET BY              INHERITS  TYPE   ACCOUNT                           RIGHTS             "
      "YOU MAY\n"
      "/           default             -         allow  NT AUTHORITY\\SYSTEM               call, see, manage "
      " "
      "-\n"
      "/           default             -         allow  BUILTIN\\Administrators            call, see, manage "
      " "
      "-\n"
      "pipe:       policy              nothing   allow  NT AUTHORITY\\Authenticated Users  connect           "
      " "
      "connect\n"
      "file        default             /         -      -                                 -                  "
      "call, see\n"
      "file.write  policy              file      deny   PC\\bob                            call              "
      " "
      "call, see\n"
      "file.write  policy              file      allow  PC\\alice                          call, see         "
      " "
      "call, see\n"
      "file.write  policy              file      allow  S-1-5-21-9-9-9-9                  0x2                "
      "call, see\n"
      "gone        policy, not loaded  /         -      no SDDL                           -                  "
      "see\n");
}

TEST(AccessText, OfAListNamesTheActivePolicy) {
  const auto list = [](const char* source) {
    return Json{{"version", 3},
                {"source", source},
                {"nodes", {{{"node", "/"}, {"parent", nullptr}, {"default", true}, {"sddl", "D:"}}}}};
  };
  const std::string table =
      "NODE  SET BY   INHERITS  TYPE  ACCOUNT  RIGHTS  YOU MAY\n"
      "/     default  -         -     -        -       -\n";
  EXPECT_EQ(RenderAccessList(list("default"), test::FixedEntries),
            "policy: the built-in default (unchanged)\n" + table);
  EXPECT_EQ(RenderAccessList(list("lastGood"), test::FixedEntries),
            "policy: version 3, the last good one\n" + table);
  EXPECT_EQ(RenderAccessList(list("administratorsOnly"), test::FixedEntries),
            "policy: administrators only\n" + table);
  EXPECT_EQ(WarningAboutSource(list("file")), "");
  EXPECT_EQ(WarningAboutSource(list("default")), "");
  EXPECT_EQ(
      WarningAboutSource(list("lastGood")),
      "warning: access.json was rejected (the event log and the service's log list every error): the last good "
      "policy is in force\n");
  EXPECT_EQ(WarningAboutSource(list("administratorsOnly")),
            "warning: access.json was rejected (the event log and the service's log list every error): only "
            "administrators have access until it is fixed or reset\n");
  EXPECT_EQ(RenderAccessList({{"version", 3}, {"nodes", Json::array()}}, test::FixedEntries),
            "There are no nodes that you may see.\n");
  EXPECT_EQ(RenderAccessList(Json(5), test::FixedEntries), "There are no nodes that you may see.\n");
}

TEST(AccessText, ShowsTheEffectiveEntriesAndTheirNodes) {
  const Json node = Json::parse(R"json({
    "version": 7, "node": "file.write", "default": false, "protected": false,
    "sddl": "D:(D;;GX;;;S-1-5-21-1-2-3-1002)",
    "entries": [
      {"type": "deny", "rights": ["call", "see", "manage"], "mask": 393219,
       "account": {"sid": "S-1-5-7", "name": "NT AUTHORITY\\ANONYMOUS LOGON"}, "sddl": "(D;;GA;;;AN)",
       "from": "", "inherited": true},
      {"type": "deny", "rights": ["call"], "mask": 1, "account": {"sid": "S-1-5-21-1-2-3-1002", "name": null},
       "sddl": "(D;;GX;;;S-1-5-21-1-2-3-1002)", "from": "file.write", "inherited": false},
      {"type": "allow", "rights": ["call", "see"], "mask": 131075,
       "account": {"sid": "S-1-5-32-545", "name": "BUILTIN\\Users"}, "sddl": "(A;;GXGR;;;BU)", "from": "file",
       "inherited": true}
    ]})json");
  EXPECT_EQ(RenderAccessNode(node),
            "node         file.write\n"
            "policy       version 7\n"
            "own entries  D:(D;;GX;;;S-1-5-21-1-2-3-1002) (policy)\n"
            "TYPE   ACCOUNT                       RIGHTS             FROM\n"
            "deny   NT AUTHORITY\\ANONYMOUS LOGON  call, see, manage  (always)\n"
            "deny   S-1-5-21-1-2-3-1002           call               file.write (own)\n"
            "allow  BUILTIN\\Users                 call, see          file (inherited)\n");
  EXPECT_EQ(RenderAccessNode(
                {{"version", 0}, {"node", "file"}, {"default", true}, {"protected", true}, {"sddl", "D:P"}}),
            "node         file\n"
            "policy       version 0\n"
            "own entries  D:P (default)\n"
            "inherits     nothing (protected)\n");
}

TEST(AccessText, OfAChangeShowsBothSidesAndTheDifference) {
  const Json change = {{"version", 8},
                       {"changed", true},
                       {"dryRun", false},
                       {"node", "file.write"},
                       {"before", "D:(A;;GX;;;BU)(A;;GR;;;S-1-5-21-1-2-3-1001)"},
                       {"after", "D:P(D;;GX;;;S-1-5-21-1-2-3-1002)(A;;GX;;;BU)"},
                       {"warnings", Json::array()}};
  const std::string sides =
      "  before  D:(A;;GX;;;BU)(A;;GR;;;S-1-5-21-1-2-3-1001)\n"
      "  after   D:P(D;;GX;;;S-1-5-21-1-2-3-1002)(A;;GX;;;BU)\n"
      "    - allow  PC\\alice  see\n"
      "    + deny   PC\\bob    call\n"
      "    + protected (inherits nothing)\n";
  EXPECT_EQ(RenderChange(change, test::FixedEntries),
            "file.write: changed, the policy is now version 8\n" + sides);
  EXPECT_EQ(RenderWarnings(change), "");

  Json dry = change;
  dry["dryRun"] = true;
  dry["warnings"] = {"S-1-5-21-9-9-9-9 has no name", "it\x1b stands twice"};
  EXPECT_EQ(RenderChange(dry, test::FixedEntries),
            "file.write would be changed (dry run: nothing is changed)\n" + sides);
  EXPECT_EQ(RenderWarnings(dry),
            "warning: S-1-5-21-9-9-9-9 has no name\n"
            "warning: it\\x1b stands twice\n");
}

TEST(AccessText, OfAChangeFromOrToTheDefaultSaysSo) {
  Json change = {{"version", 1},    {"changed", true},   {"dryRun", false},
                 {"node", "pipe:"}, {"before", nullptr}, {"after", "D:(A;;GX;;;BU)"}};
  EXPECT_EQ(RenderChange(change, test::FixedEntries),
            "pipe:: changed, the policy is now version 1\n"
            "  before  the default\n"
            "  after   D:(A;;GX;;;BU)\n"
            "    + allow  BUILTIN\\Users  connect\n");
  change["before"] = "D:P(A;;GX;;;BU)";
  change["after"] = nullptr;
  EXPECT_EQ(RenderChange(change, test::FixedEntries),
            "pipe:: changed, the policy is now version 1\n"
            "  before  D:P(A;;GX;;;BU)\n"
            "  after   the default\n"
            "    - allow  BUILTIN\\Users  connect\n"
            "    - protected (inherits nothing)\n");
  // A descriptor that this Windows does not accept is shown unchanged.
  change["before"] = "D:(what)";
  EXPECT_EQ(RenderChange(change, test::FixedEntries),
            "pipe:: changed, the policy is now version 1\n"
            "  before  D:(what)\n"
            "  after   the default\n");
}

TEST(AccessText, OfAnEmptyChangeSaysSo) {
  Json change = {{"version", 7},   {"changed", false},           {"dryRun", false},
                 {"node", "file"}, {"before", "D:(A;;GX;;;BU)"}, {"after", "D:(A;;GX;;;BU)"}};
  EXPECT_EQ(RenderChange(change, test::FixedEntries),
            "file: nothing to change, the policy stays at version 7\n"
            "  entries  D:(A;;GX;;;BU)\n");
  change["before"] = nullptr;
  EXPECT_EQ(RenderChange(change, test::FixedEntries),
            "file: nothing to change, the policy stays at version 7\n"
            "  entries  the default\n");
}

TEST(AccessText, OfTheHistoryIsATable) {
  const Json history = Json::parse(R"json({"version": 8, "versions": [
    {"version": 8, "changed": "2026-11-22T20:00:00Z", "changedBy": "PC\\admin (S-1-5-21-1-2-3-500)", "current": true},
    {"version": 7, "changed": "2026-11-21T08:30:00Z", "changedBy": "", "current": false}]
})json");
  EXPECT_EQ(RenderHistory(history),
            "VERSION      CHANGED               BY\n"
            "8 (current)  2026-11-22T20:00:00Z  PC\\admin (S-1-5-21-1-2-3-500)\n"
            "7            2026-11-21T08:30:00Z  -\n");
  EXPECT_EQ(RenderHistory({{"version", 0}, {"versions", Json::array()}}),
            "No versions are kept: the policy is the built-in default, unchanged.\n");
  EXPECT_EQ(RenderHistory({{"version", 4}}), "No versions are kept: the policy is version 4.\n");
}

TEST(AccessText, OfDifferencesAndRollbacksShowsEachNode) {
  const Json nodes = Json::parse(R"json([
    {"node": "/", "before": "D:(A;;GA;;;BA)", "after": "D:(A;;GA;;;BA)(A;;GA;;;BA)"
},
    {"node": "file", "before": null, "after": "D:(A;;GX;;;BU)"}])json");
  const std::string sides =
      "/\n"
      "  before  D:(A;;GA;;;BA)\n"
      "  after   D:(A;;GA;;;BA)(A;;GA;;;BA)\n"
      "    + allow  BUILTIN\\Administrators  call, see, manage\n"
      "file\n"
      "  before  the default\n"
      "  after   D:(A;;GX;;;BU)\n"
      "    + allow  BUILTIN\\Users  call\n";
  EXPECT_EQ(RenderDiff({{"from", 3}, {"to", 5}, {"nodes", nodes}}, test::FixedEntries),
            "from version 3 to version 5\n" + sides);
  EXPECT_EQ(RenderDiff({{"from", 3}, {"to", 5}, {"nodes", Json::array()}}, test::FixedEntries),
            "versions 3 and 5 are the same\n");

  const Json arguments = {{"to", 5}};
  Json rollback = {{"version", 9}, {"changed", true}, {"dryRun", false}, {"nodes", nodes}};
  EXPECT_EQ(RenderRollback(rollback, arguments, test::FixedEntries),
            "version 5 is in force again, as version 9\n" + sides);
  rollback["dryRun"] = true;
  EXPECT_EQ(RenderRollback(rollback, arguments, test::FixedEntries),
            "version 5 would be in force again (dry run: nothing is changed)\n" + sides);
  EXPECT_EQ(RenderRollback({{"version", 8}, {"changed", false}, {"nodes", Json::array()}}, arguments,
                           test::FixedEntries),
            "nothing to change: version 8, which is in force, is the same as version 5\n");
}

TEST(AccessText, OfACheckGivesTheAnswerAndTheCommandThatExplainsIt) {
  Json check =
      Json::parse(R"json({"node": "file.write", "right": "call", "allowed": true, "approximate": false,
    "account": {"sid": "S-1-5-21-1-2-3-1001", "name": "PC\\alice"}, "note": ""})json");
  EXPECT_EQ(RenderCheck(check, {{"node", "file.write"}}), "yes: PC\\alice may call file.write\n");
  check["allowed"] = false;
  EXPECT_EQ(RenderCheck(check, {{"node", "file.write"}}),
            "no: PC\\alice may not call file.write\n"
            "  why  onbehalf access explain file.write\n");

  check["account"] = {{"sid", "S-1-5-32-545"}, {"name", nullptr}};
  check["approximate"] = true;
  check["note"] = "groups of a logon are not known";
  check["node"] = "pipe:";
  EXPECT_EQ(
      RenderCheck(check, {{"node", "pipe:"}, {"right", "connect"}, {"account", "BUILTIN\\Some Users"}}),
      "no: S-1-5-32-545 may not connect to the service (pipe:), as far as can be determined without a logon\n"
      "  note  groups of a logon are not known\n"
      "  why   onbehalf access show pipe:\n");
}

TEST(AccessText, OfAnExplanationIsTheWalkTheVerdictAndTheAdvice) {
  const Json explanation = Json::parse(R"json({
    "node": "file.write", "right": "call", "allowed": false, "version": 7,
    "account": {"sid": "S-1-5-21-1-2-3-1001", "name": "PC\\alice"},
    "entries": [
      {"type": "deny", "rights": ["call", "see", "manage"], "account": {"sid": "S-1-5-7", "name": null},
       "from": "", "inherited": true, "step": "noMatch", "via": null},
      {"type": "allow", "rights": ["call"], "account": {"sid": "S-1-5-32-544", "name": "BUILTIN\\Administrators"},
       "from": "file.write", "inherited": false, "step": "denyOnly",
       "via": {"sid": "S-1-5-32-544", "name": "BUILTIN\\Administrators", "kind": "group", "enabled": false,
               "denyOnly": true}},
      {"type": "allow", "rights": ["see"], "account": {"sid": "S-1-5-21-1-2-3-1001", "name": "PC\\alice"},
       "from": "file.write", "inherited": false, "step": "notAsked",
       "via": {"sid": "S-1-5-21-1-2-3-1001", "name": "PC\\alice", "kind": "user", "enabled": true,
               "denyOnly": false}},
      {"type": "deny", "rights": ["call"], "account": {"sid": "S-1-5-21-1-2-3-2001", "name": "PC\\Interns"},
       "from": "file", "inherited": true, "step": "denies",
       "via": {"sid": "S-1-5-21-1-2-3-2001", "name": "PC\\Interns", "kind": "group", "enabled": true,
               "denyOnly": false}},
      {"type": "allow", "rights": ["call", "see"], "account": {"sid": "S-1-5-32-545", "name": "BUILTIN\\Users"},
       "from": "/", "inherited": true, "step": "notReached",
       "via": {"sid": "S-1-5-32-545", "name": "BUILTIN\\Users", "kind": "group", "enabled": true,
               "denyOnly": false}}
    ],
    "deciding": 3, "note": "", "advice": "onbehalf access revoke PC\\Interns file call --deny"})json");
  EXPECT_EQ(RenderExplanation(explanation),
            "node     file.write\n"
            "right    call\n"
            "account  PC\\alice (S-1-5-21-1-2-3-1001)\n"
            "policy   version 7\n"
            "   TYPE   ACCOUNT                 RIGHTS             FROM              OUTCOME                  "
            "               THROUGH\n"
            "1  deny   S-1-5-7                 call, see, manage  (always)          no match                 "
            "               -\n"
            "2  allow  BUILTIN\\Administrators  call               file.write (own)  does not count: the "
            "group is deny-only  BUILTIN\\Administrators (group, deny-only)\n"
            "3  allow  PC\\alice                see                file.write (own)  is about other rights   "
            "                PC\\alice (user, enabled)\n"
            "4  deny   PC\\Interns              call               file (inherited)  denies call, decides    "
            "                PC\\Interns (group, enabled)\n"
            "5  allow  BUILTIN\\Users           call, see          / (inherited)     not reached             "
            "                BUILTIN\\Users (group, enabled)\n"
            "denied: PC\\alice may not call file.write: entry 4 decides\n"
            "  to change it  onbehalf access revoke PC\\Interns file call --deny\n");
}

TEST(AccessText, OfAnExplanationWithoutADecidingEntrySaysWhatDecided) {
  Json explanation = Json::parse(R"json({
    "node": "file", "right": "see", "allowed": false, "version": 0, "account": {"sid": "S-1-5-21-1-2-3-1001"},
    "entries": [], "deciding": null, "note": "", "advice": ""})json");
  const std::string head =
      "node     file\n"
      "right    see\n"
      "account  S-1-5-21-1-2-3-1001\n"
      "policy   version 0\n";
  EXPECT_EQ(RenderExplanation(explanation),
            head + "denied: S-1-5-21-1-2-3-1001 may not see file: no entry grants the right\n");
  explanation["allowed"] = true;
  explanation["note"] = "the owner's implicit rights gave it";
  EXPECT_EQ(RenderExplanation(explanation), head +
                                                "allowed: S-1-5-21-1-2-3-1001 may see file\n"
                                                "  note  the owner's implicit rights gave it\n");
  explanation["entries"] = Json::parse(R"json([
    {"type": "allow", "rights": [], "account": {"sid": "S-1-1-0"}, "from": "file", "inherited": false,
     "step": "allows", "via": {"sid": "S-1-1-0", "kind": "group", "enabled": true, "denyOnly": false}},
    {"type": "allow", "rights": ["see"], "account": {"sid": "S-1-1-0"}, "from": "file", "inherited": false,
     "step": "decides", "via": {"sid": "S-1-1-0", "kind": "group", "enabled": false, "denyOnly": false}}])json");
  explanation["deciding"] = 1;
  explanation["note"] = "";
  EXPECT_EQ(RenderExplanation(explanation),
            head +
                "   TYPE   ACCOUNT  RIGHTS  FROM        OUTCOME               THROUGH\n"
                "1  allow  S-1-1-0          file (own)  grants a part of see  S-1-1-0 (group, enabled)\n"
                "2  allow  S-1-1-0  see     file (own)  grants see, decides   S-1-1-0 (group, disabled)\n"
                "allowed: S-1-5-21-1-2-3-1001 may see file: entry 2 decides\n");
}

TEST(AccessText, QuotesWordsThatAShellWouldSplit) {
  EXPECT_EQ(Quoted("PC\\alice"), "PC\\alice");
  EXPECT_EQ(Quoted("NT SERVICE\\x"), "\"NT SERVICE\\x\"");
  EXPECT_EQ(Quoted("a&b"), "\"a&b\"");
}

}  // namespace
}  // namespace onbehalf::cli
