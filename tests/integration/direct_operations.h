#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace onbehalf::test {

// Does what a method of registry.* or file.* does, in this process with Windows' functions, as a program
// without the service would: {"code": Windows' error code, 0 for success, "answer": what was read, null for
// operations that read nothing}. The parameters are the method's. Throws std::invalid_argument for an unknown
// method.
nlohmann::json DoDirectly(std::string_view method, const nlohmann::json& params);

}  // namespace onbehalf::test
