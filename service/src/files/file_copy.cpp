#include "files/file_copy.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "files/file_facts.h"
#include "onbehalf/win32/file_bytes.h"

namespace onbehalf::service {
namespace {

constexpr std::size_t kPart = 1024 * 1024;

}  // namespace

Result<std::uint64_t> CopyInto(
    NewFile& to, const FileScope& scope, HANDLE from,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& on_progress) {
  const FILE_BASIC_INFO basic = BasicOf(from);
  const std::unique_ptr<char[]> buffer(new char[kPart]);
  std::uint64_t done = 0;
  for (;;) {
    const std::size_t bytes = win32::ReadAt(from, done, {buffer.get(), kPart});
    if (bytes == 0) break;
    win32::WriteAt(to.file(), done, {buffer.get(), bytes});
    done += bytes;
    on_progress(done, (std::max)(done, win32::SizeOf(from)));
  }
  if (auto error = to.Keep(scope, basic.FileAttributes, basic.LastWriteTime)) return *std::move(error);
  return done;
}

}  // namespace onbehalf::service
