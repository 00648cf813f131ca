#pragma once

#include <gtest/gtest.h>

namespace onbehalf::test {

// Whether ONBEHALF_REQUIRE_WINDOWS is 1: what a test needs must be there.
bool WindowsIsRequired();

// In a test: goes on if `probe` is true, else skips the test and names what is missing. With
// ONBEHALF_REQUIRE_WINDOWS=1 that is a failure instead. A probe asks for the behaviour, never for the
// system's name.
#define ONBEHALF_SKIP_WITHOUT(what, probe)                                           \
  do {                                                                               \
    if (!(probe)) {                                                                  \
      if (::onbehalf::test::WindowsIsRequired()) {                                   \
        FAIL() << "ONBEHALF_REQUIRE_WINDOWS is set and this is missing: " << (what); \
      }                                                                              \
      GTEST_SKIP() << "missing here: " << (what);                                    \
    }                                                                                \
  } while (false)

// Probes. Each asks once and remembers.

// CreateFileW on a pipe whose DACL admits nobody gives ERROR_ACCESS_DENIED.
bool PipeDaclIsEnforced();
// A second CreateNamedPipeW with FILE_FLAG_FIRST_PIPE_INSTANCE gives ERROR_ACCESS_DENIED.
bool FirstPipeInstanceIsHonoured();
// ImpersonateNamedPipeClient gives the token that the client wrote under.
bool PipeClientTokenIsGiven();
// ImpersonateNamedPipeClient takes the level that the client asked for (its SQOS).
bool PipeClientLevelIsHonoured();
// AccessCheck lets a deny entry hit a deny-only group.
bool DenyOnlyGroupsAreDenied();
// AccessCheck gives entries for OWNER RIGHTS their meaning.
bool OwnerRightsAreHonoured();
// CreateRestrictedToken keeps restricting SIDs and AccessCheck asks them.
bool RestrictingSidsAreHonoured();
// CreateRestrictedToken makes tokens of other accounts, as the Wine of tests/nt does (TokenOfAnotherAccount).
bool OtherAccountsCanBeMade();
// Files that this process makes belong to Administrators, as an administrator's often do on Windows, so that a service under an
// account of its own takes them for safe. The Wine of tests/nt: with NT_FILES_OF_ADMINISTRATORS=1 in its server's environment.
bool FilesBelongToAdministrators();

}  // namespace onbehalf::test
