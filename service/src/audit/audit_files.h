#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_chain.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// A file of the audit: audit-2026-11-22.jsonl, and audit-2026-11-22.2.jsonl when there is more of that day
// (UTC). Ordered as they were written.
struct AuditFileName {
  std::string day;  // "2026-11-22"
  std::uint32_t number = 1;

  std::string ToString() const;
  // When the day begins; nullopt for a day that no calendar has ("2026-02-30").
  std::optional<std::chrono::sys_days> Begin() const;
  // nullopt for every other name.
  static std::optional<AuditFileName> FromText(std::string_view text);
  friend auto operator<=>(const AuditFileName&, const AuditFileName&) = default;
  friend bool operator==(const AuditFileName&, const AuditFileName&) = default;
};

struct AuditFile {
  AuditFileName name;
  std::uint64_t size = 0;  // as the folder tells it: of a file that is being written it may be late
};

// The audit's files in `folder`, oldest first; what is no file (a folder, a link) is not among them. Throws
// win32::Win32Error when the folder cannot be read.
std::vector<AuditFile> ListAuditFiles(const std::filesystem::path& folder);

// Opens for reading, whoever writes it at the same time. Throws win32::Win32Error with the file's name.
win32::UniqueFile OpenAuditFile(const std::filesystem::path& folder, const AuditFileName& name);
// nullopt when the file has been removed since it was listed.
std::optional<win32::UniqueFile> OpenAuditFileIfThere(const std::filesystem::path& folder,
                                                      const AuditFileName& name);

// The longest line that is taken for one. What is longer is no line of the audit.
inline constexpr std::size_t kLongestLine = 64 * 1024 * 1024;

// The lines of a file, from a place in it to its end as that is when it gets there. One line is in memory.
// Throws win32::Win32Error when it cannot be read.
class LineReader {
 public:
  explicit LineReader(win32::UniqueFile file, std::uint64_t offset = 0);

  // The next line without its newline, until the next call; nullopt at the end. The last one may lack its
  // newline.
  std::optional<std::string_view> Next();
  // Whether the line given last ended in a newline.
  bool ended_in_newline() const { return ended_in_newline_; }
  // Where the next line begins.
  std::uint64_t offset() const { return offset_; }

 private:
  win32::UniqueFile file_;
  std::uint64_t offset_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of the next line in buffer_
  bool ended_in_newline_ = false;
};

// The whole lines of a file, the last one first.
class ReverseLineReader {
 public:
  // `end`: only what is before it; it must be where a line begins.
  explicit ReverseLineReader(win32::UniqueFile file, std::optional<std::uint64_t> end = std::nullopt);

  // Where the last whole line ends, its newline included: what follows is half a line.
  std::uint64_t end() const { return end_; }
  // The line before, without its newline, until the next call; nullopt at the beginning.
  std::optional<std::string_view> Previous();
  // Where the line given last begins.
  std::uint64_t offset() const { return line_start_; }

 private:
  void ReadBefore();

  win32::UniqueFile file_;
  std::uint64_t end_ = 0;
  std::uint64_t start_ = 0;       // of buffer_ in the file
  std::uint64_t line_start_ = 0;  // of the line given last, or end_
  std::string buffer_;            // up to and with the newline that ends the line to be given next
};

// Where the chain stands at the end of a file: its last line that has a seal. nullopt if none has.
std::optional<AuditSeal> LastSeal(const std::filesystem::path& folder, const AuditFileName& name);

// Where the chain in `folder` stands: the last sealed line of the newest file that has one, and the chain's
// id as the newest file that says it has it. Number 0 and a new id if there is no sealed line.
AuditHead RecoverHead(const std::filesystem::path& folder);

}  // namespace onbehalf::service
