#pragma once

#include <string_view>

namespace onbehalf::service {

// Letters, digits and _: what a namespace, and a method behind its dot, is called.
bool IsNameWord(std::string_view text);
// namespace.method
bool IsMethodName(std::string_view text);

}  // namespace onbehalf::service
