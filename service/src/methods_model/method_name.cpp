#include "methods_model/method_name.h"

#include <algorithm>
#include <cstddef>

#include "onbehalf/protocol/ascii.h"

namespace onbehalf::service {

bool IsNameWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return protocol::IsAsciiLetter(c) || protocol::IsAsciiDigit(c) || c == '_';
  });
}

bool IsMethodName(std::string_view text) {
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && IsNameWord(text.substr(0, dot)) && IsNameWord(text.substr(dot + 1));
}

}  // namespace onbehalf::service
