#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "audit/audit_chain.h"
#include "audit/audit_file_name.h"
#include "audit/line_reader.h"

namespace onbehalf::service {

struct AuditFile {
  AuditFileName name;
  std::uint64_t size = 0;  // from the folder entry, which may lag behind while the file is written
};

// The audit's files in `folder`, oldest first, without folders and links. Throws win32::Win32Error if the folder cannot be read.
std::vector<AuditFile> ListAuditFiles(const std::filesystem::path& folder);

// Opens for reading, even while it is written. Throws win32::Win32Error with the file's name.
std::unique_ptr<ByteSource> OpenAuditFile(const std::filesystem::path& folder, const AuditFileName& name);
// nullptr if the file has been removed since it was listed.
std::unique_ptr<ByteSource> OpenAuditFileIfThere(const std::filesystem::path& folder,
                                                 const AuditFileName& name);

// The seal of the last sealed line of a file; nullopt if there is none.
std::optional<AuditSeal> LastSeal(const std::filesystem::path& folder, const AuditFileName& name);

// The head of the chain in `folder`: the last sealed line of the newest file with one, and the chain id of the newest file that
// states it. Number 0 and a new id if there is no sealed line.
AuditHead RecoverHead(const std::filesystem::path& folder);

}  // namespace onbehalf::service
