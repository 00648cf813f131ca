#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "access/access_control.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::service {

// The methods of access.*, each group in a file of its own. AddAccessMethods (access_methods.h) adds them all.

// Registers one, with what all of them have in common.
using AddAccessMethod =
    std::function<void(const char* name, const char* summary, std::vector<Parameter> parameters, Json result,
                       std::function<MethodResult(const Call&)> handler)>;

// list, show, check, explain
void AddAccessQuestions(const AddAccessMethod& add, AccessControl& access,
                        std::shared_ptr<win32::AccountNames> names);
// grant, deny, revoke, set
void AddAccessChanges(const AddAccessMethod& add, AccessControl& access,
                      std::shared_ptr<win32::AccountNames> names);
// history, diff, rollback
void AddAccessVersions(const AddAccessMethod& add, AccessControl& access);

}  // namespace onbehalf::service
