#include "audit/audit.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <functional>
#include <mutex>
#include <utility>

#include "escaped_text.h"
#include "impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "sid_text.h"
#include "utc_time.h"

namespace onbehalf::service {
namespace {

using std::chrono::system_clock;

// Bytes of each field that are kept, before escaping.
constexpr std::size_t kRequestIdBytes = 64;
constexpr std::size_t kMethodBytes = 128;
constexpr std::size_t kImageBytes = 260;  // MAX_PATH
constexpr std::size_t kNodeBytes = 128;
constexpr std::size_t kEntryBytes = 256;
constexpr std::size_t kReasonBytes = 64;
// A byte takes six at most when it is escaped (\u000a); names, numbers and the SID (at most 184 characters)
// take less than 1,024 in all.
constexpr std::size_t kLineBytes = 8192;
static_assert(6 * (kRequestIdBytes + kMethodBytes + kImageBytes + kNodeBytes + kEntryBytes + kReasonBytes) +
                  1024 <=
              kLineBytes);

// One line, composed on the stack: the request path takes no memory for its audit.
class Line {
 public:
  explicit Line(system_clock::time_point time) : time_(time, UtcText::Fraction::kMicroseconds) {
    Put("{\"time\":\"");
    Put(time_.view());
    Put("\"");
  }

  void Text(std::string_view name, std::string_view value, std::size_t max_bytes) {
    Name(name);
    Put("\"");
    AppendEscaped(*this, value, Escaping::kJson, max_bytes);
    Put("\"");
  }
  void Number(std::string_view name, std::uint64_t value) {
    Name(name);
    PutNumber(value);
  }
  void Account(std::string_view name, const win32::Sid& sid) {
    Name(name);
    Put("\"");
    Put(SidText(sid).view());
    Put("\"");
  }
  void End() { Put("}\n"); }

  std::string_view day() const { return time_.day(); }
  std::string_view view() const { return {bytes_.data(), size_}; }

  // For AppendEscaped.
  void append(const char* bytes, std::size_t count) { Put({bytes, count}); }

 private:
  void Name(std::string_view name) {
    Put(",\"");
    Put(name);
    Put("\":");
  }
  void PutNumber(std::uint64_t value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    Put({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  // What no longer fits is left out; the bounds above see to it that everything does.
  void Put(std::string_view text) {
    const std::size_t count = text.size() <= bytes_.size() - size_ ? text.size() : bytes_.size() - size_;
    std::memcpy(bytes_.data() + size_, text.data(), count);
    size_ += count;
  }

  UtcText time_;
  std::array<char, kLineBytes> bytes_;
  std::size_t size_ = 0;
};

std::string_view Word(AuditVerdict verdict) {
  switch (verdict) {
    case AuditVerdict::kAllowed:
      return "allowed";
    case AuditVerdict::kDenied:
      return "denied";
    case AuditVerdict::kRefused:
      break;
  }
  return "refused";
}

struct FileIdentity {
  DWORD volume = 0;
  DWORD index_high = 0;
  DWORD index_low = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

std::optional<BY_HANDLE_FILE_INFORMATION> Information(HANDLE file) {
  BY_HANDLE_FILE_INFORMATION information;
  if (!::GetFileInformationByHandle(file, &information)) return std::nullopt;
  return information;
}

FileIdentity IdentityOf(const BY_HANDLE_FILE_INFORMATION& information) {
  return {information.dwVolumeSerialNumber, information.nFileIndexHigh, information.nFileIndexLow};
}

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

}  // namespace

struct Audit::File {
  std::filesystem::path folder;
  Clock now;
  std::mutex mutex;

  // All below under `mutex`.
  win32::UniqueFile handle;
  std::filesystem::path path;
  std::array<char, 10> day{};  // of `path`
  FileIdentity identity;
  system_clock::time_point looked_at;  // when the path was last seen to be this file
  bool mid_line = false;               // the file ends in half a line, which must not swallow the next one

  bool Append(const Line& line, system_clock::time_point time) {
    const std::lock_guard lock(mutex);
    if (!IsCurrent(line.day(), time) && !Open(line.day(), time)) return false;
    if (mid_line && !Write("\n")) return false;
    mid_line = false;
    return Write(line.view());
  }

  // The file of this day is open and its path still names it. The path is looked at once a second: whoever
  // may remove or rename the file (administrators) can make lines of that second go to the file that was.
  bool IsCurrent(std::string_view line_day, system_clock::time_point time) {
    if (!handle || line_day != std::string_view(day.data(), day.size())) return false;
    if (time >= looked_at && time - looked_at < std::chrono::seconds(1)) return true;
    const win32::UniqueFile named(::CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, kShareAll, nullptr,
                                                OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    if (!named) return false;
    const auto information = Information(named.get());
    if (!information || IdentityOf(*information) != identity) return false;
    looked_at = time;
    return true;
  }

  bool Open(std::string_view line_day, system_clock::time_point time) {
    std::wstring name = L"audit-";
    for (const char c : line_day) name += static_cast<wchar_t>(c);
    path = folder / (name + L".jsonl");
    // Closed first: a removed file that is still open keeps its name from being used.
    handle.reset();
    // FILE_APPEND_DATA without FILE_WRITE_DATA: this handle cannot change a byte that has been written
    // ("File Access Rights Constants"). A link in the file's place is opened itself and then refused.
    handle.reset(::CreateFileW(path.c_str(), FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE, kShareAll,
                               nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT,
                               nullptr));
    if (!handle) return false;
    const auto information = Information(handle.get());
    if (!information || (information->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
      handle.reset();
      return false;
    }
    identity = IdentityOf(*information);
    line_day.copy(day.data(), day.size());
    looked_at = time;
    mid_line = (information->nFileSizeLow != 0 || information->nFileSizeHigh != 0) && !EndsInNewline();
    return true;
  }

  // False also when it cannot be read: an empty line does no harm.
  bool EndsInNewline() const {
    const win32::UniqueFile reader(::CreateFileW(path.c_str(), GENERIC_READ, kShareAll, nullptr,
                                                 OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    LARGE_INTEGER last{};
    last.QuadPart = -1;
    char byte = 0;
    DWORD read = 0;
    return reader && ::SetFilePointerEx(reader.get(), last, nullptr, FILE_END) &&
           ::ReadFile(reader.get(), &byte, 1, &read, nullptr) && read == 1 && byte == '\n';
  }

  // One WriteFile. After a failure the file is opened anew the next time.
  bool Write(std::string_view text) {
    DWORD written = 0;
    const BOOL succeeded =
        ::WriteFile(handle.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
    if (succeeded && written == text.size()) return true;
    handle.reset();
    return false;
  }
};

Audit::Audit(const std::filesystem::path& folder, Clock now) : file_(std::make_unique<File>()) {
  file_->folder = folder;
  file_->now = std::move(now);
}

Audit::~Audit() = default;

bool Audit::Record(const AuditDecision& decision) {
  AssertNotImpersonating();
  const system_clock::time_point now = file_->now();
  Line line(now);
  line.Text("event", "decision", kReasonBytes);
  line.Text("request", decision.request_id, kRequestIdBytes);
  line.Number("connection", decision.connection_id);
  line.Text("method", decision.method, kMethodBytes);
  if (decision.caller != nullptr) {
    line.Account("account", decision.caller->user());
    line.Text("level", win32::ToString(decision.caller->level()), kReasonBytes);
  }
  if (decision.process != nullptr) {
    line.Number("process", decision.process->process_id);
    if (!decision.process->image_path.empty()) line.Text("image", decision.process->image_path, kImageBytes);
  }
  line.Text("verdict", Word(decision.verdict), kReasonBytes);
  if (!decision.node.empty()) line.Text("node", decision.node, kNodeBytes);
  if (!decision.entry.empty()) line.Text("entry", decision.entry, kEntryBytes);
  if (!decision.reason.empty()) line.Text("reason", decision.reason, kReasonBytes);
  line.End();
  return file_->Append(line, now);
}

bool Audit::Record(const AuditOutcome& outcome) {
  AssertNotImpersonating();
  const system_clock::time_point now = file_->now();
  Line line(now);
  line.Text("event", "outcome", kReasonBytes);
  line.Text("request", outcome.request_id, kRequestIdBytes);
  line.Text("method", outcome.method, kMethodBytes);
  line.Text("outcome", outcome.outcome, kReasonBytes);
  if (outcome.win32) line.Number("win32", *outcome.win32);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(outcome.took).count();
  line.Number("took_us", took < 0 ? 0 : static_cast<std::uint64_t>(took));
  line.End();
  return file_->Append(line, now);
}

}  // namespace onbehalf::service
