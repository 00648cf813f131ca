#include "onbehalf/service/typed_method.h"

#include <string>
#include <utility>

namespace onbehalf::service {

std::vector<Parameter> ParametersOf(Fields fields) {
  std::vector<Parameter> parameters;
  for (const Field& field : fields) {
    Json schema = fields::SchemaOf(field, Direction::kTaken);
    // Any value.
    if (schema.empty()) schema = nullptr;
    if (field.is_nullable) schema = fields::OrNull(std::move(schema));
    parameters.push_back({std::string(field.name), std::string(field.summary), std::move(schema),
                          field.is_required, field.is_audited});
  }
  return parameters;
}

}  // namespace onbehalf::service
