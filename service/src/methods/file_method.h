#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "files/file_scope.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/service/typed_method.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// What the methods of file.* share.

// What JSON's readers keep exactly.
inline constexpr std::uint64_t kMaxOffset = 9007199254740991;

inline constexpr Bounds kPathBounds{.min_length = 1, .max_length = 32'000};
inline constexpr Bounds kOffsetBounds{.minimum = 0, .maximum = kMaxOffset};

// For results.
Json FileIdWords();
Json ModifiedWords();
Json FileTypeWords();
Json FileAttributeWords();

// {done, total} in bytes.
Json FileProgressSchema();
void ReportTo(const Call& call, std::uint64_t done, std::uint64_t total);

// What may be in an answer or a piece: the rest is for what surrounds it.
std::size_t MaxAnswerBytes(const FileScope& scope);

NtOpen ToRead();
NtOpen ToList();

// The path that the parameter `member` gives, opened.
Result<OpenedFile> Open(const FileScope& scope, const std::string& path, const char* member, NtOpen open);

// The settings for a stream. What it has open outlives those that allowed it, and is looked at again when others are in force.
// One thread at a time.
class StreamScope {
 public:
  // Of what the parameter `path` gives.
  StreamScope(std::shared_ptr<const LiveSettings> live, std::string path)
      : live_(std::move(live)), settings_(live_->Now()), path_(std::move(path)) {}

  FileScope scope() const { return FileScope(settings_); }
  // Why what is open of the path is not allowed any longer.
  std::optional<protocol::Error> CheckStillAllowed(HANDLE file);

 private:
  std::shared_ptr<const LiveSettings> live_;
  std::shared_ptr<const Settings> settings_;
  std::string path_;
};

// What a method of file.* needs before a request comes: the settings, and what comes with a first use of hashes, random numbers
// and NT's functions, because nothing is loaded while a thread impersonates. Throws win32::Win32Error.
class FileMethods {
 public:
  FileMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings);

  const std::shared_ptr<const LiveSettings>& settings() const { return settings_; }
  // A method as all of file.* are: as the caller, and seen by everybody until an administrator grants it.
  static Method Named(const char* name, const char* summary);
  void Add(Method method) { registry_.Add(std::move(method)); }
  // Has `work` answer the method, a function of (const FileScope&, const Params&, const Call&).
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
