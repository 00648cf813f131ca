#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "files/file_scope.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/service/typed_method.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// Shared by the methods of file.*.

// The largest integer that all JSON parsers keep exactly (2^53 - 1).
inline constexpr std::uint64_t kMaxOffset = 9007199254740991;

inline constexpr Bounds kPathBounds{.min_length = 1, .max_length = 32'000};
inline constexpr Bounds kOffsetBounds{.minimum = 0, .maximum = kMaxOffset};

// Summaries of the members of results.
inline constexpr std::string_view kFileIdSummary =
    "VOLUME:FILEID, hexadecimal; a file keeps it when it is renamed";
inline constexpr std::string_view kModifiedSummary =
    "time of the last change, UTC; null if the file system has none";

struct FileProgress {
  std::uint64_t done;
  std::uint64_t total;

  static constexpr auto Describe() {
    return std::array{Required<&FileProgress::done>("done", "bytes"),
                      Required<&FileProgress::total>("total", "bytes in total")};
  }
};

void ReportTo(const Call& call, std::uint64_t done, std::uint64_t total);

// The maximum content of a response or piece; the rest is reserved for the JSON around it.
std::size_t MaxAnswerBytes(const FileScope& scope);

NtOpen ToRead();
NtOpen ToList();

// Opens the path in the parameter `member`.
Result<OpenedFile> Open(const FileScope& scope, const std::string& path, const char* member, NtOpen open);

// The settings of a stream. A stream's open file outlives the settings that allowed it, so it is checked again when
// they change. One thread at a time.
class StreamScope {
 public:
  // `path` is the value of the parameter `path`.
  StreamScope(std::shared_ptr<const LiveSettings> live, std::string path)
      : live_(std::move(live)), settings_(live_->Now()), path_(std::move(path)) {}

  FileScope scope() const { return FileScope(settings_); }
  // Why the current settings no longer allow the open file; nullopt if they do.
  std::optional<protocol::Error> CheckStillAllowed(HANDLE file);

 private:
  std::shared_ptr<const LiveSettings> live_;
  std::shared_ptr<const Settings> settings_;
  std::string path_;
};

// What the methods of file.* prepare before the first request: the settings, and one use each of hashes, random
// numbers and NT functions, because nothing may be loaded while a thread impersonates. Throws win32::Win32Error.
class FileMethods {
 public:
  FileMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings);

  const std::shared_ptr<const LiveSettings>& settings() const { return settings_; }
  // A method with the common properties of file.*: runs as the caller, visible to everyone, callable once an
  // administrator grants it.
  static Method Named(const char* name, const char* summary);
  void Add(Method method) { registry_.Add(std::move(method)); }
  // Sets `work`, a function of (const FileScope&, const Params&, const Call&), as the method's handler.
  template <HasFields Params, typename Work>
  void Answer(Method& method, Work work) const {
    Handle<Params>(method,
                   [settings = settings_, kept = kept_, work](const Params& params, const Call& call) {
                     return work(FileScope(settings->Now()), params, call);
                   });
  }

 private:
  MethodRegistry& registry_;
  const std::shared_ptr<const LiveSettings> settings_;
  const std::shared_ptr<void> kept_;
};

// file.stat, file.list, file.watch
void AddFileListingMethods(FileMethods& methods);
// file.read, file.checksum
void AddFileReadingMethods(FileMethods& methods);
// file.write, file.copy, file.move, file.delete, file.makeDirectory
void AddFileWritingMethods(FileMethods& methods);

}  // namespace onbehalf::service
