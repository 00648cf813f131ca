#pragma once

#include <variant>

#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/method.h"

namespace onbehalf::service {

// The parameters of a request as its handler gets them: an object with the members by name, whichever form
// the caller used. `params` is null (none given), an object or an array. Checked against Method::parameters:
// nothing required is missing, nothing unknown is there, and each value fits its schema. The schema words
// that are checked are type (one or an array of them), enum, minimum, maximum, minLength and maxLength (in
// characters); others only document. Otherwise InvalidParams, whose message names the parameter and says what
// was expected and found, without the caller's value in it. Parameters that were not given are not members of
// the result.
std::variant<Json, protocol::Error> BindParameters(const Method& method, const Json& params);

}  // namespace onbehalf::service
