#include "onbehalf/win32/utf.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

// Windows takes these lengths as int.
int CheckedLength(std::size_t length, const char* operation) {
  if (length > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw Win32Error(ERROR_INVALID_PARAMETER, operation);
  }
  return static_cast<int>(length);
}

// Most text is ASCII, which needs no call of Windows.
template <typename Out, typename Text>
std::optional<Out> AsAscii(Text text) {
  const bool is_ascii =
      std::all_of(text.begin(), text.end(), [](auto unit) { return static_cast<unsigned>(unit) < 0x80U; });
  if (!is_ascii) return std::nullopt;
  Out out(text.size(), typename Out::value_type());
  std::transform(text.begin(), text.end(), out.begin(),
                 [](auto unit) { return static_cast<typename Out::value_type>(unit); });
  return out;
}

std::string ToUtf8With(DWORD flags, std::wstring_view utf16) {
  if (auto ascii = AsAscii<std::string>(utf16)) return *std::move(ascii);
  const int length = CheckedLength(utf16.size(), "WideCharToMultiByte");
  const int needed =
      ::WideCharToMultiByte(CP_UTF8, flags, utf16.data(), length, nullptr, 0, nullptr, nullptr);
  if (needed <= 0) ThrowLastError("WideCharToMultiByte");
  std::string utf8(static_cast<std::size_t>(needed), '\0');
  if (::WideCharToMultiByte(CP_UTF8, flags, utf16.data(), length, utf8.data(), needed, nullptr, nullptr) !=
      needed) {
    ThrowLastError("WideCharToMultiByte");
  }
  return utf8;
}

}  // namespace

std::wstring ToWide(std::string_view utf8) {
  if (auto ascii = AsAscii<std::wstring>(utf8)) return *std::move(ascii);
  const int length = CheckedLength(utf8.size(), "MultiByteToWideChar");
  const int needed = ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8.data(), length, nullptr, 0);
  if (needed <= 0) ThrowLastError("MultiByteToWideChar");
  std::wstring utf16(static_cast<std::size_t>(needed), L'\0');
  if (::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8.data(), length, utf16.data(), needed) !=
      needed) {
    ThrowLastError("MultiByteToWideChar");
  }
  return utf16;
}

std::string ToUtf8(std::wstring_view utf16) { return ToUtf8With(WC_ERR_INVALID_CHARS, utf16); }

std::string ToUtf8Lossy(std::wstring_view utf16) { return ToUtf8With(0, utf16); }

}  // namespace onbehalf::win32
