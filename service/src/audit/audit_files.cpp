#include "audit/audit_files.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>
#include <utility>

#include "onbehalf/win32/file_bytes.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

constexpr std::string_view kPrefix = "audit-";
constexpr std::string_view kSuffix = ".jsonl";
constexpr std::size_t kDayCharacters = 10;
constexpr std::size_t kBlockBytes = 64 * 1024;
// The end of a file is looked at each time it is opened; a line has some 500 bytes.
constexpr std::size_t kFirstReverseBlockBytes = 4 * 1024;

bool IsDay(std::string_view text) {
  if (text.size() != kDayCharacters) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 4 || i == 7;
    if (hyphen ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

// Puts `size` bytes of the file from `offset` behind what `into` holds; fewer only at its end.
void ReadBehind(HANDLE file, std::uint64_t offset, std::size_t size, std::string& into) {
  const std::size_t before = into.size();
  into.resize(before + size);
  into.resize(before + win32::ReadAt(file, offset, std::span(into).subspan(before)));
}

}  // namespace

std::string AuditFileName::ToString() const {
  std::string text(kPrefix);
  text += day;
  if (number != 1) text += "." + std::to_string(number);
  text += kSuffix;
  return text;
}

std::optional<std::chrono::sys_days> AuditFileName::Begin() const {
  if (!IsDay(day)) return std::nullopt;
  const auto number_at = [this](std::size_t at, std::size_t count) {
    int value = 0;
    std::from_chars(day.data() + at, day.data() + at + count, value);
    return value;
  };
  const std::chrono::year_month_day date(std::chrono::year(number_at(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number_at(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number_at(8, 2))));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<AuditFileName> AuditFileName::FromText(std::string_view text) {
  if (!text.starts_with(kPrefix) || !text.ends_with(kSuffix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.size() < kDayCharacters + kSuffix.size()) return std::nullopt;
  text.remove_suffix(kSuffix.size());
  AuditFileName name;
  name.day = text.substr(0, kDayCharacters);
  text.remove_prefix(kDayCharacters);
  if (!IsDay(name.day)) return std::nullopt;
  if (text.empty()) return name;
  if (!text.starts_with('.') || text.starts_with(".0")) return std::nullopt;
  text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), name.number);
  if (error != std::errc() || end != text.data() + text.size() || name.number < 2) return std::nullopt;
  return name;
}

std::vector<AuditFile> ListAuditFiles(const std::filesystem::path& folder) {
  std::vector<AuditFile> files;
  WIN32_FIND_DATAW found{};
  const win32::UniqueFindHandle find(::FindFirstFileW((folder / L"audit-*.jsonl").c_str(), &found));
  if (!find) {
    const DWORD error = ::GetLastError();
    if (error == ERROR_FILE_NOT_FOUND) return files;
    throw win32::Win32Error(error, "FindFirstFileW", win32::ToUtf8Lossy(folder.native()));
  }
  do {
    if ((found.dwFileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)) != 0) continue;
    auto name = AuditFileName::FromText(win32::ToUtf8Lossy(found.cFileName));
    if (!name) continue;
    files.push_back({std::move(*name), (std::uint64_t{found.nFileSizeHigh} << 32) | found.nFileSizeLow});
  } while (::FindNextFileW(find.get(), &found));
  const DWORD error = ::GetLastError();
  if (error != ERROR_NO_MORE_FILES) {
    throw win32::Win32Error(error, "FindNextFileW", win32::ToUtf8Lossy(folder.native()));
  }
  std::sort(files.begin(), files.end(),
            [](const AuditFile& a, const AuditFile& b) { return a.name < b.name; });
  return files;
}

win32::UniqueFile OpenAuditFile(const std::filesystem::path& folder, const AuditFileName& name) {
  const std::string text = name.ToString();
  win32::UniqueFile file(::CreateFileW((folder / text).c_str(), GENERIC_READ,
                                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                       OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!file) win32::ThrowLastError("CreateFileW", text);
  return file;
}

std::optional<win32::UniqueFile> OpenAuditFileIfThere(const std::filesystem::path& folder,
                                                      const AuditFileName& name) {
  try {
    return OpenAuditFile(folder, name);
  } catch (const win32::Win32Error& error) {
    if (error.win32_code() == ERROR_FILE_NOT_FOUND) return std::nullopt;
    throw;
  }
}

LineReader::LineReader(win32::UniqueFile file, std::uint64_t offset)
    : file_(std::move(file)), offset_(offset) {}

std::optional<std::string_view> LineReader::Next() {
  std::size_t searched = begin_;
  for (;;) {
    std::size_t end = buffer_.find('\n', searched);
    ended_in_newline_ = end != std::string::npos;
    if (!ended_in_newline_ && buffer_.size() - begin_ < kLongestLine) {
      buffer_.erase(0, begin_);
      begin_ = 0;
      searched = buffer_.size();
      ReadBehind(file_.get(), offset_ + searched, kBlockBytes, buffer_);
      if (buffer_.size() != searched) continue;
      if (buffer_.empty()) return std::nullopt;
    }
    if (!ended_in_newline_) end = buffer_.size();
    const auto line = std::string_view(buffer_).substr(begin_, end - begin_);
    const std::size_t given = line.size() + (ended_in_newline_ ? 1 : 0);
    begin_ += given;
    offset_ += given;
    return line;
  }
}

ReverseLineReader::ReverseLineReader(win32::UniqueFile file, std::optional<std::uint64_t> end)
    : file_(std::move(file)) {
  start_ = end ? *end : win32::SizeOf(file_.get());
  for (;;) {
    const std::size_t newline = buffer_.rfind('\n');
    if (newline != std::string::npos) {
      buffer_.resize(newline + 1);
      break;
    }
    if (start_ == 0) {
      buffer_.clear();
      break;
    }
    // Nothing of half a line is kept.
    buffer_.clear();
    ReadBefore();
  }
  end_ = line_start_ = start_ + buffer_.size();
}

void ReverseLineReader::ReadBefore() {
  const std::size_t most = buffer_.empty() && end_ == 0 ? kFirstReverseBlockBytes : kBlockBytes;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(start_, most));
  std::string block;
  ReadBehind(file_.get(), start_ - size, size, block);
  // Cut while it was read: what was there is gone.
  if (block.size() != size) throw win32::Win32Error(ERROR_HANDLE_EOF, "ReadFile");
  start_ -= size;
  buffer_.insert(0, block);
}

std::optional<std::string_view> ReverseLineReader::Previous() {
  buffer_.resize(static_cast<std::size_t>(line_start_ - start_));
  for (;;) {
    if (buffer_.empty() && start_ == 0) return std::nullopt;
    // The last byte is the newline of the line that is looked for.
    const std::size_t newline =
        buffer_.size() < 2 ? std::string::npos : buffer_.rfind('\n', buffer_.size() - 2);
    if (newline != std::string::npos || (start_ == 0 && !buffer_.empty()) || buffer_.size() > kLongestLine) {
      const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
      line_start_ = start_ + begin;
      return std::string_view(buffer_).substr(begin, buffer_.size() - 1 - begin);
    }
    ReadBefore();
  }
}

std::optional<AuditSeal> LastSeal(const std::filesystem::path& folder, const AuditFileName& name) {
  ReverseLineReader lines(OpenAuditFile(folder, name));
  while (const auto line = lines.Previous()) {
    if (auto seal = ParseSeal(*line)) {
      seal->before_hash = {};
      return seal;
    }
  }
  return std::nullopt;
}

AuditHead RecoverHead(const std::filesystem::path& folder) {
  const std::vector<AuditFile> files = ListAuditFiles(folder);
  AuditHead head;
  bool has_chain = false;
  for (auto file = files.rbegin(); file != files.rend() && (head.seq == 0 || !has_chain); ++file) {
    if (head.seq == 0) {
      if (const auto seal = LastSeal(folder, file->name)) {
        head.seq = seal->seq;
        head.hash = seal->hash;
      }
    }
    if (head.seq == 0) continue;
    // The first sealed line of the file, not far from its beginning.
    LineReader lines(OpenAuditFile(folder, file->name));
    while (const auto line = lines.Next()) {
      const auto seal = ParseSeal(*line);
      if (!seal) continue;
      if (seal->chain) {
        head.chain = *seal->chain;
        has_chain = true;
      }
      break;
    }
  }
  if (!has_chain) {
    std::array<unsigned char, 8> bytes{};
    win32::FillWithRandom(bytes);
    head.chain = AuditChainId::FromBytes(bytes);
  }
  return head;
}

}  // namespace onbehalf::service
