// The pipe's descriptor for app containers and processes of low integrity.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_policy.h"
#include "access/access_rights.h"
#include "access/policy_reading.h"
#include "onbehalf/pipe/anchor.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "pipe/pipe_descriptor.h"

namespace onbehalf::service {
namespace {

using win32::SecurityDescriptor;
using win32::Sid;

// "allow 0x12019b S-1-5-11" for each entry of the DACL.
std::vector<std::string> EntriesOf(const SecurityDescriptor& descriptor) {
  std::vector<std::string> texts;
  for (const win32::AccessEntry& entry : descriptor.Dacl()) {
    texts.push_back((entry.denies() ? "deny " : "allow ") + MaskText(entry.mask) + " " +
                    entry.sid.ToString());
  }
  return texts;
}

TEST(SandboxedClients, OfThePackagesOfTheSettingsHaveAnEntryWhateverThePolicySays) {
  const Sid owner = PipeOwner({});
  const std::string package = "S-1-15-2-1-2-3-4-5-6-7";
  PolicyDocument document;
  document.nodes.emplace(
      "pipe:",
      std::get<PolicyNode>(ParseNode(
          "pipe:",
          "D:(D;;GX;;;S-1-5-21-1-2-3-9)(A;;GX;;;AU)(A;;GX;;;S-1-15-2-9-2-3-4-5-6-7)(A;;GX;;;S-1-15-3-1)")));
  const AccessPolicy policy = AccessPolicy::Compile(std::move(document), {}, {*Sid::FromString(package)});
  const SecurityDescriptor descriptor = PipeDescriptor({}, owner, policy);
  EXPECT_EQ(EntriesOf(descriptor),
            (std::vector<std::string>{
                "deny 0x1f01ff S-1-5-7", "deny 0x1f01ff S-1-5-32-546", "deny 0x12019b S-1-5-21-1-2-3-9",
                "allow 0x1e019f " + owner.ToString(), "allow 0x20000 S-1-3-4", "allow 0x12019b " + package,
                "allow 0x12019b S-1-5-11", "allow 0x12019b S-1-5-18", "allow 0x12019b S-1-5-32-544"}));
  // The label stays: Windows overlooks the low integrity of an app container.
  ASSERT_TRUE(descriptor.Label());
  EXPECT_EQ(descriptor.Label()->sid.ToString(), "S-1-16-8192");
  EXPECT_TRUE(pipe::GrantsServerRights(descriptor));
}

TEST(SandboxedClients, HaveNoEntryByDefaultWhateverThePolicySays) {
  PolicyDocument document;
  for (const auto& [node, sddl] :
       {std::pair<const char*, const char*>{"/", "D:(A;;GA;;;SY)(A;;GA;;;BA)(A;;GX;;;S-1-15-2-2)"},
        {"pipe:", "D:(A;;GX;;;AU)(A;;GX;;;S-1-15-2-1)"}}) {
    document.nodes.emplace(node, std::get<PolicyNode>(ParseNode(node, sddl)));
  }
  const AccessPolicy policy = AccessPolicy::Compile(std::move(document), {});
  for (const std::string& entry : EntriesOf(PipeDescriptor({}, PipeOwner({}), policy)))
    EXPECT_EQ(entry.find("S-1-15-"), std::string::npos) << entry;
}

TEST(SandboxedClients, OfLowIntegrityNeedAnotherLabel) {
  Settings::Pipe settings;
  settings.integrity = PipeIntegrity::kLow;
  const AccessPolicy policy = AccessPolicy::Compile({}, {});
  const SecurityDescriptor low = PipeDescriptor(settings, PipeOwner({}), policy);
  const SecurityDescriptor medium = PipeDescriptor({}, PipeOwner({}), policy);
  ASSERT_TRUE(low.Label() && medium.Label());
  EXPECT_EQ(low.Label()->sid.ToString(), "S-1-16-4096");
  // Nothing may be read or written from below low either.
  EXPECT_EQ(low.Label()->mask, medium.Label()->mask);
  EXPECT_EQ(EntriesOf(low), EntriesOf(medium));
}

TEST(SandboxedClients, AreShownAtThePipesNode) {
  const Sid package = *Sid::FromString("S-1-15-2-1-2-3-4-5-6-7");
  const AccessPolicy policy = AccessPolicy::Compile({}, {}, {package});
  const auto& entries = policy.Find(kPipeNode)->entries;
  ASSERT_GE(entries.size(), 3u);
  EXPECT_EQ(entries[2].node, "");
  EXPECT_EQ(entries[2].entry, (win32::AccessEntry{ACCESS_ALLOWED_ACE_TYPE, 0, kCall, package}));
  for (const EffectiveEntry& entry : policy.Find(kRootNode)->entries) EXPECT_NE(entry.entry.sid, package);
}

}  // namespace
}  // namespace onbehalf::service
