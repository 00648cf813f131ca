#include "output.h"

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <atomic>
#include <cstdio>

#include "json_layout.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"
#include "text_columns.h"

namespace onbehalf::cli {
namespace {

// The console's code page before this program; global because Windows gives the handler no context. 0:
// nothing to restore.
std::atomic<UINT> code_page_before = 0;

// Ctrl+C ends the program without running destructors. Handlers registered later, which handle Ctrl+C
// themselves, run before this one.
BOOL WINAPI OnControl(DWORD /*control*/) {
  PutBackCodePage();
  return FALSE;
}

void WriteTo(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace

Output::Output(bool json) : json_(json) {
  ::_setmode(::_fileno(stdout), _O_BINARY);
  ::_setmode(::_fileno(stderr), _O_BINARY);
  const UINT before = ::GetConsoleOutputCP();
  // 0: no console.
  if (before == 0 || before == CP_UTF8) return;
  if (!::SetConsoleCtrlHandler(OnControl, TRUE)) win32::ThrowLastError("SetConsoleCtrlHandler");
  code_page_before = before;
  ::SetConsoleOutputCP(CP_UTF8);
}

Output::~Output() {
  PutBackCodePage();
  // Fails if nothing was registered.
  ::SetConsoleCtrlHandler(OnControl, FALSE);
}

void PutBackCodePage() {
  if (const UINT before = code_page_before.exchange(0); before != 0) ::SetConsoleOutputCP(before);
}

void Output::Result(const client::Json& value, std::string_view text) {
  if (json_) {
    WriteTo(stdout, JsonLine(value) + "\n");
  } else {
    WriteTo(stdout, text);
  }
}

bool Output::Continue(std::string_view text) {
  WriteTo(stdout, text);
  return std::ferror(stdout) == 0;
}

void Output::Error(std::string_view text) { WriteTo(stderr, text); }

std::optional<std::size_t> Output::ErrorColumns() const {
  CONSOLE_SCREEN_BUFFER_INFO info;
  // Fails if it is not a console.
  if (!::GetConsoleScreenBufferInfo(::GetStdHandle(STD_ERROR_HANDLE), &info)) return std::nullopt;
  return static_cast<std::size_t>(std::max(info.dwSize.X, SHORT{1}));
}

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
  return value.is_string() ? Printable(value.get_ref<const std::string&>()) : Printable(JsonLine(value));
}

std::string AlignedColumns::Lines(const Rows& rows, std::size_t indent) {
  for (const std::vector<std::string>& row : rows) {
    if (widths_.size() < row.size()) widths_.resize(row.size());
    // The last cell of a row needs no padding.
    for (std::size_t column = 0; column + 1 < row.size(); ++column) {
      widths_[column] = std::max(widths_[column], ColumnsOf(row[column]));
    }
  }
  std::string lines;
  for (const std::vector<std::string>& row : rows) {
    std::string line(indent, ' ');
    for (std::size_t column = 0; column < row.size(); ++column) {
      line += row[column];
      if (column + 1 < row.size()) line.append(widths_[column] - ColumnsOf(row[column]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines += line + "\n";
  }
  return lines;
}

std::string AlignedTable(const Rows& rows, std::size_t indent) {
  return AlignedColumns().Lines(rows, indent);
}

}  // namespace onbehalf::cli
