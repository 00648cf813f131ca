#pragma once

#include <string_view>

namespace onbehalf::service {

// A namespace, or the part of a method name after the dot: letters, digits and _.
bool IsNameWord(std::string_view text);
// namespace.method
bool IsMethodName(std::string_view text);

}  // namespace onbehalf::service
