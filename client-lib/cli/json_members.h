#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// A member of what a service sent. A missing, null or differently typed member counts as absent, so that
// responses of older and newer services can still be shown.

// nullptr unless `object` is an object with this member and the member is not null.
const client::Json* Member(const client::Json& object, const char* name);
// The same for a member that is an array; its elements may have any type.
const client::Json* ListMember(const client::Json& object, const char* name);
// The member on one line for people (Display); empty if absent.
std::string TextMember(const client::Json& object, const char* name);
// The elements, each as in TextMember: "call, see"; empty for nullptr.
std::string Joined(const client::Json* list);
// False unless the member is `true`.
bool FlagMember(const client::Json& object, const char* name);

}  // namespace onbehalf::cli
