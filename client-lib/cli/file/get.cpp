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
#include "file/remote_read.h"
#include "file/transfer.h"
#include "output.h"
#include "printable.h"

namespace onbehalf::cli {
namespace {

constexpr Operand kOperands[] = {{"REMOTE"}, {.name = "LOCAL", .completer = OfferFiles, .is_optional = true}};
constexpr OptionInfo kOptions[] = {
    kResumeOption,
    {"--force", "", "", "replace LOCAL; without --resume also start a partial copy over"},
};

TransferOptions Parse(const Given& given) {
  const std::vector<std::string>& paths = PathsOf(given);
  return {paths[0], given.Word(1), given.Has("--resume"), given.Has("--force")};
}

// The target: LOCAL, the remote file's name in the folder LOCAL or, without LOCAL, in the current folder.
std::string TargetOf(const TransferOptions& options) {
  const std::string name = NameIn(options.remote);
  if (!options.local) return name;
  return LocalKindOf(*options.local) == LocalKind::kDirectory ? PathIn(*options.local, name) : *options.local;
}

// The existing part file with --resume; otherwise a new one.
LocalFile OpenPart(const std::string& path, const TransferOptions& options) {
  if (options.resume) {
    if (std::optional<LocalFile> part = LocalFile::OpenToWrite(path)) return std::move(*part);
  } else if (options.force) {
    DeleteLocalFile(path);
  } else if (LocalKindOf(path) != LocalKind::kNothing) {
    throw PartIsThere(path);
  }
  return LocalFile::Create(path);
}

ExitCode GetFile(const Context& context, const TransferOptions& options) {
  Output& output = context.output;
  FileSession session(context);
  FileCalls& calls = session.calls();
  const std::string& remote = options.remote;
  const RemoteState state = StatRemoteFile(calls, remote);
  const std::string target = TargetOf(options);
  if (!options.force && LocalKindOf(target) != LocalKind::kNothing) throw ExistsAlready(target);

  LocalFile part = OpenPart(target + kPartSuffix, options);
  const std::uint64_t begin = part.state().size;
  TransferProgress progress(output);
  if (begin > state.size || !AreEqual(calls, remote, state, part, 0, begin, progress)) {
    throw NotTheBeginning(part.path(), remote);
  }
  std::uint64_t done = begin;
  if (begin < state.size) {
    std::optional<RemoteState> after;
    try {
      after = ReadRemote(calls, remote, begin, state.size - begin, [&](std::string_view bytes) {
        part.WriteAt(done, bytes);
        done += bytes.size();
        progress.Show("receiving", done, state.size);
        return true;
      });
    } catch (...) {
      progress.Clear();
      if (!output.json()) output.Error(part.path() + " is kept: --resume continues it.\n");
      throw;
    }
    CheckUnchanged(remote, state, *after);
  }
  part.Flush();
  calls.ThrowIfStopped("file.read");
  std::move(part).MoveTo(target, options.force);
  progress.Clear();
  output.Result({{"from", remote}, {"to", target}, {"bytes", done}, {"resumed_at", begin}},
                Printable(remote) + " -> " + Printable(target) + ", " + ByteText(done) + "\n");
  return ExitCode::kDone;
}

}  // namespace

extern const Command kFileGetCommand = {
    .name = "file get",
    .operands = kOperands,
    .options = kOptions,
    .group = &kFileGroup,
    .summary = "copy a file from the service's computer, by default to the current folder",
    .handler = Handles<Parse, GetFile>()};

}  // namespace onbehalf::cli
