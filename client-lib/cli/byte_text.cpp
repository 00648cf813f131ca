#include "byte_text.h"

#include <array>
#include <cstddef>

namespace onbehalf::cli {

std::string ByteText(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  static constexpr std::array kUnits = {" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
  std::size_t unit = 0;
  // Computed in 1024ths of the unit, which cannot overflow.
  while (bytes >= std::uint64_t{1024} * 1024) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes / 1024) + "." + std::to_string(bytes % 1024 * 10 / 1024) + kUnits[unit];
}

}  // namespace onbehalf::cli
