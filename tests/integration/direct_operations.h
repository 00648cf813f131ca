#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace onbehalf::test {

// What a method of registry.* or file.* does, done by this process itself with Windows' functions, as a program would that has no
// service to ask: {"code": what Windows says, 0 for done, "answer": what was read, null for what reads nothing}. The
// parameters are the method's. Throws std::invalid_argument for a method that is not there.
nlohmann::json DoDirectly(std::string_view method, const nlohmann::json& params);

}  // namespace onbehalf::test
