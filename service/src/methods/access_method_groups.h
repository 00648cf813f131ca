#pragma once

#include <memory>
#include <utility>

#include "access/access_control.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/typed_method.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::service {

// Registers the methods of access.* with the properties that they share.
class AccessMethods {
 public:
  // Both must outlive this.
  AccessMethods(MethodRegistry& registry, AccessControl& access, std::shared_ptr<win32::AccountNames> names)
      : registry_(registry), access_(access), names_(std::move(names)) {}

  template <typename Params, typename T>
  void Add(const char* name, const char* summary,
           Result<T> (*answer)(AccessControl&, win32::AccountNames&, const Params&, const Call&)) {
    Method method = Named(name, summary);
    Handle<Params>(method,
                   [&access = access_, names = names_, answer](const Params& params, const Call& call) {
                     return answer(access, *names, params, call);
                   });
    Register(method);
  }

 private:
  static Method Named(const char* name, const char* summary);
  void Register(Method& method);

  MethodRegistry& registry_;
  AccessControl& access_;
  const std::shared_ptr<win32::AccountNames> names_;
};

// The groups of methods, each in a file of its own. AddAccessMethods (access_methods.h) adds all of them.

// list, show, check, explain
void AddAccessQuestions(AccessMethods& methods);
// grant, deny, revoke, set
void AddAccessChanges(AccessMethods& methods);
// history, diff, rollback
void AddAccessVersions(AccessMethods& methods);

}  // namespace onbehalf::service
