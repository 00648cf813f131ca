#include "methods/access_methods.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "methods/access_method_groups.h"

namespace onbehalf::service {

void AddAccessMethods(MethodRegistry& registry, AccessControl& access,
                      std::shared_ptr<win32::AccountNames> names) {
  const AddAccessMethod add = [&](const char* name, const char* summary, std::vector<Parameter> parameters,
                                  Json result, std::function<MethodResult(const Call&)> handler) {
    Method method;
    method.name = name;
    method.summary = summary;
    method.parameters = std::move(parameters);
    method.result_schema = std::move(result);
    method.access_default = kForAuthenticatedUsers;
    method.acts = Acts::kAsService;
    // Names are looked up and files are written.
    method.pace = Pace::kMayBlock;
    // The audit and access.json are written, which have to be whole.
    method.interruptible = false;
    method.handler = std::move(handler);
    registry.Add(std::move(method));
  };
  AddAccessQuestions(add, access, names);
  AddAccessChanges(add, access, std::move(names));
  AddAccessVersions(add, access);
}

}  // namespace onbehalf::service
