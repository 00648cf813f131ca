#pragma once

#include <cstdint>
#include <string>

#include "file/file_calls.h"
#include "file/local_file.h"
#include "file/transfer_progress.h"

namespace onbehalf::cli {

// Whether the first `size` bytes from `offset` on are the same in both files, by their SHA-256
// (file.checksum), which is taken block by block, so that no request takes longer than a service allows.
// Throws FileError when the remote file is not `remote_state` any more, or the local one is shorter.
bool AreEqual(FileCalls& calls, const std::string& remote, const RemoteState& remote_state,
              const LocalFile& local, std::uint64_t offset, std::uint64_t size, TransferProgress& progress);

}  // namespace onbehalf::cli
