#pragma once

#include <string_view>
#include <variant>

#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/method.h"

namespace onbehalf::service {

// The parameters of a request as its handler gets them: an object with the members by name, whichever form
// the caller used. `params` is null (none given), an object or an array. Checked against Method::parameters:
// nothing required is missing, nothing unknown is there, and each value fits its schema. Otherwise InvalidParams, whose
// message names the parameter (and the member and element: "statements[1].sql") and says what was expected and found,
// without the caller's texts in it. A parameter that was not given has the `default` of its schema, or is no member of the
// result. By position, null in the place of an optional one whose schema takes no null is none given: the places in front
// of what is given have to be filled somehow.
//
// Beside the parameters a caller may give a progressToken, a string or an integer, or null for none: by name, or by
// position directly behind the declared ones. It goes to `progress_token`, if that is given, and not to the result.
// Methods that take none ignore one that is given by name, whatever it is.
Result<Json> BindParameters(const Method& method, const Json& params, Json* progress_token = nullptr);

inline constexpr std::string_view kProgressToken = "progressToken";

}  // namespace onbehalf::service
