#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// rpc.discover's document as a table of methods (all, or those of one namespace): name, whose identity does
// the work, summary. Empty if there are none.
std::string RenderMethods(const client::Json& document, std::string_view name_space = {});
// The document's entry for a method; nullptr if it has none.
const client::Json* FindMethod(const client::Json& document, std::string_view name);
// The errors that every method may return: an object of {code, message} by name.
client::Json ErrorsOf(const client::Json& document);
// One method: parameters, result, errors.
std::string RenderMethod(const client::Json& method, const client::Json& errors);

}  // namespace onbehalf::cli
