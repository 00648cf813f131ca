#pragma once

#include <span>
#include <string_view>

#include "onbehalf/protocol/result.h"
#include "onbehalf/service/parameter.h"

namespace onbehalf::service {

// The parameters of a request as its handler gets them: an object with the members by name, whichever form the caller
// used. `params` is null (no parameters), an object or an array. They are checked against the declared ones: every
// required one is present, none is unknown, and each value fits its schema. Otherwise InvalidParams: the message
// names the parameter (and the member and element: "statements[1].sql"), what was expected and what was found,
// without the caller's own text. An omitted parameter gets the `default` of its schema, or is absent from the result.
// In an array, null for an optional parameter whose schema does not allow null counts as omitted, so that the
// parameters after it can be given.
//
// A caller may also give a progressToken: a string, an integer, or null for none; by name, or by position directly
// after the declared parameters. It is stored in `progress_token`, unless that is null, and is not part of the
// result. Methods that do not take one (Method::takes_progress_token) ignore it when given by name, whatever its value.
protocol::Result<Json> BindParameters(std::span<const Parameter> declared, bool takes_progress_token,
                                      const Json& params, Json* progress_token = nullptr);

inline constexpr std::string_view kProgressToken = "progressToken";

}  // namespace onbehalf::service
