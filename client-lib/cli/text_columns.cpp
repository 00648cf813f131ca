#include "text_columns.h"

#include <algorithm>
#include <array>

namespace onbehalf::cli {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kReplacement = 0xFFFD;

constexpr std::array kZeroWidth = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD},   Range{0x0610, 0x061A},
    Range{0x064B, 0x065F}, Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A},   Range{0x0E47, 0x0E4E},
    Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200D},   Range{0x20D0, 0x20FF},
    Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0x1F3FB, 0x1F3FF}, Range{0xE0100, 0xE01EF},
};
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0xA4CF},   Range{0xA960, 0xA97F},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF},
    Range{0x20000, 0x3FFFD},
};

template <std::size_t kCount>
bool IsIn(const std::array<Range, kCount>& ranges, char32_t character) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return character >= range.first && character <= range.last; });
}

}  // namespace

std::size_t ColumnsOf(char32_t character) {
  if (IsIn(kZeroWidth, character)) return 0;
  return IsIn(kWide, character) ? 2 : 1;
}

std::size_t ColumnsOf(std::string_view text) {
  const std::u32string points = ToCodePoints(text);
  std::size_t columns = 0;
  for (std::size_t at = 0; at < points.size(); at = NextCharacter(points, at))
    columns += ColumnsOf(points[at]);
  return columns;
}

std::string FirstColumns(std::string_view text, std::size_t columns) {
  const std::u32string points = ToCodePoints(text);
  std::size_t at = 0;
  while (at < points.size() && ColumnsOf(points[at]) <= columns) {
    columns -= ColumnsOf(points[at]);
    at = NextCharacter(points, at);
  }
  return ToUtf8(std::u32string_view(points).substr(0, at));
}

std::u32string ToCodePoints(std::string_view text) {
  std::u32string points;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80                   ? 1
                               : byte >= 0xC2 && byte < 0xE0 ? 2
                               : byte >= 0xE0 && byte < 0xF0 ? 3
                               : byte >= 0xF0 && byte < 0xF5 ? 4
                                                             : 0;
    char32_t point = length == 1   ? byte
                     : length == 2 ? byte & 0x1Fu
                     : length == 3 ? byte & 0x0Fu
                                   : byte & 0x07u;
    bool is_valid = length != 0 && i + length <= text.size();
    for (std::size_t j = 1; is_valid && j < length; ++j) {
      const auto next = static_cast<unsigned char>(text[i + j]);
      is_valid = (next & 0xC0) == 0x80;
      point = (point << 6) | (next & 0x3Fu);
    }
    constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
    is_valid =
        is_valid && point >= kSmallest[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
    points += is_valid ? point : kReplacement;
    i += is_valid ? length : 1;
  }
  return points;
}

std::string ToUtf8(std::u32string_view text) {
  std::string bytes;
  for (char32_t point : text) {
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) point = kReplacement;
    const auto tail = [&](unsigned shift) { bytes += static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
    if (point < 0x80) {
      bytes += static_cast<char>(point);
    } else if (point < 0x800) {
      bytes += static_cast<char>(0xC0 | (point >> 6));
      tail(0);
    } else if (point < 0x10000) {
      bytes += static_cast<char>(0xE0 | (point >> 12));
      tail(6);
      tail(0);
    } else {
      bytes += static_cast<char>(0xF0 | (point >> 18));
      tail(12);
      tail(6);
      tail(0);
    }
  }
  return bytes;
}

std::size_t NextCharacter(std::u32string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  ++at;
  while (at < text.size() && (ColumnsOf(text[at]) == 0 || text[at - 1] == kJoiner)) ++at;
  return at;
}

std::size_t PreviousCharacter(std::u32string_view text, std::size_t at) {
  if (at == 0) return 0;
  --at;
  while (at > 0 && (ColumnsOf(text[at]) == 0 || text[at - 1] == kJoiner)) --at;
  return at;
}

}  // namespace onbehalf::cli
