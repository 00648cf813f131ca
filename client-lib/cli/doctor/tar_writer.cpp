#include "tar_writer.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace onbehalf::cli::doctor {
namespace {

constexpr std::size_t kBlock = 512;
using Header = std::array<char, kBlock>;

// Octal digits and a NUL, filling a field of `size` bytes.
void PutOctal(Header& header, std::size_t offset, std::size_t size, std::uint64_t value) {
  for (std::size_t i = size - 1; i-- > 0; value >>= 3)
    header[offset + i] = static_cast<char>('0' + (value & 7));
}

void PutText(Header& header, std::size_t offset, std::string_view text) {
  std::memcpy(header.data() + offset, text.data(), text.size());
}

}  // namespace

void TarWriter::Add(std::string_view name, std::string_view content, std::int64_t time) {
  if (name.empty() || name.size() > 100)
    throw std::invalid_argument("a name in a tar archive must have 1 to 100 bytes");
  // IEEE Std 1003.1, pax, "ustar Interchange Format".
  Header header{};
  PutText(header, 0, name);
  PutOctal(header, 100, 8, 0644);
  PutOctal(header, 108, 8, 0);
  PutOctal(header, 116, 8, 0);
  PutOctal(header, 124, 12, content.size());
  PutOctal(header, 136, 12, static_cast<std::uint64_t>(time < 0 ? 0 : time));
  header[156] = '0';
  PutText(header, 257,
          std::string_view("ustar\0"
                           "00",
                           8));
  // The checksum counts its own field as blanks.
  std::memset(header.data() + 148, ' ', 8);
  std::uint64_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  PutOctal(header, 148, 7, sum);
  header[154] = '\0';

  archive_.append(header.data(), header.size());
  archive_.append(content);
  archive_.append((kBlock - content.size() % kBlock) % kBlock, '\0');
}

std::string TarWriter::Finish() {
  archive_.append(2 * kBlock, '\0');
  return std::move(archive_);
}

}  // namespace onbehalf::cli::doctor
