#pragma once

#include <cstdint>
#include <string>

#include "file/file_calls.h"
#include "file/local_file.h"
#include "file/transfer_progress.h"

namespace onbehalf::cli {

// Whether `size` bytes from `offset` on are equal in both files, by their SHA-256 (file.checksum). They are
// compared block by block, so that no request exceeds the service's deadline. Throws FileError if the remote
// file no longer matches `remote_state` or the local one is shorter.
bool AreEqual(FileCalls& calls, const std::string& remote, const RemoteState& remote_state,
              const LocalFile& local, std::uint64_t offset, std::uint64_t size, TransferProgress& progress);

}  // namespace onbehalf::cli
