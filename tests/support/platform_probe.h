#pragma once

#include <gtest/gtest.h>

namespace onbehalf::test {

// Whether ONBEHALF_REQUIRE_WINDOWS is 1: nothing that a test needs may be missing.
bool WindowsIsRequired();

// In a test: continues if `probe` is true, else skips the test and names what is missing. With
// ONBEHALF_REQUIRE_WINDOWS=1 that is a failure instead. A probe checks the behaviour, never the system's
// name.
#define ONBEHALF_SKIP_WITHOUT(what, probe)                                           \
  do {                                                                               \
    if (!(probe)) {                                                                  \
      if (::onbehalf::test::WindowsIsRequired()) {                                   \
        FAIL() << "ONBEHALF_REQUIRE_WINDOWS is set and this is missing: " << (what); \
      }                                                                              \
      GTEST_SKIP() << "missing here: " << (what);                                    \
    }                                                                                \
  } while (false)

// Probes. Each checks once and caches the result.

// CreateFileW on a pipe whose DACL grants nothing fails with ERROR_ACCESS_DENIED.
bool PipeDaclIsEnforced();
// A second CreateNamedPipeW with FILE_FLAG_FIRST_PIPE_INSTANCE fails with ERROR_ACCESS_DENIED.
bool FirstPipeInstanceIsHonoured();
// ImpersonateNamedPipeClient gives the token that the client wrote with.
bool PipeClientTokenIsGiven();
// ImpersonateNamedPipeClient gives the level that the client specified (its SQOS).
bool PipeClientLevelIsHonoured();
// AccessCheck applies a deny ACE to a deny-only group.
bool DenyOnlyGroupsAreDenied();
// AccessCheck honours ACEs for OWNER RIGHTS.
bool OwnerRightsAreHonoured();
// CreateRestrictedToken keeps restricting SIDs and AccessCheck checks them.
bool RestrictingSidsAreHonoured();
// CreateRestrictedToken makes tokens of other accounts, as the Wine of tests/nt does (TokenOfAnotherAccount).
bool OtherAccountsCanBeMade();
// Files that this process creates belong to Administrators, as an administrator's often do on Windows, so
// that a service with an account of its own accepts them as safe. In the Wine of tests/nt: with
// NT_FILES_OF_ADMINISTRATORS=1 in its server's environment.
bool FilesBelongToAdministrators();

}  // namespace onbehalf::test
