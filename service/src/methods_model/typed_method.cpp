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

void detail::SetHandler(Method& method, Fields parameters, Json (*result_schema)(Direction),
                        std::function<MethodResult(const Call&)> handler) {
  method.parameters = ParametersOf(parameters);
  if (result_schema != nullptr) method.result_schema = result_schema(Direction::kGiven);
  method.handler = std::move(handler);
}

}  // namespace onbehalf::service
