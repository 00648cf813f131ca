#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// The string form of a SID, "S-1-5-21-…", as from ConvertSidToStringSidW ([MS-DTYP] 2.4.2.1), but in a member buffer:
// no allocation on the request path.
class SidText {
 public:
  explicit SidText(const win32::Sid& sid);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  // "S-1-", an authority of 14 characters, and 15 parts of up to 10 digits and a hyphen.
  std::array<char, 192> text_;
  std::size_t size_ = 0;
};

}  // namespace onbehalf::service
