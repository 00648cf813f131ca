#include "audit/audit_files.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "onbehalf/win32/file_bytes.h"
#include "onbehalf/win32/folder_search.h"
#include "onbehalf/win32/hash.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(win32::UniqueFile file) : file_(std::move(file)) {}

  std::uint64_t Size() override { return win32::SizeOf(file_.get()); }
  std::size_t Read(std::uint64_t offset, std::span<char> into) override {
    return win32::ReadAt(file_.get(), offset, into);
  }
  void ReadAll(std::uint64_t offset, std::span<char> into) override {
    if (Read(offset, into) != into.size()) throw win32::Win32Error(ERROR_HANDLE_EOF, "ReadFile");
  }

 private:
  win32::UniqueFile file_;
};

}  // namespace

std::vector<AuditFile> ListAuditFiles(const std::filesystem::path& folder) {
  std::vector<AuditFile> files;
  win32::FolderSearch search((folder / L"audit-*.jsonl").native());
  while (const WIN32_FIND_DATAW* const entry = search.Next()) {
    if ((entry->dwFileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)) != 0) continue;
    auto name = AuditFileName::FromText(win32::ToUtf8Lossy(entry->cFileName));
    if (!name) continue;
    files.push_back({std::move(*name), (std::uint64_t{entry->nFileSizeHigh} << 32) | entry->nFileSizeLow});
  }
  std::sort(files.begin(), files.end(),
            [](const AuditFile& a, const AuditFile& b) { return a.name < b.name; });
  return files;
}

std::unique_ptr<ByteSource> OpenAuditFile(const std::filesystem::path& folder, const AuditFileName& name) {
  const std::string text = name.ToString();
  win32::UniqueFile file(::CreateFileW((folder / text).c_str(), GENERIC_READ, kShareAll, nullptr,
                                       OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!file) win32::ThrowLastError("CreateFileW", text);
  return std::make_unique<FileBytes>(std::move(file));
}

std::unique_ptr<ByteSource> OpenAuditFileIfThere(const std::filesystem::path& folder,
                                                 const AuditFileName& name) {
  try {
    return OpenAuditFile(folder, name);
  } catch (const win32::Win32Error& error) {
    if (error.win32_code() == ERROR_FILE_NOT_FOUND) return nullptr;
    throw;
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
    // The first sealed line of the file is near its beginning.
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
