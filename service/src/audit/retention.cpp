#include "audit/retention.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/audit_chain.h"
#include "audit/audit_line.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "text/utc_time.h"

namespace onbehalf::service {
namespace {

using std::chrono::system_clock;

// "2026-08-24" for 90 days before "2026-11-22".
std::string DayBefore(system_clock::time_point time, std::uint32_t days) {
  return std::string(UtcText(time - std::chrono::days(days), UtcText::Fraction::kNone).day());
}

// The reference time for a file's age: now, or the day after the newest file before the current day, so that a clock that jumps
// ahead does not make all files too old at once. After a pause, older files reach their age with the next day's file.
system_clock::time_point AgeReferenceTime(system_clock::time_point time, const std::vector<AuditFile>& files,
                                          const std::string& day) {
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    const auto begin = file->name.Begin();
    if (file->name.day >= day || !begin) continue;
    return std::min<system_clock::time_point>(time, *begin + std::chrono::days(1));
  }
  return time;
}

// ERROR_SUCCESS if the file can be removed.
DWORD RemovalError(const std::filesystem::path& file) {
  const win32::UniqueFile removable(
      ::CreateFileW(file.c_str(), DELETE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                    OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  return removable ? ERROR_SUCCESS : ::GetLastError();
}

// The error code of what a function throws.
template <typename Function>
DWORD CodeOf(Function&& function) {
  try {
    function();
  } catch (const win32::Win32Error& failure) {
    return failure.win32_code();
  }
  return ERROR_SUCCESS;
}

}  // namespace

Retention::Retention(const std::filesystem::path& folder, const Settings::Audit& settings, ChainFile& file,
                     FileOperations& files, AuditEvents& events)
    : folder_(folder), settings_(settings), file_(file), files_(files), events_(events) {}

bool Retention::Apply(Time time) {
  due_ = file_.TakeBegun() || due_;
  if (!std::exchange(due_, false)) return true;
  std::vector<AuditFile> files;
  try {
    files = ListAuditFiles(folder_);
  } catch (const win32::Win32Error& failure) {
    return file_.Fail(failure.win32_code());
  }
  std::uint64_t bytes = settings_.file_bytes;
  for (const AuditFile& file : files) {
    if (file.name != file_.name()) bytes += file.size;
  }
  const std::string oldest_day =
      DayBefore(AgeReferenceTime(time, files, file_.name().day), settings_.keep_days);
  for (const AuditFile& file : files) {
    const bool is_old = file.name.day < oldest_day;
    if (file.name >= file_.name() || (!is_old && bytes <= settings_.keep_bytes)) break;
    if (!Remove(file, is_old ? "age" : "size", time)) {
      due_ = true;
      return false;
    }
    bytes -= file.size;
  }
  return true;
}

bool Retention::Remove(const AuditFile& file, std::string_view why, Time time) {
  const std::string text = file.name.ToString();
  const std::filesystem::path old = folder_ / text;
  // Checked before the removal is recorded.
  DWORD code = RemovalError(old);
  std::optional<AuditSeal> last;
  if (code == ERROR_SUCCESS) code = CodeOf([&] { last = LastSeal(folder_, file.name); });
  if (code == ERROR_SUCCESS) {
    AuditLine line(time, "retention");
    line.Word("file", text);
    line.Word("why", why);
    line.Number("bytes", file.size);
    if (last) {
      line.Number("last_seq", last->seq);
      line.Word("last", last->hash.view());
    }
    if (!file_.Append(line)) return false;
    code = CodeOf([&] { files_.Delete(old); });
  }
  if (code != ERROR_SUCCESS) events_.CannotRemove(text, code, time);
  return true;
}

}  // namespace onbehalf::service
