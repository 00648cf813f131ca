#include "onbehalf/service/typed_method.h"

#include <utility>

namespace onbehalf::service {

void detail::SetHandler(Method& method, Fields parameters, Json (*result_schema)(Direction),
                        std::function<MethodResult(const Call&)> handler) {
  method.parameters = ParametersOf(parameters);
  if (result_schema != nullptr) method.result_schema = result_schema(Direction::kGiven);
  method.handler = std::move(handler);
}

}  // namespace onbehalf::service
