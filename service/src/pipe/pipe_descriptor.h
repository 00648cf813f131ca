#pragma once

#include <string>

#include "access/access_policy.h"
#include "onbehalf/protocol/service_name.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// The owner of the pipe, who may create instances of it: the SID of the service `name` if this process has it, else (console
// mode, or a service without a service SID) the process's user. An owner that is not in the token is refused with
// ERROR_INVALID_OWNER (1307).
win32::Sid PipeOwner(const protocol::ServiceName& name);

// The pipe's security descriptor: fixed entries, and a client entry for each entry of the policy's node `pipe:` that concerns
// connecting, the packages of the settings included. Every mask and label is explained at its definition.
win32::SecurityDescriptor PipeDescriptor(const Settings::Pipe& settings, const win32::Sid& owner,
                                         const AccessPolicy& policy);

}  // namespace onbehalf::service
