#include "files/file_facts.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

// After <windows.h>, which this header needs.
#include <winioctl.h>

#include "onbehalf/protocol/hex.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "text/utc_time.h"

namespace onbehalf::service {
namespace {

template <typename Information>
Information Query(HANDLE file, FILE_INFO_BY_HANDLE_CLASS kind) {
  Information information{};
  if (!::GetFileInformationByHandleEx(file, kind, &information, sizeof(information))) {
    win32::ThrowLastError("GetFileInformationByHandleEx");
  }
  return information;
}

void AppendHex(std::string& text, std::span<const unsigned char> number) {
  // Most significant byte first.
  text += protocol::ToHex(std::vector<unsigned char>(number.rbegin(), number.rend()));
}

template <typename Number>
void AppendHex(std::string& text, Number number) {
  std::array<unsigned char, sizeof(number)> bytes{};
  std::memcpy(bytes.data(), &number, sizeof(number));
  AppendHex(text, std::span<const unsigned char>(bytes));
}

std::uint16_t WordAt(std::span<const char> bytes, std::size_t at) {
  std::uint16_t word = 0;
  if (at + sizeof(word) <= bytes.size()) std::memcpy(&word, bytes.data() + at, sizeof(word));
  return word;
}

// The target stored in a link. REPARSE_DATA_BUFFER (ntifs.h): tag, length and a reserved word (8 bytes); then offset
// and length, in bytes, of the substitute name and of the print name; for symbolic links flags (4 bytes); then the
// names.
std::optional<std::string> TargetOf(HANDLE file, DWORD tag) {
  if (tag != IO_REPARSE_TAG_SYMLINK && tag != IO_REPARSE_TAG_MOUNT_POINT) return std::nullopt;
  std::vector<char> buffer(MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
  DWORD size = 0;
  if (!::DeviceIoControl(file, FSCTL_GET_REPARSE_POINT, nullptr, 0, buffer.data(),
                         static_cast<DWORD>(buffer.size()), &size, nullptr)) {
    win32::ThrowLastError("DeviceIoControl");
  }
  const std::span<const char> data(buffer.data(), size);
  const std::size_t names = tag == IO_REPARSE_TAG_SYMLINK ? 20 : 16;
  // The print name, or else the substitute name.
  const std::size_t pair = WordAt(data, 14) != 0 ? 12 : 8;
  const std::size_t begin = names + WordAt(data, pair);
  const std::size_t bytes = WordAt(data, pair + 2);
  if (begin + bytes > data.size()) throw win32::Win32Error(ERROR_INVALID_REPARSE_DATA, "DeviceIoControl");
  std::wstring target(bytes / sizeof(wchar_t), L'\0');
  std::memcpy(target.data(), data.data() + begin, target.size() * sizeof(wchar_t));
  return win32::ToUtf8Lossy(target);
}

}  // namespace

FILE_BASIC_INFO BasicOf(HANDLE file) { return Query<FILE_BASIC_INFO>(file, FileBasicInfo); }

std::string IdOf(HANDLE file) {
  std::string text;
  FILE_ID_INFO id{};
  if (::GetFileInformationByHandleEx(file, FileIdInfo, &id, sizeof(id))) {
    AppendHex(text, id.VolumeSerialNumber);
    text += ':';
    AppendHex(text, std::span<const unsigned char>(id.FileId.Identifier));
    return text;
  }
  const DWORD code = ::GetLastError();
  // FAT has no 128-bit file ids.
  const bool has_only_short =
      code == ERROR_INVALID_PARAMETER || code == ERROR_NOT_SUPPORTED || code == ERROR_INVALID_FUNCTION;
  if (!has_only_short) throw win32::Win32Error(code, "GetFileInformationByHandleEx");
  BY_HANDLE_FILE_INFORMATION information{};
  if (!::GetFileInformationByHandle(file, &information)) win32::ThrowLastError("GetFileInformationByHandle");
  AppendHex(text, information.dwVolumeSerialNumber);
  text += ':';
  AppendHex(text, information.nFileIndexHigh);
  AppendHex(text, information.nFileIndexLow);
  return text;
}

std::optional<std::string> TimeText(std::int64_t file_time) {
  using std::chrono::microseconds;
  // A FILETIME counts 100 ns intervals from 1601, which is kSecondsTo1970 before 1970; the text has a four-digit
  // year.
  constexpr std::int64_t kSecondsTo1970 = 11'644'473'600;
  constexpr std::int64_t kSecondsToYear10000 = 253'402'300'800 + kSecondsTo1970;
  constexpr std::int64_t kTenthsInSecond = 10'000'000;
  if (file_time <= 0 || file_time / kTenthsInSecond >= kSecondsToYear10000) return std::nullopt;
  const microseconds since_1970(file_time / 10 - kSecondsTo1970 * 1'000'000);
  // The clock's range may be smaller (with nanoseconds, 292 years around 1970).
  using Clock = std::chrono::system_clock;
  if (since_1970 > std::chrono::floor<microseconds>((Clock::duration::max)()) ||
      since_1970 < std::chrono::ceil<microseconds>((Clock::duration::min)())) {
    return std::nullopt;
  }
  const Clock::time_point time(std::chrono::duration_cast<Clock::duration>(since_1970));
  return UtcText(time, UtcText::Fraction::kMilliseconds).ToString();
}

std::optional<std::string> ModifiedOf(HANDLE file) { return TimeText(BasicOf(file).LastWriteTime.QuadPart); }

bool FileKind::is_link() const {
  return (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && IsReparseTagNameSurrogate(reparse_tag);
}

FileKind KindOf(HANDLE file) {
  const DWORD attributes = BasicOf(file).FileAttributes;
  if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) return {attributes, 0};
  const auto tag = Query<FILE_ATTRIBUTE_TAG_INFO>(file, FileAttributeTagInfo);
  return {tag.FileAttributes, tag.ReparseTag};
}

std::string_view TypeOf(FileKind kind) {
  if (kind.is_link()) {
    if (kind.reparse_tag == IO_REPARSE_TAG_SYMLINK) return "symlink";
    return kind.reparse_tag == IO_REPARSE_TAG_MOUNT_POINT ? "junction" : "other";
  }
  return kind.is_directory() ? "directory" : "file";
}

std::vector<std::string_view> AttributeWords(DWORD attributes) {
  struct Word {
    DWORD bit;
    std::string_view text;
  };
  static constexpr std::array<Word, 8> kWords{{{FILE_ATTRIBUTE_READONLY, "read only"},
                                               {FILE_ATTRIBUTE_HIDDEN, "hidden"},
                                               {FILE_ATTRIBUTE_SYSTEM, "system"},
                                               {FILE_ATTRIBUTE_ARCHIVE, "archive"},
                                               {FILE_ATTRIBUTE_COMPRESSED, "compressed"},
                                               {FILE_ATTRIBUTE_ENCRYPTED, "encrypted"},
                                               {FILE_ATTRIBUTE_OFFLINE, "offline"},
                                               {FILE_ATTRIBUTE_REPARSE_POINT, "reparse point"}}};
  std::vector<std::string_view> words;
  for (const Word& word : kWords) {
    if ((attributes & word.bit) != 0) words.push_back(word.text);
  }
  return words;
}

FileFacts::FileFacts(HANDLE file) : id(IdOf(file)) {
  const auto basic = BasicOf(file);
  const auto standard = Query<FILE_STANDARD_INFO>(file, FileStandardInfo);
  const FileKind kind = KindOf(file);
  type = TypeOf(kind);
  size = standard.EndOfFile.QuadPart;
  created = TimeText(basic.CreationTime.QuadPart);
  modified = TimeText(basic.LastWriteTime.QuadPart);
  accessed = TimeText(basic.LastAccessTime.QuadPart);
  attributes = AttributeWords(basic.FileAttributes);
  links = standard.NumberOfLinks;
  if (kind.is_link()) target = TargetOf(file, kind.reparse_tag);
}

}  // namespace onbehalf::service
