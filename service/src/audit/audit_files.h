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
  std::uint64_t size = 0;  // as the folder tells it: of a file that is being written it may be late
};

// The audit's files in `folder`, oldest first; folders and links are left out. Throws
// win32::Win32Error when the folder cannot be read.
std::vector<AuditFile> ListAuditFiles(const std::filesystem::path& folder);

// Opens for reading, while it may be written. Throws win32::Win32Error with the file's name.
std::unique_ptr<ByteSource> OpenAuditFile(const std::filesystem::path& folder, const AuditFileName& name);
// nullptr when the file has been removed since it was listed.
std::unique_ptr<ByteSource> OpenAuditFileIfThere(const std::filesystem::path& folder,
                                                 const AuditFileName& name);

// Where the chain stands at the end of a file: its last line that has a seal. nullopt if none has.
std::optional<AuditSeal> LastSeal(const std::filesystem::path& folder, const AuditFileName& name);

// Where the chain in `folder` stands: the last sealed line of the newest file that has one, and the chain's
// id as the newest file that says it has it. Number 0 and a new id if there is no sealed line.
AuditHead RecoverHead(const std::filesystem::path& folder);

}  // namespace onbehalf::service
