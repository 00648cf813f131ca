#pragma once

#include <string>

#include "generate/api_model.h"

namespace onbehalf::cli::generate {

// A JSON Schema as a Type. What is legal but cannot be said becomes a wider type (at worst kAny) with a
// remark. `place` names the schema in errors ("identity.whoami: result"). Throws DocumentError for what is no
// schema. Limits of values (minimum, maxLength, …) are the service's to check and are passed over.
Type ReadSchema(const Json& schema, const std::string& place);

// Refuses a name that cannot be a string of every language: one with the character NUL in it. Throws
// DocumentError.
void CheckName(const std::string& name, const std::string& place);

}  // namespace onbehalf::cli::generate
