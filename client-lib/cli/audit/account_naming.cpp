#include "audit/account_naming.h"

#include <string>

#include "onbehalf/win32/sid.h"

namespace onbehalf::cli {

NameAccount NamingBy(win32::AccountNames& names) {
  return [&names](const std::string& text) {
    const auto sid = win32::Sid::FromString(text);
    return sid ? names.Display(*sid) : text;
  };
}

}  // namespace onbehalf::cli
