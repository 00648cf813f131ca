#include "onbehalf/pipe/security.h"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::pipe {
namespace {

static_assert(kClientRights ==
              ((FILE_GENERIC_READ | FILE_GENERIC_WRITE) & ~ACCESS_MASK{FILE_CREATE_PIPE_INSTANCE}));
static_assert(kServerRights ==
              (FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_CREATE_PIPE_INSTANCE | WRITE_DAC | WRITE_OWNER));

// A client that opens with GENERIC_READ asks for FILE_GENERIC_READ, and with GENERIC_WRITE for FILE_GENERIC_WRITE without
// FILE_CREATE_PIPE_INSTANCE: NPFS takes that bit out of a client's request. The attributes are for the read mode.
std::uint32_t Rights(Access access) {
  switch (access) {
    case Access::kRead:
      return FILE_GENERIC_READ | FILE_WRITE_ATTRIBUTES;
    case Access::kWrite:
      return (FILE_GENERIC_WRITE & ~ACCESS_MASK{FILE_CREATE_PIPE_INSTANCE}) | FILE_READ_ATTRIBUTES;
    case Access::kReadWrite:
      break;
  }
  return kClientRights;
}

// What is denied has no right in common with what another entry allows: SYNCHRONIZE and READ_CONTROL are in both.
std::uint32_t DeniedRights(Access access) {
  switch (access) {
    case Access::kRead:
      return FILE_READ_DATA;
    case Access::kWrite:
      return FILE_WRITE_DATA;
    case Access::kReadWrite:
      break;
  }
  return FILE_ALL_ACCESS;
}

std::string Ace(bool allows, std::uint32_t rights, const std::string& sid) {
  std::array<char, 16> mask{};
  std::snprintf(mask.data(), mask.size(), "0x%x", static_cast<unsigned>(rights));
  return std::string(allows ? "(A;;" : "(D;;") + mask.data() + ";;;" + sid + ")";
}

Sid SidOf(std::string_view account) {
  if (const auto sid = Sid::FromNumbers(account)) return *sid;
  win32::AccountNames names;
  if (const auto sid = names.FindSid(account)) return *sid;
  throw std::invalid_argument("there is no account named " + std::string(account));
}

}  // namespace

Security Security::Default() {
  Security security;
  security.Allow(*Sid::FromNumbers("S-1-5-11"));  // authenticated users
  security.Allow(*Sid::FromNumbers("S-1-5-18"));  // SYSTEM
  security.Allow(*Sid::FromNumbers("S-1-5-32-544"));
  return security;
}

Security Security::FromSddl(std::string_view sddl) {
  Security security;
  security.sddl_ = sddl;
  return security;
}

Security Security::FromDescriptor(const win32::SecurityDescriptor& descriptor) {
  Security security;
  security.whole_ = std::make_shared<const win32::SecurityDescriptor>(descriptor);
  return security;
}

Security& Security::Allow(std::string_view account, Access access) { return Allow(SidOf(account), access); }

Security& Security::Deny(std::string_view account, Access access) { return Deny(SidOf(account), access); }

Security& Security::Allow(const Sid& account, Access access) {
  entries_.push_back({true, access, account});
  return *this;
}

Security& Security::Deny(const Sid& account, Access access) {
  entries_.push_back({false, access, account});
  return *this;
}

Security& Security::DenyNetworkLogons() { return Deny(*Sid::FromNumbers("S-1-5-2")); }

Security& Security::AllowLowIntegrity() {
  low_integrity_ = true;
  return *this;
}

Security& Security::OwnedByService(std::string_view name) {
  owner_ = Sid::ForService(name);
  return *this;
}

win32::SecurityDescriptor Security::Build() const {
  if (whole_ || !sddl_.empty()) {
    win32::SecurityDescriptor descriptor = whole_ ? *whole_ : win32::SecurityDescriptor::FromSddl(sddl_);
    if (!descriptor.Owner() || !descriptor.HasDacl()) {
      throw std::invalid_argument("a pipe's security descriptor needs an owner and a DACL");
    }
    return descriptor;
  }
  const std::string owner = (owner_ ? *owner_ : win32::Token::FromOwnProcess().User()).ToString();
  std::string sddl = "O:" + owner + "G:SYD:P";
  // Anonymous and guest logons are always denied, whatever groups they are in.
  sddl += "(D;;FA;;;AN)(D;;FA;;;BG)";
  for (const Entry& entry : entries_) {
    if (!entry.allows) sddl += Ace(false, DeniedRights(entry.access), entry.sid.ToString());
  }
  sddl += Ace(true, kServerRights, owner);
  // The owner gets READ_CONTROL and nothing more: without this entry ownership would imply WRITE_DAC.
  sddl += "(A;;RC;;;OW)";
  for (const Entry& entry : entries_) {
    if (entry.allows) sddl += Ace(true, Rights(entry.access), entry.sid.ToString());
  }
  // No write-up and no read-up from below the label's integrity.
  sddl += low_integrity_ ? "S:(ML;;NWNR;;;LW)" : "S:(ML;;NWNR;;;ME)";
  return win32::SecurityDescriptor::FromSddl(sddl);
}

}  // namespace onbehalf::pipe
