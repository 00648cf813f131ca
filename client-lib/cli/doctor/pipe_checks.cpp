#include "pipe_checks.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "onbehalf/pipe/client.h"
#include "onbehalf/win32/account_names.h"
#include "server_trust.h"

namespace onbehalf::cli::doctor {
namespace {

// The rights that clients need: read and write with attributes, READ_CONTROL and SYNCHRONIZE; without
// FILE_CREATE_PIPE_INSTANCE (0x4), which is part of GENERIC_WRITE.
constexpr ACCESS_MASK kClientRights = 0x12019b;
// The service's rights: instances, WRITE_DAC and WRITE_OWNER to change the descriptor live, but not DELETE.
constexpr ACCESS_MASK kServiceRights = 0x1e019f;
// With these an account could impersonate the server, open the pipe to others or take it away.
constexpr ACCESS_MASK kServerRights =
    FILE_CREATE_PIPE_INSTANCE | WRITE_DAC | WRITE_OWNER | DELETE | GENERIC_WRITE | GENERIC_ALL;

std::string Hexadecimal(ACCESS_MASK mask) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%lx", static_cast<unsigned long>(mask));
  return text;
}

std::string Words(const win32::AccessEntry& entry, win32::AccountNames& names) {
  return std::string(entry.denies()   ? "deny "
                     : entry.allows() ? "allow "
                                      : "entry for ") +
         names.Display(entry.sid) + " " + Hexadecimal(entry.mask);
}

// Callers without an identity: anonymous logons, Guests, and the Guest account and guests of any domain.
bool IsUnknownCaller(const win32::Sid& sid) {
  if (::IsWellKnownSid(sid.get(), WinAnonymousSid) || ::IsWellKnownSid(sid.get(), WinBuiltinGuestsSid) ||
      ::IsWellKnownSid(sid.get(), WinNullSid)) {
    return true;
  }
  const std::string text = sid.ToString();
  return text.starts_with("S-1-5-21-") && (text.ends_with("-501") || text.ends_with("-514"));
}

// Whether `sid` is denied all access before anything is allowed to anyone.
bool IsRefusedFirst(const std::vector<win32::AccessEntry>& entries, const win32::Sid& sid) {
  for (const win32::AccessEntry& entry : entries) {
    if (entry.allows()) return false;
    if (entry.denies() && entry.sid == sid && (entry.mask & FILE_ALL_ACCESS) == FILE_ALL_ACCESS) return true;
  }
  return false;
}

constexpr char kAdvice[] =
    "Restart the service, which recreates the descriptor; if that does not help, find out who changed it.";

Finding OfDescriptor(Verdict verdict, const std::string& text, const std::string& advice = kAdvice) {
  return {"pipe.descriptor", verdict, text, advice};
}

// The SID to expect as the service's: its own if an entry names it, otherwise the owner.
win32::Sid SidInPlaceOfTheService(const std::vector<win32::AccessEntry>& entries,
                                  const std::optional<win32::Sid>& owner, std::string_view service) {
  const win32::Sid service_sid = win32::Sid::ForService(service);
  const bool named = std::any_of(entries.begin(), entries.end(),
                                 [&](const win32::AccessEntry& entry) { return entry.sid == service_sid; });
  return named ? service_sid : owner.value_or(service_sid);
}

// Checks the owner and the entries that the service writes into every descriptor. `own` is the service's SID.
void JudgeFixedEntries(const std::vector<win32::AccessEntry>& entries, const std::optional<win32::Sid>& owner,
                       const win32::Sid& own, win32::AccountNames& names, Findings& findings) {
  const auto allows = [&](const win32::Sid& sid, ACCESS_MASK mask) {
    return std::any_of(entries.begin(), entries.end(), [&](const win32::AccessEntry& entry) {
      return entry.allows() && entry.sid == sid && entry.mask == mask;
    });
  };
  if (!owner || *owner != own) {
    findings.push_back(OfDescriptor(
        Verdict::kFail, "its owner is " + (owner ? names.Display(*owner) : std::string("not set")) +
                            ", expected " + names.Display(own)));
  }
  for (const WELL_KNOWN_SID_TYPE type : {WinAnonymousSid, WinBuiltinGuestsSid}) {
    const win32::Sid sid = win32::Sid::FromWellKnown(type);
    if (IsRefusedFirst(entries, sid)) continue;
    findings.push_back(
        OfDescriptor(Verdict::kFail, names.Display(sid) + " is not denied before every allow entry"));
  }
  if (!allows(own, kServiceRights)) {
    findings.push_back(OfDescriptor(
        Verdict::kFail, "the service's own entry is missing: allow " + names.Display(own) + " " +
                            Hexadecimal(kServiceRights) + "; it may be unable to create the next instance"));
  }
  if (!allows(win32::Sid::FromWellKnown(WinCreatorOwnerRightsSid), READ_CONTROL)) {
    findings.push_back(
        OfDescriptor(Verdict::kWarn, "its owner's rights are not limited to reading the descriptor"));
  }
}

// Checks the other entries. They follow from the policy and may be for any account, but may only allow
// connecting. Returns the accounts that may connect.
std::string JudgeClients(const std::vector<win32::AccessEntry>& entries, const win32::Sid& own,
                         win32::AccountNames& names, Findings& findings) {
  const win32::Sid owner_rights = win32::Sid::FromWellKnown(WinCreatorOwnerRightsSid);
  std::string clients;
  const auto add = [&](Verdict verdict, const std::string& text) {
    findings.push_back(OfDescriptor(verdict, text));
  };
  for (const win32::AccessEntry& entry : entries) {
    if (entry.denies() || entry.sid == own) continue;
    if (!entry.allows()) {
      add(Verdict::kWarn, "not an entry that the service writes: " + Words(entry, names));
    } else if ((entry.mask & kServerRights) != 0) {
      add(Verdict::kFail,
          Words(entry, names) + ": may create instances of the pipe or change who may use it");
    } else if (IsUnknownCaller(entry.sid)) {
      add(Verdict::kFail, Words(entry, names) + ": not an identifiable account");
    } else if (entry.sid == owner_rights) {
      continue;
    } else if (entry.mask != kClientRights) {
      add(Verdict::kWarn,
          Words(entry, names) + ": expected the rights that clients need, " + Hexadecimal(kClientRights));
    } else {
      clients += (clients.empty() ? "" : ", ") + names.Display(entry.sid);
    }
  }
  if (clients.empty()) {
    findings.push_back(
        OfDescriptor(Verdict::kWarn, "no account may connect",
                     "'onbehalf access show pipe:' shows who may; if no one can reach the service any more, "
                     "run onbehalf-service.exe --reset-access."));
  }
  return clients;
}

// Medium, or with pipe.integrity low. Returns whether it is low.
bool JudgeLabel(const win32::SecurityDescriptor& descriptor, Findings& findings) {
  constexpr ACCESS_MASK kPolicy = SYSTEM_MANDATORY_LABEL_NO_WRITE_UP | SYSTEM_MANDATORY_LABEL_NO_READ_UP;
  const auto label = descriptor.Label();
  const bool keeps_out_lower = label && (label->mask & kPolicy) == kPolicy;
  if (keeps_out_lower && label->sid == win32::Sid::FromWellKnown(WinLowLabelSid)) return true;
  if (keeps_out_lower && label->sid == win32::Sid::FromWellKnown(WinMediumLabelSid)) return false;
  findings.push_back(
      OfDescriptor(Verdict::kWarn,
                   label ? "its mandatory label is not medium or low with no read up and no write up"
                         : "no mandatory label was found: lower integrity may not be kept out",
                   {}));
  return false;
}

}  // namespace

PipeFacts CollectPipeFacts(const client::Options& options) {
  PipeFacts facts;
  facts.path = client::PipePath(options);
  const Answer<pipe::ClientEnd> pipe = Ask([&] {
    pipe::ConnectOptions connect;
    // It is judged below.
    connect.check = pipe::AnyServer();
    return pipe::Connect(facts.path, connect, pipe::Clock::now() + options.connect_timeout);
  });
  if (!pipe) {
    facts.descriptor.code = pipe.code;
    facts.descriptor.why = pipe.why;
    return facts;
  }
  facts.was_opened = true;
  facts.descriptor = Ask([&] {
    return win32::SecurityDescriptor::FromKernelObject(
        pipe->native(), OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                            LABEL_SECURITY_INFORMATION);
  });
  try {
    client::Options as_service = options;
    as_service.trust = client::Trust::kService;
    const client::ServerFacts server = client::FindServerFacts(pipe->native(), as_service);
    facts.process_id = server.process_id;
    facts.distrust = client::CheckIsService(server, options.service);
  } catch (const client::ServerNotTrusted& error) {
    facts.distrust = error.what();
  }
  return facts;
}

Findings JudgePipeDescriptor(const win32::SecurityDescriptor& descriptor, std::string_view service) {
  if (!descriptor.HasDacl()) {
    return {OfDescriptor(Verdict::kFail, "no DACL: everyone has full access to the pipe")};
  }
  Findings findings;
  win32::AccountNames names;
  const std::vector<win32::AccessEntry> entries = descriptor.Dacl();
  const std::optional<win32::Sid> owner = descriptor.Owner();
  const win32::Sid own = SidInPlaceOfTheService(entries, owner, service);
  JudgeFixedEntries(entries, owner, own, names, findings);
  const std::string clients = JudgeClients(entries, own, names, findings);
  if (!descriptor.IsProtected()) {
    findings.push_back(OfDescriptor(Verdict::kWarn, "its DACL is not protected"));
  }
  const bool is_low = JudgeLabel(descriptor, findings);
  if (findings.empty()) {
    findings.push_back(OfDescriptor(
        Verdict::kOk,
        "as expected; may connect: " + clients + (is_low ? ", also at low integrity (pipe.integrity)" : ""),
        {}));
  }
  return findings;
}

Findings JudgePipe(const PipeFacts& facts, std::string_view service) {
  if (!facts.was_opened) {
    const DWORD code = facts.descriptor.code;
    if (code == ERROR_FILE_NOT_FOUND) {
      return {{"pipe.present", Verdict::kFail, facts.path + " does not exist",
               "Start the service; if the settings give the pipe another name, use --pipe NAME."}};
    }
    return {{"pipe.present", Verdict::kFail, facts.path + " cannot be opened: " + facts.descriptor.why,
             code == ERROR_PIPE_BUSY ? "All instances are busy: try again, or with a longer --timeout."
                                     : "Its descriptor denies access to this account."}};
  }
  Findings findings;
  findings.push_back({"pipe.present", Verdict::kOk, facts.path, {}});
  if (facts.distrust) {
    findings.push_back({"pipe.owner", Verdict::kFail, *facts.distrust, {}});
  } else {
    findings.push_back({"pipe.owner",
                        Verdict::kOk,
                        "created by the service, process " + std::to_string(facts.process_id),
                        {}});
  }
  if (!facts.descriptor) {
    findings.push_back(NotAnswered("pipe.descriptor", facts.descriptor.code, facts.descriptor.why));
  } else {
    for (Finding& finding : JudgePipeDescriptor(*facts.descriptor, service))
      findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace onbehalf::cli::doctor
