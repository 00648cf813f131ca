#include "output.h"

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <cstdio>

namespace onbehalf::cli {
namespace {

// Columns a text takes: code points, which is right for the names that appear here.
std::size_t WidthOf(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void WriteTo(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace

Output::Output(bool json) : json_(json) {
  ::_setmode(::_fileno(stdout), _O_BINARY);
  ::_setmode(::_fileno(stderr), _O_BINARY);
  code_page_before_ = ::GetConsoleOutputCP();
  if (code_page_before_ == CP_UTF8) code_page_before_ = 0;
  if (code_page_before_ != 0) ::SetConsoleOutputCP(CP_UTF8);
}

Output::~Output() {
  if (code_page_before_ != 0) ::SetConsoleOutputCP(code_page_before_);
}

void Output::Result(const client::Json& value, std::string_view text) {
  if (json_) {
    WriteTo(stdout, value.dump() + "\n");
  } else {
    WriteTo(stdout, text);
  }
}

void Output::Error(std::string_view text) { WriteTo(stderr, text); }

std::string Printable(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string printable;
  printable.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too; in UTF-8 they are C2 80 to C2 9F.
    const bool is_c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
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
  return value.is_string() ? Printable(value.get_ref<const std::string&>()) : Printable(value.dump());
}

std::string AlignedTable(const std::vector<std::vector<std::string>>& rows, std::size_t indent) {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      if (column == widths.size()) widths.push_back(0);
      // What ends its row needs no column of its width.
      if (column + 1 < row.size()) widths[column] = std::max(widths[column], WidthOf(row[column]));
    }
  }
  std::string table;
  for (const std::vector<std::string>& row : rows) {
    std::string line(indent, ' ');
    for (std::size_t column = 0; column < row.size(); ++column) {
      line += row[column];
      if (column + 1 < row.size()) line.append(widths[column] - WidthOf(row[column]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    table += line + "\n";
  }
  return table;
}

}  // namespace onbehalf::cli
