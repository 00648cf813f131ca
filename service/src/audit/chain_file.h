#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "audit/anchor_writer.h"
#include "audit/audit_files.h"
#include "audit/audit_hasher.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "storage/file_operations.h"

namespace onbehalf::service {

// The audit file being written, and the head of its chain: opened for appending, continued where the newest file ends, followed
// by the next file when it is full or its day is over. Anything after the last whole line is terminated and declared by a "torn"
// line. A failure sets error(); the next MakeReady reopens the file. Under the audit's lock.
class ChainFile {
 public:
  using Time = std::chrono::system_clock::time_point;

  // Does not open a file yet. All arguments must outlive this. Throws win32::Win32Error if SHA-256 is not available.
  ChainFile(const std::filesystem::path& folder, const Settings::Audit& settings, FileOperations& files,
            AnchorWriter& anchors);
  ChainFile(const ChainFile&) = delete;
  ChainFile& operator=(const ChainFile&) = delete;

  // Opens the right file for a line of `day` and `bytes`.
  bool MakeReady(std::string_view day, std::size_t bytes, Time time);
  // Appends a line as the next one of the chain, in one write. Line is AuditLine or LongAuditLine.
  template <typename Line>
  bool Append(Line& line);
  // Whether a file has been begun since the last call.
  bool TakeBegun() { return std::exchange(has_begun_, false); }

  // nullopt until it has been determined.
  const std::optional<AuditHead>& head() const { return head_; }
  // The file being written; no day before the first.
  const AuditFileName& name() const { return name_; }

  // The last failure.
  DWORD error() const { return error_; }
  void ClearError() { error_ = ERROR_SUCCESS; }
  // Closes the file and returns false.
  bool Fail(DWORD code);

 private:
  struct Identity {
    DWORD volume = 0;
    DWORD index_high = 0;
    DWORD index_low = 0;
    static Identity Of(const BY_HANDLE_FILE_INFORMATION& information);
    friend bool operator==(const Identity&, const Identity&) = default;
  };

  bool IsStillThere(Time time);
  bool IsFull(std::size_t bytes) const;
  bool OpenFile(std::string_view day, std::size_t bytes, Time time);
  bool OpenNamed(DWORD disposition, Time time);
  bool CloseOff(Time time);
  std::string TornMembers(std::string_view rest);
  bool Adopt(std::string_view line);
  bool Write(std::string_view text);

  const std::filesystem::path& folder_;
  const Settings::Audit& settings_;
  FileOperations& files_;
  AnchorWriter& anchors_;

  AuditHasher hasher_;
  std::optional<AuditHead> head_;
  AuditFileName name_;
  win32::UniqueFile handle_;
  std::filesystem::path path_;
  Identity identity_;
  std::uint64_t size_ = 0;
  bool has_sealed_line_ = false;  // in this file
  bool has_begun_ = false;
  Time looked_at_;  // when the path was last found to name this file
  DWORD error_ = ERROR_SUCCESS;
};

}  // namespace onbehalf::service
