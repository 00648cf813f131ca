#include "methods/access_methods.h"

#include <utility>

#include "methods/access_method_groups.h"

namespace onbehalf::service {

Method AccessMethods::Named(const char* name, const char* summary) {
  Method method;
  method.name = name;
  method.summary = summary;
  method.access_default = kForAuthenticatedUsers;
  method.acts = Acts::kAsService;
  // It looks up names and writes files.
  method.pace = Pace::kMayBlock;
  // It writes the audit and access.json, which must not be left half written.
  method.interruptible = false;
  return method;
}

void AccessMethods::Register(Method& method) { registry_.Add(std::move(method)); }

void AddAccessMethods(MethodRegistry& registry, AccessControl& access,
                      std::shared_ptr<win32::AccountNames> names) {
  AccessMethods methods(registry, access, std::move(names));
  AddAccessQuestions(methods);
  AddAccessChanges(methods);
  AddAccessVersions(methods);
}

}  // namespace onbehalf::service
