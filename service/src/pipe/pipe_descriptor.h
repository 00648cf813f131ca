#pragma once

#include <string>

#include "access/access_policy.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

inline constexpr const char* kServiceName = "OnBehalf";

// Who owns the pipe and may create instances of it: the service's SID when this process carries it, else (console mode,
// or a service without a service SID) the process's user. An owner that is not in the token would be refused with
// ERROR_INVALID_OWNER (1307).
win32::Sid PipeOwner();

// The descriptor that guards the pipe: what never changes, and a client's entry for each entry of the policy's node
// `pipe:` that is about connecting. Every mask and label is explained at its definition.
win32::SecurityDescriptor PipeDescriptor(const Settings::Pipe& settings, const win32::Sid& owner,
                                         const AccessPolicy& policy);

// Whether this process could create further instances of a pipe with this descriptor, and change it. Throws
// win32::Win32Error.
bool LetsServiceIn(const win32::SecurityDescriptor& descriptor);

// How a descriptor differs from the wanted one in owner, entries or label.
struct PipeDifference {
  std::string text;  // for the log; empty if it does not
  bool owner_is_same = false;
};
PipeDifference DifferenceOf(const win32::SecurityDescriptor& actual, const win32::SecurityDescriptor& wanted);

}  // namespace onbehalf::service
