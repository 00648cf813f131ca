#include "text/sid_text.h"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <span>

namespace onbehalf::service {

SidText::SidText(const win32::Sid& sid) {
  const auto put = [this](char c) { text_[size_++] = c; };
  const auto put_number = [this](std::uint64_t number, int base) {
    char* const begin = text_.data() + size_;
    size_ +=
        static_cast<std::size_t>(std::to_chars(begin, text_.data() + text_.size(), number, base).ptr - begin);
  };
  // Revision, number of parts, six bytes of authority (most significant first), parts (least significant
  // first).
  const std::span<const std::byte> bytes = sid.bytes();
  const auto byte = [bytes](std::size_t i) { return static_cast<std::uint64_t>(bytes[i]); };
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = (authority << 8) | byte(i);

  put('S');
  put('-');
  put_number(byte(0), 10);
  put('-');
  if (authority >= 0x100000000) {
    put('0');
    put('x');
    put_number(authority, 16);
  } else {
    put_number(authority, 10);
  }
  for (std::size_t i = 0; i < byte(1); ++i) {
    std::uint32_t part = 0;
    std::memcpy(&part, bytes.data() + 8 + 4 * i, sizeof(part));
    put('-');
    put_number(part, 10);
  }
}

}  // namespace onbehalf::service
