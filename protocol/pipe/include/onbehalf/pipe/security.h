// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/sid.h"

namespace onbehalf::win32 {
class SecurityDescriptor;
}

namespace onbehalf::pipe {

using win32::Sid;

// What a client may do with the pipe. A pipe is opened with what its direction needs: duplex with both.
enum class Access { kRead, kWrite, kReadWrite };

// FILE_GENERIC_READ|FILE_GENERIC_WRITE without FILE_CREATE_PIPE_INSTANCE (0x4), which is the same bit as
// FILE_APPEND_DATA and thus hidden in GENERIC_WRITE: with it a client could create instances of the pipe and receive
// other clients. FILE_WRITE_ATTRIBUTES (0x100) stays: clients set the read mode.
inline constexpr std::uint32_t kClientRights = 0x12019b;
// The server's own: the above, FILE_CREATE_PIPE_INSTANCE, because further instances are checked against the first one's
// descriptor, and WRITE_DAC and WRITE_OWNER to change DACL and label of the live pipe.
inline constexpr std::uint32_t kServerRights = 0x1e019f;

// Who may open a pipe: a security descriptor, built by account. Without entries only the server's own account may.
//
//   Security()                                              // this account only
//   Security().Allow("CONTOSO\\Operators").Deny("CONTOSO\\Interns", Access::kWrite)
//   Security::Default()                                     // what the OnBehalf service uses
//
// Every descriptor has, besides its entries: this account (or the service of OwnedByService) as owner and with
// kServerRights; nothing else for the owner as such (OWNER RIGHTS), so that WRITE_DAC does not come with ownership;
// deny entries for anonymous and guest logons, which come first; and a label that keeps processes below medium
// integrity, and app containers, out (no write up, no read up). Deny entries precede allow entries: one for a group that the
// server's own account is in denies the server too (Server's constructor then throws ERROR_ACCESS_DENIED, 5).
class Security {
 public:
  Security() = default;
  // Read and write for all authenticated users, administrators and SYSTEM. Remote clients are a matter of
  // ServerOptions::accept_remote.
  static Security Default();
  // A descriptor of your own, used as it is. Build throws win32::Win32Error for text that Windows does not accept, and
  // std::invalid_argument if it has no owner or no DACL (a NULL DACL would give everyone full access).
  static Security FromSddl(std::string_view sddl);
  static Security FromDescriptor(const win32::SecurityDescriptor& descriptor);

  // `account`: "DOMAIN\\name", "name@domain", "BUILTIN\\Users", "NT SERVICE\\x", or a SID ("S-1-5-11"). Throws
  // std::invalid_argument if no account has the name. Looking a name up may ask a domain controller and take seconds.
  Security& Allow(std::string_view account, Access access = Access::kReadWrite);
  Security& Deny(std::string_view account, Access access = Access::kReadWrite);
  Security& Allow(const Sid& account, Access access = Access::kReadWrite);
  Security& Deny(const Sid& account, Access access = Access::kReadWrite);
  // Denies everyone who logged on over the network, also local WinRM and SSH sessions (S-1-5-2).
  Security& DenyNetworkLogons();
  // Opens the pipe to processes of low integrity, which the default label keeps out.
  Security& AllowLowIntegrity();
  // For a process that is the service `name` and whose token has the service's SID (sc.exe sidtype unrestricted): the
  // pipe's owner is the service instead of its account, which clients can verify (OwnedByService in client.h), and
  // which other services of the same account cannot claim. Creating the pipe fails with ERROR_INVALID_OWNER (1307) for
  // other processes.
  Security& OwnedByService(std::string_view name);

  // Throws as above.
  win32::SecurityDescriptor Build() const;

 private:
  struct Entry {
    bool allows;
    Access access;
    Sid sid;
  };
  std::vector<Entry> entries_;
  bool low_integrity_ = false;
  std::optional<Sid> owner_;
  std::shared_ptr<const win32::SecurityDescriptor> whole_;
  std::string sddl_;
};

}  // namespace onbehalf::pipe
