#include "audit/chain_file.h"

#include <chrono>
#include <optional>
#include <utility>

#include "audit/audit_line.h"
#include "audit/line_reader.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

}  // namespace

ChainFile::ChainFile(const std::filesystem::path& folder, const Settings::Audit& settings,
                     FileOperations& files, AnchorWriter& anchors)
    : folder_(folder), settings_(settings), files_(files), anchors_(anchors) {}

bool ChainFile::MakeReady(std::string_view day, std::size_t bytes, Time time) {
  // Never an older file: setting the clock back must not change the order of the files.
  if (handle_ && !IsFull(bytes) && day <= name_.day && IsStillThere(time)) return true;
  try {
    if (!head_) {
      const auto files = ListAuditFiles(folder_);
      head_ = RecoverHead(folder_);
      if (!files.empty()) name_ = files.back().name;
    }
    return OpenFile(day, bytes, time);
  } catch (const win32::Win32Error& failure) {
    return Fail(failure.win32_code());
  }
}

ChainFile::Identity ChainFile::Identity::Of(const BY_HANDLE_FILE_INFORMATION& information) {
  return {information.dwVolumeSerialNumber, information.nFileIndexHigh, information.nFileIndexLow};
}

// Whether the path still names the open file. Checked once a second: those who may remove or rename the file (administrators)
// can cause the lines of that second to go to the old file.
bool ChainFile::IsStillThere(Time time) {
  if (time >= looked_at_ && time - looked_at_ < std::chrono::seconds(1)) return true;
  const win32::UniqueFile named(::CreateFileW(path_.c_str(), FILE_READ_ATTRIBUTES, kShareAll, nullptr,
                                              OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  BY_HANDLE_FILE_INFORMATION information;
  if (!named || !::GetFileInformationByHandle(named.get(), &information) ||
      Identity::Of(information) != identity_) {
    return false;
  }
  looked_at_ = time;
  return true;
}

bool ChainFile::IsFull(std::size_t bytes) const { return size_ != 0 && size_ + bytes > settings_.file_bytes; }

// Opens the file for a line of `day`: the current one, or the next.
bool ChainFile::OpenFile(std::string_view day, std::size_t bytes, Time time) {
  // Even if it is not the one that will be written: leftovers at its end must be terminated there.
  if (!handle_ && !name_.day.empty() && !OpenNamed(day > name_.day ? OPEN_EXISTING : OPEN_ALWAYS, time) &&
      !(day > name_.day && error_ == ERROR_FILE_NOT_FOUND)) {
    return false;
  }
  const AuditFileName before = name_;
  if (day > name_.day) {
    name_ = {std::string(day), 1};
  } else if (handle_ && IsFull(bytes)) {
    ++name_.number;
  } else if (handle_ && IsStillThere(time)) {
    return true;
  }
  // Closed first: while a removed file is open, its name cannot be reused.
  handle_.reset();
  if (!OpenNamed(OPEN_ALWAYS, time)) {
    name_ = before;
    return false;
  }
  if (name_ == before) return true;
  has_begun_ = true;
  if (head_->seq != 0 && !before.day.empty()) anchors_.OnFileEnded({*head_, before.ToString()});
  return true;
}

bool ChainFile::OpenNamed(DWORD disposition, Time time) {
  path_ = folder_ / name_.ToString();
  // FILE_APPEND_DATA without FILE_WRITE_DATA: this handle cannot change a written byte ("File Access Rights Constants"), and
  // without FILE_SHARE_WRITE nobody else can open the file to do so. A link in the file's place is opened itself and then
  // refused.
  handle_.reset(::CreateFileW(path_.c_str(), FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
                              FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr, disposition,
                              FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!handle_) return Fail(::GetLastError());
  BY_HANDLE_FILE_INFORMATION information;
  if (!::GetFileInformationByHandle(handle_.get(), &information)) return Fail(::GetLastError());
  if ((information.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) return Fail(ERROR_CANT_ACCESS_FILE);
  identity_ = Identity::Of(information);
  size_ = (std::uint64_t{information.nFileSizeHigh} << 32) | information.nFileSizeLow;
  looked_at_ = time;
  has_sealed_line_ = false;
  try {
    return size_ == 0 || CloseOff(time);
  } catch (const win32::Win32Error& failure) {
    return Fail(failure.win32_code());
  }
}

// Anything after the file's last sealed line is not part of the chain: it is the rest of an interrupted write. It is declared by
// a "torn" line with its hash, unless it is a line that lacks only its newline: the next one of the chain, or a "torn" line for
// the text before it.
bool ChainFile::CloseOff(Time time) {
  std::string rest;
  {
    std::uint64_t begin = 0;
    ReverseLineReader lines(OpenAuditFile(folder_, name_));
    while (const auto line = lines.Previous()) {
      if (!ParseSeal(*line)) continue;
      // A failed write may have been complete all the same.
      Adopt(*line);
      has_sealed_line_ = true;
      begin = lines.offset() + line->size() + 1;
      break;
    }
    LineReader after(OpenAuditFile(folder_, name_), begin);
    while (const auto line = after.Next()) {
      rest += *line;
      if (after.ended_in_newline()) rest += '\n';
    }
  }
  if (rest.empty()) return true;
  if (!rest.ends_with('\n')) {
    if (!Write("\n")) return false;
    const std::string_view all = rest;
    const std::size_t last = all.rfind('\n') + 1;  // npos + 1 is 0
    if ((last == 0 || all.substr(last).find(TornMembers(all.substr(0, last))) != std::string_view::npos) &&
        Adopt(all.substr(last))) {
      return true;
    }
    rest += '\n';
  }
  AuditLine line(time, "torn");
  line.Put(TornMembers(rest));
  return Append(line);
}

// The members of a "torn" line for `rest`. No value of a line can contain them: quotation marks are escaped.
std::string ChainFile::TornMembers(std::string_view rest) {
  std::string text(",\"bytes\":");
  text += DecimalText(rest.size()).view();
  text += ",\"sha256\":\"";
  text += hasher_.Of(rest).view();
  return text + '"';
}

// Makes a line that is in the file the chain's head, if it is the next one of the chain.
bool ChainFile::Adopt(std::string_view line) {
  const auto seal = ParseSeal(line);
  if (!seal || seal->seq != head_->seq + 1 || hasher_.Next(head_->hash, seal->before_hash) != seal->hash)
    return false;
  *head_ = {head_->chain, seal->seq, seal->hash};
  has_sealed_line_ = true;
  return true;
}

// One write. After a failure the file is reopened the next time.
bool ChainFile::Write(std::string_view text) {
  try {
    files_.Write(handle_.get(), text);
  } catch (const win32::Win32Error& failure) {
    return Fail(failure.win32_code());
  }
  size_ += text.size();
  return true;
}

template <typename Line>
bool ChainFile::Append(Line& line) {
  const AuditHead next = Seal(line, *head_, !has_sealed_line_, hasher_);
  if (!Write(line.view())) return false;
  head_ = next;
  has_sealed_line_ = true;
  anchors_.OnLine();
  return true;
}
template bool ChainFile::Append(AuditLine& line);
template bool ChainFile::Append(LongAuditLine& line);

bool ChainFile::Fail(DWORD code) {
  error_ = code;
  handle_.reset();
  return false;
}

}  // namespace onbehalf::service
