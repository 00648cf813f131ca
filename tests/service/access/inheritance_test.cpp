// Which ACE wins: each row states by hand who gets what at file.write, or another node, and which ACE
// decides. Windows is asked twice, with the policy's descriptor and with one that is built here from the
// row's text.

#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_policy.h"
#include "access/explanation.h"
#include "access/node_sddl.h"
#include "access/policy_checks.h"
#include "access/policy_reading.h"
#include "callers.h"
#include "onbehalf/win32/security_descriptor.h"
#include "support/platform_probe.h"

namespace onbehalf::test {
namespace {

using service::AccessPolicy;
using service::EffectiveNode;
using service::Explanation;
using service::MethodRegistry;
using service::PolicyDocument;
using service::PolicyFault;
using service::PolicyNode;
using win32::SecurityDescriptor;

// What a platform must support for a row to come out as on Windows.
enum class Needs {
  kNothing,
  kDenyOnlyGroups,
  kDenyOnlyUser,
  kDenyAfterAllow,
  kRestrictingSids,
  kSystem,
  kSystemAndOwnerRights
};

constexpr ACCESS_MASK kCall = 0x1;
constexpr ACCESS_MASK kSee = 0x20002;
constexpr ACCESS_MASK kManage = 0x40000;
constexpr ACCESS_MASK kAll = 0x60003;

// In the texts {U} is the account that the tests run as, {X} one that does not exist. nullptr: the document
// does not name the node. The methods' defaults: file.write D:, file.read D:(A;;GXGR;;;AU).
struct Row {
  const char* name;
  const char* root;
  const char* space;  // file
  const char* method;
  Who who;
  ACCESS_MASK right;
  bool allowed;
  const char* decided_at;  // the node and the ACE that decide; "" for none
  const char* decided_by;
  Needs needs = Needs::kNothing;
  const char* node = "file.write";
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

constexpr auto kAdmin = Who::kAdministrator;
constexpr auto kUser = Who::kOrdinary;
constexpr const char* kRead = "file.read";

// A root that grants something to others: administrators always remain in it.
#define ROOT(entries) "D:" entries "(A;;GA;;;BA)"

constexpr Row kRows[] = {
    // No level is named: the built-in ACEs.
    {"AdministratorsHaveTheRoot", nullptr, nullptr, nullptr, kAdmin, kCall, true, "/", "(A;;GA;;;BA)"},
    {"AdministratorsSeeByTheRoot", nullptr, nullptr, nullptr, kAdmin, kSee, true, "/", "(A;;GA;;;BA)"},
    {"AdministratorsManageByTheRoot", nullptr, nullptr, nullptr, kAdmin, kManage, true, "/", "(A;;GA;;;BA)"},
    {"OthersHaveNothing", nullptr, nullptr, nullptr, kUser, kCall, false, "", ""},
    {"OthersHaveTheMethodsDefault", nullptr, nullptr, nullptr, kUser, kCall, true, "file.read",
     "(A;;GXGR;;;AU)", Needs::kNothing, kRead},
    {"ADefaultGivesNoMoreThanItSays", nullptr, nullptr, nullptr, kUser, kManage, false, "", "",
     Needs::kNothing, kRead},
    {"AnIdentifiedCallerIsChecked", nullptr, nullptr, nullptr, Who::kIdentified, kCall, true, "/",
     "(A;;GA;;;BA)"},

    // One level names the caller.
    {"MethodAllowsTheAccount", nullptr, nullptr, "D:(A;;GX;;;{U})", kUser, kCall, true, "file.write",
     "(A;;GX;;;{U})"},
    {"MethodAllowsAGroup", nullptr, nullptr, "D:(A;;GX;;;AU)", kUser, kCall, true, "file.write",
     "(A;;GX;;;AU)"},
    {"MethodAllowsSomebodyElse", nullptr, nullptr, "D:(A;;GX;;;{X})", kUser, kCall, false, "", ""},
    {"MethodDeniesTheAccount", nullptr, nullptr, "D:(D;;GX;;;{U})", kAdmin, kCall, false, "file.write",
     "(D;;GX;;;{U})"},
    {"MethodDeniesAGroup", nullptr, nullptr, "D:(D;;GX;;;AU)", kAdmin, kCall, false, "file.write",
     "(D;;GX;;;AU)"},
    {"MethodDeniesSomebodyElse", nullptr, nullptr, "D:(D;;GX;;;{X})", kAdmin, kCall, true, "/",
     "(A;;GA;;;BA)"},
    {"NamespaceAllows", nullptr, "D:(A;;GX;;;AU)", nullptr, kUser, kCall, true, "file", "(A;;GX;;;AU)"},
    {"NamespaceAllowsSomebodyElse", nullptr, "D:(A;;GX;;;{X})", nullptr, kUser, kCall, false, "", ""},
    {"NamespaceDenies", nullptr, "D:(D;;GX;;;AU)", nullptr, kAdmin, kCall, false, "file", "(D;;GX;;;AU)"},
    {"RootAllows", ROOT("(A;;GX;;;AU)"), nullptr, nullptr, kUser, kCall, true, "/", "(A;;GX;;;AU)"},
    {"RootDenies", ROOT("(D;;GX;;;AU)"), nullptr, nullptr, kAdmin, kCall, false, "/", "(D;;GX;;;AU)"},
    {"TheNamespaceItselfHasItsEntries", nullptr, "D:(A;;GR;;;AU)", "D:(D;;GR;;;AU)", kUser, kSee, true,
     "file", "(A;;GR;;;AU)", Needs::kNothing, "file"},
    {"ThePipeIsOpenToWhoeverHasAuthenticated", nullptr, nullptr, nullptr, kUser, kCall, true,
     "pipe:", "(A;;GX;;;AU)", Needs::kNothing, "pipe:"},
    {"ThePipeInheritsFromTheRoot", nullptr, nullptr, nullptr, kAdmin, kManage, true, "/", "(A;;GA;;;BA)",
     Needs::kNothing, "pipe:"},

    // The nearer level wins.
    {"MethodAllowBeforeNamespaceDeny", nullptr, "D:(D;;GX;;;AU)", "D:(A;;GX;;;{U})", kUser, kCall, true,
     "file.write", "(A;;GX;;;{U})"},
    {"MethodAllowBeforeRootDeny", ROOT("(D;;GX;;;AU)"), nullptr, "D:(A;;GX;;;{U})", kUser, kCall, true,
     "file.write", "(A;;GX;;;{U})"},
    {"NamespaceAllowBeforeRootDeny", ROOT("(D;;GX;;;{U})"), "D:(A;;GX;;;AU)", nullptr, kUser, kCall, true,
     "file", "(A;;GX;;;AU)"},
    {"MethodDenyBeforeNamespaceAllow", nullptr, "D:(A;;GX;;;{U})", "D:(D;;GX;;;AU)", kUser, kCall, false,
     "file.write", "(D;;GX;;;AU)"},
    {"MethodDenyBeforeRootAllow", nullptr, nullptr, "D:(D;;GX;;;BA)", kAdmin, kCall, false, "file.write",
     "(D;;GX;;;BA)"},
    {"NamespaceDenyBeforeRootAllow", nullptr, "D:(D;;GX;;;BA)", nullptr, kAdmin, kCall, false, "file",
     "(D;;GX;;;BA)"},
    {"AllThreeLevelsTheNearestAllows", ROOT("(D;;GX;;;AU)"), "D:(D;;GX;;;AU)", "D:(A;;GX;;;AU)", kUser, kCall,
     true, "file.write", "(A;;GX;;;AU)"},
    {"AllThreeLevelsTheNearestDenies", ROOT("(A;;GX;;;AU)"), "D:(A;;GX;;;AU)", "D:(D;;GX;;;{U})", kUser,
     kCall, false, "file.write", "(D;;GX;;;{U})"},
    {"ADefaultsAllowBeforeNamespaceDeny", nullptr, "D:(D;;GX;;;AU)", nullptr, kUser, kCall, true, "file.read",
     "(A;;GXGR;;;AU)", Needs::kNothing, kRead},
    {"ADefaultsAllowBeforeRootDeny", ROOT("(D;;GX;;;AU)"), nullptr, nullptr, kUser, kCall, true, "file.read",
     "(A;;GXGR;;;AU)", Needs::kNothing, kRead},

    // Deny before allow within a level, in whatever order they were written.
    {"MethodDenyBeforeItsAllow", nullptr, nullptr, "D:(D;;GX;;;{U})(A;;GX;;;AU)", kUser, kCall, false,
     "file.write", "(D;;GX;;;{U})"},
    {"MethodDenyWrittenAfterItsAllow", nullptr, nullptr, "D:(A;;GX;;;AU)(D;;GX;;;{U})", kUser, kCall, false,
     "file.write", "(D;;GX;;;{U})"},
    {"NamespaceDenyWrittenAfterItsAllow", nullptr, "D:(A;;GX;;;{U})(D;;GX;;;AU)", nullptr, kUser, kCall,
     false, "file", "(D;;GX;;;AU)"},
    {"RootDenyWrittenAfterItsAllow", "D:(A;;GA;;;BA)(A;;GX;;;AU)(D;;GX;;;{U})", nullptr, nullptr, kUser,
     kCall, false, "/", "(D;;GX;;;{U})"},
    {"ADenyOfAnotherRightIsPassed", nullptr, nullptr, "D:(D;;GR;;;AU)(A;;GX;;;AU)", kUser, kCall, true,
     "file.write", "(A;;GX;;;AU)"},
    {"ADenyOfThisRightOnlyTakesThisRight", nullptr, nullptr, "D:(D;;GX;;;AU)(A;;GXGR;;;AU)", kUser, kSee,
     true, "file.write", "(A;;GXGR;;;AU)"},
    {"ADenyForSomebodyElseIsPassed", nullptr, nullptr, "D:(D;;GX;;;{X})(A;;GX;;;AU)", kUser, kCall, true,
     "file.write", "(A;;GX;;;AU)"},
    {"TheFirstOfTwoAllowsDecides", nullptr, nullptr, "D:(A;;GX;;;{U})(A;;GX;;;AU)", kUser, kCall, true,
     "file.write", "(A;;GX;;;{U})"},
    {"TheFirstOfTwoDeniesDecides", nullptr, nullptr, "D:(D;;GX;;;AU)(D;;GX;;;{U})", kUser, kCall, false,
     "file.write", "(D;;GX;;;AU)"},

    // Protected nodes inherit nothing.
    {"ProtectedMethodKeepsAdministratorsOut", nullptr, nullptr, "D:P", kAdmin, kCall, false, "", ""},
    {"ProtectedNamespaceKeepsAdministratorsOut", nullptr, "D:P", nullptr, kAdmin, kCall, false, "", ""},
    {"ProtectedNamespaceKeepsTheRootFromItsMethods", nullptr, "D:P(A;;GX;;;{X})", "D:", kAdmin, kCall, false,
     "", ""},
    {"ProtectedMethodHasItsOwnEntries", nullptr, nullptr, "D:P(A;;GX;;;{U})", kUser, kCall, true,
     "file.write", "(A;;GX;;;{U})"},
    {"ProtectedMethodForSomebodyElse", nullptr, nullptr, "D:P(A;;GX;;;{X})", kAdmin, kCall, false, "", ""},
    {"ProtectedMethodCutsNamespaceDeny", nullptr, "D:(D;;GX;;;AU)", "D:P(A;;GX;;;AU)", kUser, kCall, true,
     "file.write", "(A;;GX;;;AU)"},
    {"ProtectedMethodCutsNamespaceAllow", nullptr, "D:(A;;GX;;;AU)", "D:P(A;;GX;;;{X})", kUser, kCall, false,
     "", ""},
    {"ProtectedMethodCutsTheRootToo", ROOT("(A;;GX;;;AU)"), nullptr, "D:P(A;;GX;;;{X})", kUser, kCall, false,
     "", ""},
    {"ProtectedNamespaceCutsRootDeny", ROOT("(D;;GX;;;AU)"), "D:P(A;;GX;;;AU)", nullptr, kUser, kCall, true,
     "file", "(A;;GX;;;AU)"},
    {"ProtectedNamespaceCutsRootAllow", ROOT("(A;;GX;;;AU)"), "D:P", nullptr, kUser, kCall, false, "", ""},
    {"MethodUnderAProtectedNamespace", ROOT("(D;;GX;;;AU)"), "D:P", "D:(A;;GX;;;AU)", kUser, kCall, true,
     "file.write", "(A;;GX;;;AU)"},
    {"DenyOfAProtectedNode", nullptr, nullptr, "D:P(D;;GX;;;{U})(A;;GX;;;AU)", kUser, kCall, false,
     "file.write", "(D;;GX;;;{U})"},
    {"ProtectedRootIsARoot", "D:P(A;;GX;;;AU)(A;;GA;;;BA)", nullptr, nullptr, kUser, kCall, true, "/",
     "(A;;GX;;;AU)"},
    {"ADefaultUnderAProtectedNamespace", nullptr, "D:P", nullptr, kUser, kCall, true, "file.read",
     "(A;;GXGR;;;AU)", Needs::kNothing, kRead},
    {"ThePipesDefaultDoesNotShowIt", nullptr, nullptr, nullptr, kUser, kSee, false, "", "", Needs::kNothing,
     "pipe:"},

    // A named node no longer has its default, even if it has no ACE.
    {"EmptyDaclInherits", nullptr, nullptr, "D:", kAdmin, kCall, true, "/", "(A;;GA;;;BA)"},
    {"EmptyDaclGivesNothing", nullptr, "D:", "D:", kUser, kCall, false, "", ""},

    // Rights.
    {"AllGivesCall", nullptr, nullptr, "D:(A;;GA;;;{U})", kUser, kCall, true, "file.write", "(A;;GA;;;{U})"},
    {"AllGivesSee", nullptr, nullptr, "D:(A;;GA;;;{U})", kUser, kSee, true, "file.write", "(A;;GA;;;{U})"},
    {"AllGivesManage", nullptr, nullptr, "D:(A;;GA;;;{U})", kUser, kManage, true, "file.write",
     "(A;;GA;;;{U})"},
    {"CallIsNotSee", nullptr, nullptr, "D:(A;;GX;;;AU)", kUser, kSee, false, "", ""},
    {"SeeIsNotCall", nullptr, nullptr, "D:(A;;GR;;;AU)", kUser, kCall, false, "", ""},
    {"ManageIsNotCall", nullptr, nullptr, "D:(A;;GW;;;{U})", kUser, kCall, false, "", ""},
    {"ManageIsNotSee", nullptr, nullptr, "D:(A;;GW;;;{U})", kUser, kSee, false, "", ""},
    {"ManageIsGivenByItself", nullptr, nullptr, "D:(A;;GW;;;{U})", kUser, kManage, true, "file.write",
     "(A;;GW;;;{U})"},
    {"HexadecimalRights", nullptr, nullptr, "D:(A;;0x1;;;{U})", kUser, kCall, true, "file.write",
     "(A;;GX;;;{U})"},
    {"DirectoryWordForTheSameBit", nullptr, nullptr, "D:(A;;CC;;;{U})", kUser, kCall, true, "file.write",
     "(A;;GX;;;{U})"},
    {"SeeInTwoHalves", nullptr, "D:(A;;RC;;;{U})", "D:(A;;0x2;;;{U})", kUser, kSee, true, "file",
     "(A;;0x20000;;;{U})"},
    {"HalfOfSeeIsNone", nullptr, nullptr, "D:(A;;0x2;;;{U})", kUser, kSee, false, "", ""},
    {"DenyOfHalfOfSee", nullptr, nullptr, "D:(D;;0x2;;;{U})(A;;GR;;;AU)", kUser, kSee, false, "file.write",
     "(D;;0x2;;;{U})"},
    {"DenyOfTheHalfThatIsGivenAlready", nullptr, "D:(D;;0x2;;;AU)(A;;RC;;;AU)", "D:(A;;0x2;;;AU)", kUser,
     kSee, true, "file", "(A;;0x20000;;;AU)", Needs::kDenyAfterAllow},
    {"DenyOfAllTakesWhatIsNotGivenYet", nullptr, "D:(D;;GA;;;AU)", "D:(A;;GX;;;AU)", kUser, kSee, false,
     "file", "(D;;GA;;;AU)"},
    {"DenyOfAllLeavesWhatIsGiven", nullptr, "D:(D;;GA;;;AU)", "D:(A;;GX;;;AU)", kUser, kCall, true,
     "file.write", "(A;;GX;;;AU)"},
    {"AllRightsTogetherFromTwoLevels", nullptr, "D:(A;;GW;;;{U})", "D:(A;;GXGR;;;AU)", kUser, kAll, true,
     "file", "(A;;GW;;;{U})"},
    {"AllRightsTogetherAndOneIsMissing", nullptr, "D:(A;;GR;;;{U})", "D:(A;;GX;;;AU)", kUser, kAll, false, "",
     ""},

    // Deny-only groups.
    {"DenyOnlyGroupIsGivenNothing", nullptr, nullptr, "D:(A;;GX;;;BA)", kUser, kCall, false, "", ""},
    {"DenyOnlyGroupIsDenied", nullptr, nullptr, "D:(D;;GX;;;BA)(A;;GX;;;AU)", kUser, kCall, false,
     "file.write", "(D;;GX;;;BA)", Needs::kDenyOnlyGroups},
    {"DenyOnlyGroupIsDeniedByTheNamespace", ROOT("(A;;GX;;;AU)"), "D:(D;;GX;;;BA)", nullptr, kUser, kCall,
     false, "file", "(D;;GX;;;BA)", Needs::kDenyOnlyGroups},
    {"DenyOnlyGroupAfterAnAllow", nullptr, "D:(D;;GX;;;BA)", "D:(A;;GX;;;AU)", kUser, kCall, true,
     "file.write", "(A;;GX;;;AU)"},
    {"DenyOnlyGroupDeniedAnotherRight", nullptr, nullptr, "D:(D;;GR;;;BA)(A;;GX;;;AU)", kUser, kCall, true,
     "file.write", "(A;;GX;;;AU)"},
    {"DenyOnlyUserIsGivenNothing", nullptr, nullptr, "D:P(A;;GX;;;{U})", Who::kDenyOnlyUser, kCall, false, "",
     "", Needs::kDenyOnlyUser},
    {"DenyOnlyUserIsDenied", nullptr, nullptr, "D:(D;;GX;;;{U})(A;;GX;;;AU)", Who::kDenyOnlyUser, kCall,
     false, "file.write", "(D;;GX;;;{U})", Needs::kDenyOnlyUser},
    {"DenyOnlyUserHasItsGroups", nullptr, nullptr, "D:(A;;GX;;;AU)", Who::kDenyOnlyUser, kCall, true,
     "file.write", "(A;;GX;;;AU)", Needs::kDenyOnlyUser},

    // OWNER RIGHTS apply to the owner, which is SYSTEM; without an ACE for them the owner has WRITE_DAC and
    // READ_CONTROL.
    {"OwnerRightsGiveOthersNothing", nullptr, nullptr, "D:(A;;GX;;;OW)", kUser, kCall, false, "", ""},
    {"OwnerRightsDenyOthersNothing", nullptr, nullptr, "D:(D;;GX;;;OW)(A;;GX;;;AU)", kUser, kCall, true,
     "file.write", "(A;;GX;;;AU)"},
    {"OwnerManagesWithoutAnEntry", nullptr, nullptr, "D:P", Who::kSystem, kManage, true, "", "",
     Needs::kSystem},
    {"OwnerManagesAlthoughDenied", nullptr, nullptr, "D:P(D;;GA;;;SY)", Who::kSystem, kManage, true, "", "",
     Needs::kSystem},
    {"OwnerDoesNotCallWithoutAnEntry", nullptr, nullptr, "D:P", Who::kSystem, kCall, false, "", "",
     Needs::kSystem},
    {"OwnerNeedsOnlyTheOtherHalfOfSee", nullptr, nullptr, "D:P(A;;0x2;;;SY)", Who::kSystem, kSee, true,
     "file.write", "(A;;0x2;;;SY)", Needs::kSystem},
    {"OwnerRightsTakeManageFromTheOwner", nullptr, nullptr, "D:P(A;;GR;;;OW)", Who::kSystem, kManage, false,
     "", "", Needs::kSystemAndOwnerRights},
    {"OwnerRightsGiveTheOwnerCall", nullptr, nullptr, "D:P(A;;GX;;;OW)", Who::kSystem, kCall, true,
     "file.write", "(A;;GX;;;OW)", Needs::kSystemAndOwnerRights},
    {"OwnerRightsDenyTheOwner", nullptr, nullptr, "D:P(D;;GX;;;OW)(A;;GX;;;SY)", Who::kSystem, kCall, false,
     "file.write", "(D;;GX;;;OW)", Needs::kSystemAndOwnerRights},
    {"SystemHasTheRoot", nullptr, nullptr, nullptr, Who::kSystem, kCall, true, "/", "(A;;GA;;;SY)",
     Needs::kSystem},

    // A restricted token needs the right from both its lists.
    {"RestrictingSidsAreNotGivenIt", nullptr, nullptr, "D:P(A;;GX;;;{U})", Who::kRestricted, kCall, false, "",
     "", Needs::kRestrictingSids},
    {"RestrictingSidsAreGivenItToo", nullptr, nullptr, "D:P(A;;GX;;;{U})(A;;GX;;;WD)", Who::kRestricted,
     kCall, true, "file.write", "(A;;GX;;;{U})", Needs::kRestrictingSids},
    {"RestrictingSidsAreDenied", nullptr, "D:(D;;GX;;;WD)", "D:(A;;GX;;;{U})", Who::kRestricted, kCall, false,
     "file", "(D;;GX;;;WD)", Needs::kRestrictingSids},
    {"RestrictingSidsAloneGiveNothing", nullptr, nullptr, "D:P(D;;GX;;;{U})(A;;GX;;;WD)", Who::kRestricted,
     kCall, false, "file.write", "(D;;GX;;;{U})"},
};
static_assert(std::size(kRows) >= 60);

std::string Filled(std::string text) {
  for (const auto& [mark, sid] :
       {std::pair<std::string, std::string>{"{U}", OwnSid()}, {"{X}", std::string(kStranger)}}) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
      text.replace(at, mark.size(), sid);
  }
  return text;
}

// ---- The descriptor as one would write it by hand ----

// AccessCheck ignores generic rights in ACEs: they must be mapped when a descriptor is made.
std::string InNumbers(std::string entry) {
  const std::pair<const char*, ACCESS_MASK> words[] = {{"GA", kAll},    {"GX", kCall}, {"GR", kSee},
                                                       {"GW", kManage}, {"CC", kCall}, {"RC", READ_CONTROL}};
  const std::size_t begin = entry.find(";;") + 2;
  const std::size_t end = entry.find(";;;", begin);
  const std::string rights = entry.substr(begin, end - begin);
  if (rights.starts_with("0x")) return entry;
  ACCESS_MASK mask = 0;
  for (std::size_t i = 0; i < rights.size(); i += 2) {
    for (const auto& [word, value] : words) mask |= rights.compare(i, 2, word) == 0 ? value : 0;
  }
  return entry.replace(begin, end - begin, std::to_string(mask));
}

std::string Entries(const std::string& sddl, char type) {
  std::string entries;
  for (auto at = sddl.find('('); at != std::string::npos; at = sddl.find('(', at + 1)) {
    if (sddl[at + 1] == type) entries += InNumbers(sddl.substr(at, sddl.find(')', at) + 1 - at));
  }
  return entries;
}

std::string WrittenDown(const Row& row) {
  const std::string node = row.node;
  const auto or_default = [](const char* named, const char* standing) {
    return Filled(named == nullptr ? standing : named);
  };
  std::vector<std::string> levels;
  if (node == "file.write") levels.push_back(or_default(row.method, "D:"));
  if (node == "file.read") levels.push_back("D:(A;;GXGR;;;AU)");
  if (node.starts_with("file")) levels.push_back(or_default(row.space, "D:"));
  if (node == "pipe:") levels.push_back("D:(A;;GX;;;AU)");
  levels.push_back(or_default(row.root, "D:(A;;GA;;;SY)(A;;GA;;;BA)"));
  std::string merged = "O:SYG:SYD:P(D;;0x60003;;;AN)(D;;0x60003;;;BG)";
  for (const std::string& level : levels) {
    merged += Entries(level, 'D') + Entries(level, 'A');
    if (level.starts_with("D:P")) break;
  }
  return merged;
}

// Of several rights that are requested at once, one is granted before an ACE denies it.
bool DenyAfterAllowIsPassed() {
  const auto descriptor = SecurityDescriptor::FromSddl("O:SYG:SYD:P(A;;0x1;;;WD)(D;;0x1;;;WD)(A;;0x2;;;WD)");
  return win32::CheckAccess(descriptor, Caller(Who::kOrdinary)->token(), 0x3, service::kAccessMapping)
      .allowed;
}

// ---- The policy ----

AccessPolicy PolicyOf(const Row& row) {
  PolicyDocument document;
  const std::pair<const char*, const char*> named[] = {
      {"/", row.root}, {"file", row.space}, {"file.write", row.method}};
  for (const auto& [name, sddl] : named) {
    if (sddl == nullptr) continue;
    auto parsed = service::ParseNode(name, Filled(sddl));
    if (const auto* faults = std::get_if<std::vector<PolicyFault>>(&parsed)) {
      ADD_FAILURE() << service::Describe(faults->front());
      continue;
    }
    document.nodes.emplace(name, std::get<PolicyNode>(std::move(parsed)));
  }
  EXPECT_TRUE(service::FindFaults(document).empty());
  MethodRegistry methods;
  methods.Add(MethodWithDefault("file.write", "D:"));
  methods.Add(MethodWithDefault("file.read", "D:(A;;GXGR;;;AU)"));
  return AccessPolicy::Compile(std::move(document), methods);
}

class Inheritance : public testing::TestWithParam<Row> {};

TEST_P(Inheritance, DecidesAsWindowsDoes) {
  const Row& row = GetParam();
  const auto caller = Caller(row.who);
  switch (row.needs) {
    case Needs::kNothing:
      break;
    case Needs::kDenyOnlyGroups:
      ONBEHALF_SKIP_WITHOUT("AccessCheck that lets a deny entry hit a deny-only group",
                            DenyOnlyGroupsAreDenied());
      break;
    case Needs::kDenyOnlyUser:
      ONBEHALF_SKIP_WITHOUT("CreateRestrictedToken that makes the account itself deny-only",
                            UserCanBeDenyOnly());
      ONBEHALF_SKIP_WITHOUT("AccessCheck that lets a deny entry hit a deny-only group",
                            DenyOnlyGroupsAreDenied());
      break;
    case Needs::kDenyAfterAllow:
      ONBEHALF_SKIP_WITHOUT("AccessCheck that passes a deny entry for a bit that is given already",
                            DenyAfterAllowIsPassed());
      break;
    case Needs::kRestrictingSids:
      ONBEHALF_SKIP_WITHOUT("AccessCheck that asks restricting SIDs", RestrictingSidsAreHonoured());
      break;
    case Needs::kSystem:
    case Needs::kSystemAndOwnerRights:
      ONBEHALF_SKIP_WITHOUT("a process of SYSTEM whose token can be opened", caller != nullptr);
      break;
  }
  if (row.needs == Needs::kSystemAndOwnerRights) {
    ONBEHALF_SKIP_WITHOUT("AccessCheck that knows OWNER RIGHTS", OwnerRightsAreHonoured());
  }

  const std::string written = WrittenDown(row);
  const auto alone = SecurityDescriptor::FromSddl(written);
  EXPECT_EQ(win32::CheckAccess(alone, caller->token(), row.right, service::kAccessMapping).allowed,
            row.allowed)
      << written;

  const AccessPolicy policy = PolicyOf(row);
  const EffectiveNode* node = policy.Find(row.node);
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(policy.Descriptor(*node).Dacl(), alone.Dacl()) << policy.Descriptor(*node).ToSddl() << "\n"
                                                           << written;
  EXPECT_EQ((policy.Granted(*node, *caller) & row.right) == row.right, row.allowed);

  const Explanation explanation = service::Explain(policy, *node, *caller, row.right);
  EXPECT_EQ(explanation.allowed, row.allowed);
  EXPECT_EQ(explanation.asked, row.right);
  ASSERT_EQ(explanation.entries.size(), node->entries.size());
  if (*row.decided_by == '\0') {
    EXPECT_FALSE(explanation.deciding) << service::ToSddl(explanation.entries[*explanation.deciding].entry);
    // Only the lack of an ACE, or the note, explains it.
    EXPECT_EQ(explanation.note.empty(), !row.allowed && row.who != Who::kRestricted) << explanation.note;
    return;
  }
  ASSERT_TRUE(explanation.deciding);
  const auto& decided = explanation.entries[*explanation.deciding];
  EXPECT_EQ(decided.node, row.decided_at);
  EXPECT_EQ(service::ToSddl(decided.entry), Filled(row.decided_by));
  EXPECT_EQ(decided.step, row.allowed ? service::Step::kDecides : service::Step::kDenies);
  EXPECT_TRUE(decided.via);
  EXPECT_EQ(explanation.note.empty(), !explanation.restricted_refused) << explanation.note;
}

INSTANTIATE_TEST_SUITE_P(Rows, Inheritance, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace onbehalf::test
