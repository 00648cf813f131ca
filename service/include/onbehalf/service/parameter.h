// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "onbehalf/protocol/json_text.h"

namespace onbehalf {
struct Field;
using Fields = std::span<const Field>;
}  // namespace onbehalf

namespace onbehalf::service {

using protocol::Json;

// One parameter of a method. Callers may pass parameters by name or by position, in the order of Method::parameters.
struct Parameter {
  std::string name;
  std::string summary;
  Json schema;  // JSON Schema, with the keywords of onbehalf/service/schema.h; null: any value
  bool required = false;
  // The value may be written to the audit: it is neither a secret nor the caller's content. Values of all other parameters are
  // redacted.
  bool audited = false;
};

// The parameters that a struct describes (onbehalf/fields.h).
std::vector<Parameter> ParametersOf(Fields fields);

}  // namespace onbehalf::service
