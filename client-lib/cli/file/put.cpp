#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "byte_text.h"
#include "completions/candidates.h"
#include "context.h"
#include "file/comparison.h"
#include "file/file.h"
#include "file/file_error.h"
#include "file/local_file.h"
#include "file/path_text.h"
#include "file/transfer.h"
#include "json_members.h"
#include "onbehalf/protocol/base64.h"
#include "onbehalf/protocol/error_code.h"
#include "output.h"
#include "printable.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using protocol::ErrorCode;

constexpr Operand kOperands[] = {{"LOCAL", OfferFiles}, {"REMOTE"}};
constexpr OptionInfo kOptions[] = {
    kResumeOption,
    {"--force", "", "", "replace REMOTE; without --resume also start a partial copy over"},
};

TransferOptions Parse(const Given& given) {
  const std::vector<std::string>& paths = PathsOf(given);
  return {paths[1], paths[0], given.Has("--resume"), given.Has("--force")};
}

constexpr char kWrite[] = "file.write";
constexpr char kCopy[] = "file.copy";
constexpr char kMove[] = "file.move";

// As base64 in JSON well below a service's frame limit (4 MiB).
constexpr std::uint64_t kPieceBytes = 1024 * 1024;
// With several pieces in flight the service writes one while the next ones arrive. A piece is sent only after
// the piece one window before it has been written, so only the last window of the written file can have gaps.
constexpr std::size_t kPiecesUnderWay = 4;
constexpr std::uint64_t kWindowBytes = kPiecesUnderWay * kPieceBytes;

// For when the account has reached its limit of concurrent requests, perhaps through other programs.
constexpr std::chrono::milliseconds kBusyPause{100};
constexpr std::chrono::seconds kBusyPatience{30};

// REMOTE, or the local file's name in the folder REMOTE.
std::string TargetOf(FileCalls& calls, const TransferOptions& options) {
  std::string target = options.remote;
  std::optional<Json> stat = StatIfThere(calls, target, true);
  if (stat && TextMember(*stat, "type") == "directory") {
    target = PathIn(target, NameIn(*options.local));
    stat = StatIfThere(calls, target, true);
  }
  if (stat && !options.force) throw ExistsAlready(target);
  return target;
}

// The part file on the service's computer.
struct Part {
  std::string path;
  std::string id;
  std::uint64_t begin = 0;  // everything before this offset is complete
};

Part MakePart(FileCalls& calls, const std::string& path) {
  const Json params = {{"path", path}, {"data", ""}, {"mode", "create"}};
  try {
    const Json answer = calls.Call(kWrite, params, FileCalls::Repeat::kNo);
    return {path, StateIn(answer, kWrite).id, 0};
  } catch (const client::RpcError& error) {
    if (!IsWindowsError(error, ERROR_FILE_EXISTS) && !IsWindowsError(error, ERROR_ALREADY_EXISTS)) throw;
    throw PartIsThere(path);
  }
}

void DeletePart(FileCalls& calls, const std::string& path) {
  try {
    calls.Call("file.delete", {{"path", path}}, FileCalls::Repeat::kNo);
  } catch (const client::RpcError& error) {
    if (!IsWindowsError(error, ERROR_FILE_NOT_FOUND)) throw;
  }
}

// The existing part file with --resume; otherwise a new one.
Part OpenPart(FileCalls& calls, const std::string& path, const TransferOptions& options,
              const LocalFile& local, std::uint64_t size, TransferProgress& progress) {
  if (!options.resume) {
    if (options.force) DeletePart(calls, path);
    return MakePart(calls, path);
  }
  // Through a link its creator would choose which file is written to.
  const std::optional<Json> stat = StatIfThere(calls, path, false);
  if (!stat) return MakePart(calls, path);
  if (TextMember(*stat, "type") != "file") throw FileError(path + " is not a file");
  const RemoteState state = StateIn(*stat, "file.stat");
  // Some of the last pieces may be missing.
  const std::uint64_t begin = state.size > kWindowBytes ? state.size - kWindowBytes : 0;
  if (state.size > size || !AreEqual(calls, path, state, local, 0, begin, progress)) {
    throw NotTheBeginning(path, local.path());
  }
  return {path, state.id, begin};
}

// Sends a local file's pieces to a part file, several at a time.
class Sender {
 public:
  // All are borrowed.
  Sender(FileCalls& calls, const Part& part, const LocalFile& local)
      : calls_(calls), part_(part), local_(local) {}

  // Sends everything up to `size`. Returns or throws only when no call is in progress. After each piece
  // `progress` gets the offset up to which the file is complete.
  template <typename Progress>
  void Send(std::uint64_t size, const Progress& progress) {
    try {
      for (std::uint64_t next = part_.begin; next < size;) {
        calls_.ThrowIfStopped(kWrite);
        if (under_way_.size() == kPiecesUnderWay) progress(FinishOldest());
        const std::uint64_t bytes = std::min(size - next, kPieceBytes);
        under_way_.push_back({next, bytes, Start(next, bytes)});
        next += bytes;
      }
      while (!under_way_.empty()) progress(FinishOldest());
    } catch (...) {
      // Wait whatever the results: the part file must not change after the command ends.
      while (!under_way_.empty()) {
        try {
          under_way_.front().call.Take();
        } catch (const std::exception&) {
          // Only the first error is reported.
        }
        under_way_.pop_front();
      }
      throw;
    }
  }

 private:
  struct Piece {
    std::uint64_t offset;
    std::uint64_t bytes;
    PendingCall call;
  };

  PendingCall Start(std::uint64_t offset, std::uint64_t bytes) {
    const std::string_view data = local_.ReadAt(offset, {buffer_.data(), static_cast<std::size_t>(bytes)});
    // Idempotent: the same bytes at the same offset.
    return calls_.Start(kWrite,
                        {{"path", part_.path},
                         {"data", protocol::ToBase64(data)},
                         {"encoding", "base64"},
                         {"mode", "update"},
                         {"offset", offset},
                         {"if_id", part_.id}},
                        false);
  }

  // Returns the end of the oldest piece.
  std::uint64_t FinishOldest() {
    Piece piece = std::move(under_way_.front());
    under_way_.pop_front();
    const auto patience = std::chrono::steady_clock::now() + kBusyPatience;
    while (!IsTaken(piece, patience)) {
      calls_.Pause(kBusyPause);
      calls_.ThrowIfStopped(kWrite);
      piece.call = Start(piece.offset, piece.bytes);
    }
    return piece.offset + piece.bytes;
  }

  // False if the service was busy and did not execute the call.
  bool IsTaken(Piece& piece, std::chrono::steady_clock::time_point patience) {
    try {
      const Json answer = piece.call.Take();
      if (NumberIn(answer, "bytes", kWrite) == piece.bytes) return true;
    } catch (const client::RpcError& error) {
      const bool is_busy = error.code() == static_cast<int>(ErrorCode::kBusy);
      if (!is_busy || std::chrono::steady_clock::now() >= patience) throw;
      return false;
    }
    throw FileError("the service did not write a complete piece to " + part_.path);
  }

  FileCalls& calls_;
  const Part& part_;
  const LocalFile& local_;
  std::vector<char> buffer_ = std::vector<char>(kPieceBytes);
  std::deque<Piece> under_way_;  // in the order of their offsets
};

// Moving the part file over an existing file would replace its descriptor with the folder's default, and
// others might be able to read what was kept from them. A copy keeps the descriptor of the file that it
// replaces.
void Replace(FileCalls& calls, const Part& part, const std::string& target, std::uint64_t size,
             TransferProgress& progress) {
  const Json answer =
      calls.Stream(kCopy, {{"from", part.path}, {"to", target}, {"replace", true}}, [&](const Json& piece) {
        progress.Show("replacing", NumberIn(piece, "done", kCopy), size);
        return true;
      });
  if (NumberIn(answer, "bytes", kCopy) != size) {
    throw FileError(target + " differs from what was sent: something else has written to " + part.path);
  }
  DeletePart(calls, part.path);
}

// Renames the part file to the target.
void Finish(FileCalls& calls, const Part& part, const std::string& target, std::uint64_t size, bool force,
            TransferProgress& progress) {
  try {
    calls.Call(kMove, {{"from", part.path}, {"to", target}, {"replace", false}}, FileCalls::Repeat::kNo);
  } catch (const client::RpcError& error) {
    for (const DWORD code : {DWORD{ERROR_ALREADY_EXISTS}, DWORD{ERROR_FILE_EXISTS}}) {
      if (!IsWindowsError(error, code)) continue;
      if (!force) throw ExistsAlready(target, code);
      return Replace(calls, part, target, size, progress);
    }
    throw;
  }
}

ExitCode PutFile(const Context& context, const TransferOptions& options) {
  Output& output = context.output;
  FileSession session(context);
  FileCalls& calls = session.calls();
  const LocalFile local = LocalFile::OpenToRead(*options.local);
  const LocalFile::State state = local.state();
  const std::string target = TargetOf(calls, options);
  TransferProgress progress(output);
  const Part part = OpenPart(calls, target + kPartSuffix, options, local, state.size, progress);
  try {
    Sender(calls, part, local).Send(state.size, [&](std::uint64_t done) {
      progress.Show("sending", done, state.size);
    });
  } catch (...) {
    progress.Clear();
    if (!output.json()) output.Error(part.path + " is kept: --resume continues it.\n");
    throw;
  }
  const RemoteState written = StatRemoteFile(calls, part.path);
  const bool is_whole =
      written.id == part.id && written.size == state.size &&
      AreEqual(calls, part.path, written, local, part.begin, state.size - part.begin, progress);
  if (local.state() != state) {
    throw FileError(local.path() + " was changed while it was being read",
                    "Run the command again with --force when nothing writes to it.");
  }
  if (!is_whole) {
    throw FileError(part.path + " differs from what was sent: its SHA-256 or size does not match",
                    "Another program may be writing to it. Start over with --force.");
  }
  calls.ThrowIfStopped(kMove);
  Finish(calls, part, target, state.size, options.force, progress);
  progress.Clear();
  output.Result({{"from", local.path()}, {"to", target}, {"bytes", state.size}, {"resumed_at", part.begin}},
                Printable(local.path()) + " -> " + Printable(target) + ", " + ByteText(state.size) + "\n");
  return ExitCode::kDone;
}

}  // namespace

extern const Command kFilePutCommand = {.name = "file put",
                                        .operands = kOperands,
                                        .options = kOptions,
                                        .group = &kFileGroup,
                                        .summary = "copy a file to the service's computer",
                                        .handler = Handles<Parse, PutFile>()};

}  // namespace onbehalf::cli
