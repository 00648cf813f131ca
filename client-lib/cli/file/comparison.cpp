#include "file/comparison.h"

#include <algorithm>
#include <vector>

#include "file/remote_read.h"
#include "onbehalf/protocol/hex.h"
#include "onbehalf/win32/hash.h"

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr char kChecksum[] = "file.checksum";

// A service reads this much well within its request deadline (30 s).
constexpr std::uint64_t kBlockBytes = 16 * 1024 * 1024;
constexpr std::size_t kReadBytes = 256 * 1024;

std::string HashOf(const LocalFile& file, std::uint64_t offset, std::uint64_t size,
                   std::vector<char>& buffer) {
  win32::Sha256 hash;
  while (size > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer.size()));
    hash.Add(file.ReadAt(offset, {buffer.data(), wanted}));
    offset += wanted;
    size -= wanted;
  }
  return protocol::ToHex(hash.Finish());
}

}  // namespace

bool AreEqual(FileCalls& calls, const std::string& remote, const RemoteState& remote_state,
              const LocalFile& local, std::uint64_t offset, std::uint64_t size, TransferProgress& progress) {
  std::vector<char> buffer(kReadBytes);
  for (std::uint64_t done = 0; done < size;) {
    progress.Show("comparing", done, size);
    const std::uint64_t block = std::min(size - done, kBlockBytes);
    // The service computes its hash in parallel.
    PendingCall call =
        calls.Start(kChecksum, {{"path", remote}, {"offset", offset + done}, {"length", block}}, true);
    const std::string local_hash = HashOf(local, offset + done, block, buffer);
    const Json answer = call.Take();
    CheckUnchanged(remote, remote_state, StateIn(answer, kChecksum));
    if (NumberIn(answer, "bytes", kChecksum) != block || TextIn(answer, "sha256", kChecksum) != local_hash) {
      return false;
    }
    done += block;
    progress.Show("comparing", done, size);
  }
  return true;
}

}  // namespace onbehalf::cli
