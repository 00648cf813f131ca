#include "methods/built_in_methods.h"

#include "methods/access_methods.h"
#include "methods/audit_methods.h"
#include "methods/database_methods.h"
#include "methods/file_methods.h"
#include "methods/identity_methods.h"
#include "methods/registry_methods.h"
#include "methods/rpc_methods.h"
#include "methods/service_methods.h"

namespace onbehalf::service {

void AddBuiltInMethods(const BuiltInParts& parts) {
  ServerControl& server = parts.server;
  AccessControl& access = parts.access;
  Audit& audit = parts.audit;
  Log& log = parts.log;
  MethodRegistry& methods = parts.registry;
  AddRpcMethods(
      methods,
      [&access](const Method& method, const CallerIdentity& caller) {
        return access.policy()->MaySee(method, caller);
      },
      [&server](std::uint64_t connection, EventSet events) { return server.Subscribe(connection, events); });
  AddAccessMethods(methods, access, parts.names);
  AddIdentityMethods(methods, parts.names);
  AddServiceMethods(methods, server,
                    {parts.pipe_path, parts.hardening, [&log] { return log.TimeOfLastError(); },
                     [&audit] { return audit.State(); }, parts.modules, parts.settings->Now()->audit.required,
                     parts.reload},
                    parts.names);
  AddAuditMethods(methods, audit, parts.names, parts.settings);
  AddFileMethods(methods, parts.settings);
  AddRegistryMethods(methods, parts.settings);
  AddDatabaseMethods(methods, parts.settings, log);
}

}  // namespace onbehalf::service
