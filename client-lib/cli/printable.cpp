#include "printable.h"

#include <cstddef>

#include "json_layout.h"

namespace onbehalf::cli {

std::string Printable(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string printable;
  printable.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too; in UTF-8 they are C2 80 to C2 9F.
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool is_c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;
    if (byte < 0x20 || byte == 0x7F || is_c1) {
      const unsigned char shown = is_c1 ? static_cast<unsigned char>(text[++i]) : byte;
      printable += "\\x";
      printable += kDigits[shown >> 4];
      printable += kDigits[shown & 0xF];
    } else {
      printable += text[i];
    }
  }
  return printable;
}

std::string Display(const client::Json& value) {
  return value.is_string() ? Printable(value.get_ref<const std::string&>()) : Printable(JsonLine(value));
}

}  // namespace onbehalf::cli
