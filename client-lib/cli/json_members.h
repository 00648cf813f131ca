#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// A member of what a service has sent. What is not there, is null or is of another type than asked for counts
// as absent, so that an older or a newer service's answer can still be shown.

// nullptr unless `object` is an object that has the member, and the member is not null.
const client::Json* Member(const client::Json& object, const char* name);
// The same, where the member is an array; elements may be of any type.
const client::Json* ListMember(const client::Json& object, const char* name);
// The member in a line for people (Display); empty when absent.
std::string TextMember(const client::Json& object, const char* name);
// Elements as TextMember gives a member: "call, see"; empty for nullptr.
std::string Joined(const client::Json* list);
// False unless the member is `true`.
bool FlagMember(const client::Json& object, const char* name);

}  // namespace onbehalf::cli
