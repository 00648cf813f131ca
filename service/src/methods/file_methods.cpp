#include "methods/file_methods.h"

#include <algorithm>
#include <array>
#include <utility>

#include "files/name_pattern.h"
#include "files/nt_file.h"
#include "methods/file_method.h"
#include "methods/granted_method.h"
#include "onbehalf/win32/hash.h"

namespace onbehalf::service {

using protocol::Error;

void ReportTo(const Call& call, std::uint64_t done, std::uint64_t total) {
  if (call.progress.wanted()) call.progress.Report(ToJson(FileProgress{done, total}));
}

std::size_t MaxAnswerBytes(const FileScope& scope) {
  const std::size_t response = scope.settings().limits.response_bytes;
  return response - std::min<std::size_t>(response / 4, 16 * 1024);
}

NtOpen ToRead() {
  NtOpen open;
  open.access = FILE_READ_DATA;
  open.kind = kNotADirectory;
  return open;
}

NtOpen ToList() {
  NtOpen open;
  open.access = FILE_LIST_DIRECTORY;
  open.kind = kDirectory;
  return open;
}

Result<OpenedFile> Open(const FileScope& scope, const std::string& path, const char* member, NtOpen open) {
  ONBEHALF_TRY(const auto& named, scope.PathOf(path, member));
  return scope.Open(named, std::move(open));
}

std::optional<Error> StreamScope::CheckStillAllowed(HANDLE file) {
  auto now = live_->Now();
  if (now == settings_) return std::nullopt;
  settings_ = std::move(now);
  ONBEHALF_TRY(const auto& named, scope().PathOf(path_, "path"));
  return scope().CheckAllowed(named, file);
}

FileMethods::FileMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings)
    : registry_(registry), settings_(std::move(settings)), kept_(std::make_shared<win32::Sha256>()) {
  PrepareNtFiles();
  static_cast<void>(NamePattern("*").Matches(L"a"));
  std::array<unsigned char, 1> random{};
  win32::FillWithRandom(random);
}

Method FileMethods::Named(const char* name, const char* summary) {
  return GrantedMethod(name, summary, Acts::kAsCaller);
}

void AddFileMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings) {
  FileMethods methods(registry, std::move(settings));
  AddFileListingMethods(methods);
  AddFileReadingMethods(methods);
  AddFileWritingMethods(methods);
}

}  // namespace onbehalf::service
