#pragma once

#include <string>

#include "generate/api_model.h"

namespace onbehalf::cli::generate {

// Converts a JSON Schema to a Type. Valid schemas that a Type cannot express become a wider type (at worst
// kAny) with a remark. `place` names the schema in errors ("identity.whoami: result"). Throws DocumentError
// for an invalid schema. Value limits (minimum, maxLength, …) are ignored: the service checks them.
Type ReadSchema(const Json& schema, const std::string& place);

// Rejects a name that not every language can hold in a string: one with a NUL character. Throws
// DocumentError.
void CheckName(const std::string& name, const std::string& place);

}  // namespace onbehalf::cli::generate
