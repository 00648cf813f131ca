#include "methods/access_methods.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "access/policy_fixture.h"
#include "method_caller.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/account_access.h"
#include "onbehalf/win32/win32_error.h"
#include "support/platform_probe.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using AccessMethods = PolicyTest;

std::vector<std::string> NodesOf(const Json& list) {
  std::vector<std::string> nodes;
  for (const Json& node : list.at("nodes")) nodes.push_back(node.at("node"));
  return nodes;
}

TEST_F(AccessMethods, EveryResultIsAsDescribed) {
  Result("access.grant", {{"account", "BU"}, {"node", "file"}, {"rights", {"call"}}});
  const std::vector<std::pair<const char*, Json>> calls = {
      {"access.list", Json::object()},
      {"access.show", {{"node", "file.read"}}},
      {"access.check", {{"node", "file.read"}}},
      {"access.explain", {{"node", "file.read"}}},
      {"access.grant", {{"account", "BU"}, {"node", "print"}, {"rights", {"call"}}, {"dryRun", true}}},
      {"access.deny", {{"account", "BG"}, {"node", "print"}, {"rights", {"call"}}, {"dryRun", true}}},
      {"access.revoke", {{"account", "BU"}, {"node", "file"}, {"dryRun", true}}},
      {"access.set", {{"node", "file"}, {"sddl", nullptr}, {"dryRun", true}}},
      {"access.history", Json::object()},
      {"access.diff", {{"from", 0}}},
      {"access.rollback", {{"to", 0}, {"dryRun", true}}}};
  for (const auto& [name, params] : calls) {
    EXPECT_EQ(Misfit(Result(name, params), methods_.Find(name)->result_schema), "") << name;
  }
}

TEST_F(AccessMethods, ListShowsVisibleNodesAndTheCallersRights) {
  const Json all = Result("access.list", Json::object());
  const auto nodes = NodesOf(all);
  EXPECT_EQ(nodes.front(), "/");
  EXPECT_EQ(nodes.at(1), "pipe:");
  EXPECT_EQ(all.at("source"), "default");
  for (const Json& node : all.at("nodes")) {
    if (node.at("node") == "pipe:") {
      EXPECT_EQ(node.at("may"), (Json{"connect", "see", "manage"}));
    }
    if (node.at("node") == "file.read") {
      EXPECT_EQ(node.at("parent"), "file");
      EXPECT_EQ(node.at("sddl"), "D:(A;;GXGR;;;AU)");
      EXPECT_EQ(node.at("default"), true);
    }
  }
  EXPECT_EQ(NodesOf(Result("access.list", {{"node", "file"}})),
            (std::vector<std::string>{"file", "file.read", "file.write"}));
  const auto seen = NodesOf(Result("access.list", Json::object(), Who::kOrdinary));
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "file.read"), 1);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "file.write"), 0);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "/"), 0);
}

TEST_F(AccessMethods, ShowNamesEachEntrysNodeInWindowsOrder) {
  Result("access.set", {{"node", "file"}, {"sddl", "D:(A;;GX;;;BU)(D;;GX;;;BG)"}});
  const Json shown = Result("access.show", {{"node", "file.read"}});
  std::vector<std::string> entries;
  for (const Json& entry : shown.at("entries")) {
    entries.push_back(entry.at("from").get<std::string>() + " " + entry.at("sddl").get<std::string>());
  }
  EXPECT_EQ(entries, (std::vector<std::string>{" (D;;GA;;;AN)", " (D;;GA;;;BG)", "file.read (A;;GXGR;;;AU)",
                                               "file (D;;GX;;;BG)", "file (A;;GX;;;BU)", "/ (A;;GA;;;SY)",
                                               "/ (A;;GA;;;BA)"}));
  EXPECT_EQ(shown.at("entries").at(2).at("inherited"), false);
  EXPECT_EQ(shown.at("entries").at(3).at("inherited"), true);
  EXPECT_EQ(shown.at("entries").at(2).at("rights"), (Json{"call", "see"}));
  EXPECT_EQ(shown.at("entries").at(2).at("account").at("sid"), "S-1-5-11");
}

TEST_F(AccessMethods, AnAccountIsAcceptedInEveryForm) {
  const std::vector<std::pair<std::string, std::string>> accounts = {{"BUILTIN\\Users", "BU"},
                                                                     {"BU", "BU"},
                                                                     {"S-1-5-32-545", "BU"},
                                                                     {"NT AUTHORITY\\SYSTEM", "SY"},
                                                                     {"Everyone", "WD"}};
  for (const auto& [account, shown] : accounts) {
    const Json result = Result(
        "access.grant", {{"account", account}, {"node", "print"}, {"rights", {"call"}}, {"dryRun", true}});
    EXPECT_EQ(result.at("after"), "D:(A;;GX;;;" + shown + ")") << account;
  }
  const Json service = Result(
      "access.grant",
      {{"account", "NT SERVICE\\OnBehalf"}, {"node", "print"}, {"rights", {"call"}}, {"dryRun", true}});
  EXPECT_EQ(service.at("after"), "D:(A;;GX;;;" + win32::Sid::ForService("OnBehalf").ToString() + ")");
}

TEST_F(AccessMethods, PackagesAreNamedByFamilyNameOrSidAndNeedNoAccount) {
  const std::string calculator =
      "S-1-15-2-466767348-3739614953-2700836392-1801644223-4227750657-1087833535-2488631167";
  for (const std::string& account :
       {std::string("package:Microsoft.WindowsCalculator_8wekyb3d8bbwe"), calculator}) {
    const Json result = Result(
        "access.grant", {{"account", account}, {"node", "print"}, {"rights", {"call"}}, {"dryRun", true}});
    EXPECT_EQ(result.at("after"), "D:(A;;GX;;;" + calculator + ")") << account;
  }
  EXPECT_EQ(Result("access.grant",
                   {{"account", "S-1-15-3-1"}, {"node", "print"}, {"rights", {"see"}}, {"dryRun", true}})
                .at("after"),
            "D:(A;;GR;;;S-1-15-3-1)");
  const auto check = [&](const char* account, const char* right) {
    return Result("access.check", {{"node", "print"}, {"right", right}, {"account", account}});
  };
  EXPECT_EQ(check("package:Microsoft.WindowsCalculator_8wekyb3d8bbwe", "call").at("allowed"), false);
  Result("access.set", {{"node", "print"}, {"sddl", "D:(A;;GX;;;" + calculator + ")(A;;GR;;;S-1-15-2-1)"}});
  const Json checked = check("package:microsoft.windowscalculator_8wekyb3d8bbwe", "call");
  EXPECT_EQ(checked.at("allowed"), true);
  EXPECT_EQ(checked.at("approximate"), true);
  EXPECT_EQ(checked.at("account").at("sid"), calculator);
  EXPECT_EQ(
      checked.at("note"),
      "An app container also needs the right through its account, and may have it through a capability.");
  EXPECT_EQ(check("package:microsoft.windowscalculator_8wekyb3d8bbwe", "see").at("allowed"), true);
  EXPECT_EQ(check("S-1-15-2-1", "call").at("allowed"), false);
  EXPECT_EQ(check("S-1-15-2-1-2-3-4-5-6-7", "call").at("allowed"), false);
  EXPECT_EQ(check("S-1-15-2-1-2-3-4-5-6-7", "see").at("allowed"), true);
  EXPECT_EQ(check("S-1-15-3-1", "see").at("allowed"), false);
  // What an account is denied is denied in its containers too; a package cannot be denied anything.
  EXPECT_EQ(
      Refused("access.deny", {{"account", calculator}, {"node", "print"}, {"rights", {"call"}}}).message,
      "account: Windows ignores deny entries for packages and capabilities; revoke what they have been granted, or "
      "grant it at the nodes that they need");
  EXPECT_EQ(Result("access.set", {{"node", "print"}, {"sddl", "D:(D;;GX;;;S-1-15-3-1)"}, {"dryRun", true}})
                .at("warnings"),
            Json::array(
                {"print: (D;;GX;;;S-1-15-3-1): has no effect: Windows ignores deny entries for packages and "
                 "capabilities"}));
  EXPECT_EQ(Refused("access.grant", {{"account", "package:Contoso"}, {"node", "print"}, {"rights", {"call"}}})
                .message,
            "account: 'package:Contoso' is not package: and a package family name, such as "
            "package:Contoso.Orders_8wekyb3d8bbwe");
  EXPECT_EQ(Result("access.revoke", {{"account", calculator}, {"node", "print"}}).at("after"),
            "D:(A;;GR;;;S-1-15-2-1)");
}

TEST_F(AccessMethods, ErrorsAreExact) {
  struct Row {
    const char* method;
    Json params;
    std::string message;
  };
  const std::vector<Row> rows = {
      {"access.grant",
       {{"account", "CONTOSO\\nobody"}, {"node", "file"}, {"rights", {"call"}}},
       "account: Windows knows no account called 'CONTOSO\\nobody'"},
      {"access.grant",
       {{"account", kStranger}, {"node", "file"}, {"rights", {"call"}}},
       "account: no account has the SID " + std::string(kStranger)},
      {"access.grant",
       {{"account", "BU"}, {"node", "file"}, {"rights", {"write"}}},
       "rights: 'write' must be one of call, see, manage"},
      {"access.grant",
       {{"account", "BU"}, {"node", "pipe:"}, {"rights", {"write"}}},
       "rights: 'write' must be one of connect, see, manage"},
      {"access.grant",
       {{"account", "BU"}, {"node", "file"}, {"rights", Json::array()}},
       "rights: names no right"},
      {"access.grant",
       {{"account", "BU"}, {"node", "fil"}, {"rights", {"call"}}},
       "node: there is no node fil"},
      {"access.revoke",
       {{"account", "BU"}, {"node", "file"}},
       "account: BUILTIN\\Users has no such entry at file"},
      {"access.revoke",
       {{"account", "BA"}, {"node", "file"}},
       "account: BUILTIN\\Administrators has no such entry at file; it is inherited from /"},
      {"access.set",
       {{"node", "file"}, {"sddl", "D:(A;;GX;;;" + std::string(kStranger) + ")"}},
       "sddl: (A;;GX;;;" + std::string(kStranger) + "): no account has this SID"},
      {"access.diff", {{"from", 17}}, "from: version 17 is not kept (any more)"},
      {"access.rollback", {{"to", 17}}, "to: version 17 is not kept (any more)"}};
  for (const Row& row : rows) {
    const protocol::Error refused = Refused(row.method, row.params);
    EXPECT_EQ(refused.code, ErrorCode::kInvalidParams) << row.message;
    EXPECT_EQ(refused.message, row.message);
  }
  // All authenticated users would manage the node; an object ACE; a descriptor with an owner.
  for (const char* sddl : {"D:(A;;GW;;;AU)", "D:(OA;;CC;bf967aba-0de6-11d0-a285-00aa003049e2;;BU)",
                           "O:BAD:", "", "D:(A;OICI;GX;;;BU)"}) {
    EXPECT_EQ(Refused("access.set", {{"node", "file"}, {"sddl", sddl}}).code, ErrorCode::kInvalidParams)
        << sddl;
  }
  EXPECT_EQ(access_.policy()->version(), 0U);
}

TEST_F(AccessMethods, RevokeRemovesRightsOfOneKindOrBothEvenFromADeletedAccount) {
  Result("access.set", {{"node", "file"}, {"sddl", "D:(D;;GR;;;BU)(A;;GXGR;;;BU)"}});
  EXPECT_EQ(
      Result("access.revoke", {{"account", "BU"}, {"node", "file"}, {"rights", {"see"}}, {"type", "allow"}})
          .at("after"),
      "D:(D;;GR;;;BU)(A;;GX;;;BU)");
  EXPECT_EQ(Result("access.revoke", {{"account", "BU"}, {"node", "file"}}).at("after"), "D:");

  // An ACE whose account has been deleted since.
  access_.Stop();
  std::ofstream(policy_file(), std::ios::binary)
      << R"j({"format": 1, "version": 9, "nodes": {"file": {"sddl": "D:(A;;GX;;;)j" << kStranger
      << R"j()"}}})j";
  access_.Start();
  EXPECT_EQ(Result("access.revoke", {{"account", kStranger}, {"node", "file"}}).at("after"), "D:");
}

TEST_F(AccessMethods, AGrantThatChangesNothingReportsIt) {
  const Json again = Result("access.grant", {{"account", "AU"}, {"node", "file.read"}, {"rights", {"call"}}});
  EXPECT_EQ(again.at("changed"), false);
  EXPECT_EQ(again.at("version"), 0);
  EXPECT_EQ(again.at("before"), again.at("after"));
}

TEST_F(AccessMethods, CheckAnswersForTheCaller) {
  const Json own = Result("access.check", {{"node", "file.read"}}, Who::kOrdinary);
  EXPECT_EQ(own.at("allowed"), true);
  EXPECT_EQ(own.at("approximate"), false);
  EXPECT_EQ(own.at("account").at("sid"), OwnSid());
  EXPECT_EQ(
      Result("access.check", {{"node", "file.read"}, {"right", "manage"}}, Who::kOrdinary).at("allowed"),
      false);
  EXPECT_EQ(Result("access.check", {{"node", "pipe:"}, {"right", "connect"}}).at("allowed"), true);
}

TEST_F(AccessMethods, CheckOfAnotherAccountIsForManagers) {
  const protocol::Error refused =
      Refused("access.check", {{"node", "file.read"}, {"account", "BU"}}, Who::kOrdinary);
  EXPECT_EQ(refused.code, ErrorCode::kAccessDenied);
  EXPECT_EQ(refused.data.at("reason"), "notAManager");
}

bool HasAuthz() {
  try {
    win32::AccessOfAccount(win32::SecurityDescriptor::FromSddl("O:SYG:SYD:"),
                           win32::Sid::FromWellKnown(WinWorldSid));
  } catch (const win32::Win32Error& error) {
    if (error.win32_code() == ERROR_CALL_NOT_IMPLEMENTED) return false;
    throw;
  }
  return true;
}

TEST_F(AccessMethods, CheckOfAnotherAccountReportsThatItIsApproximate) {
  ONBEHALF_SKIP_WITHOUT("Authz", HasAuthz());
  const Json checked = Result("access.check", {{"node", "file.read"}, {"account", OwnSid()}});
  EXPECT_EQ(checked.at("allowed"), true);
  EXPECT_EQ(checked.at("approximate"), true);
  EXPECT_NE(checked.at("note"), "");
}

TEST_F(AccessMethods, CheckOfAnotherAccountFailsClearlyWithoutAuthz) {
  if (HasAuthz()) GTEST_SKIP() << "missing here: a system without Authz";
  try {
    static_cast<void>(Call("access.check", {{"node", "file.read"}, {"account", "BU"}}));
    FAIL() << "answered";
  } catch (const win32::Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_CALL_NOT_IMPLEMENTED));
  }
}

TEST_F(AccessMethods, ExplainNamesTheDecidingEntryAndTheCommand) {
  const Json denied = Result("access.explain", {{"node", "file.read"}, {"right", "manage"}}, Who::kOrdinary);
  EXPECT_EQ(denied.at("allowed"), false);
  EXPECT_EQ(denied.at("deciding"), nullptr);
  EXPECT_EQ(denied.at("advice").get<std::string>().find("onbehalf access grant "), 0U) << denied.at("advice");
  const Json& administrators = denied.at("entries").back();
  EXPECT_EQ(administrators.at("account").at("sid"), "S-1-5-32-544");
  EXPECT_EQ(administrators.at("step"), "denyOnly");
  EXPECT_EQ(administrators.at("via").at("denyOnly"), true);

  const Json allowed = Result("access.explain", {{"node", "file.read"}}, Who::kOrdinary);
  EXPECT_EQ(allowed.at("allowed"), true);
  EXPECT_EQ(allowed.at("entries").at(allowed.at("deciding").get<std::size_t>()).at("step"), "decides");
  EXPECT_EQ(
      allowed.at("advice"),
      "onbehalf access deny " + names_->Display(win32::Token::FromOwnProcess().User()) + " file.read call");

  Result("access.deny", {{"account", OwnSid()}, {"node", "file.read"}, {"rights", {"call"}}});
  const Json refused = Result("access.explain", {{"node", "file.read"}}, Who::kOrdinary);
  EXPECT_EQ(refused.at("allowed"), false);
  EXPECT_EQ(refused.at("entries").at(refused.at("deciding").get<std::size_t>()).at("step"), "denies");
  EXPECT_EQ(refused.at("entries").at(refused.at("deciding").get<std::size_t>()).at("via").at("kind"), "user");
  EXPECT_NE(refused.at("advice").get<std::string>().find(" file.read call --deny"), std::string::npos);
}

TEST_F(AccessMethods, VersionsAreListedComparedAndRestored) {
  Result("access.grant", {{"account", "BU"}, {"node", "file"}, {"rights", {"call"}}});
  Result("access.grant", {{"account", "IU"}, {"node", "print"}, {"rights", {"call"}}});
  const Json history = Result("access.history", Json::object());
  ASSERT_EQ(history.at("versions").size(), 2U);
  EXPECT_EQ(history.at("versions").at(0).at("version"), 2);
  EXPECT_EQ(history.at("versions").at(0).at("current"), true);
  EXPECT_NE(history.at("versions").at(0).at("changedBy").get<std::string>().find(OwnSid()),
            std::string::npos);
  EXPECT_EQ(Result("access.diff", {{"from", 1}}).at("nodes"),
            (Json{{{"node", "print"}, {"before", nullptr}, {"after", "D:(A;;GX;;;IU)"}}}));

  const Json back = Result("access.rollback", {{"to", 1}});
  EXPECT_EQ(back.at("version"), 3);
  EXPECT_EQ(back.at("nodes"), (Json{{{"node", "print"}, {"before", "D:(A;;GX;;;IU)"}, {"after", nullptr}}}));
  EXPECT_EQ(Result("access.rollback", {{"to", 0}}).at("version"), 4);
  EXPECT_TRUE(access_.policy()->document().nodes.empty());
  EXPECT_EQ(Refused("access.history", Json::object(), Who::kOrdinary).code, ErrorCode::kAccessDenied);
  EXPECT_EQ(Refused("access.rollback", {{"to", 1}}, Who::kOrdinary).code, ErrorCode::kInvalidParams);
}

}  // namespace
}  // namespace onbehalf::test
