#include "file/remote_read.h"

#include "file/file_error.h"
#include "onbehalf/protocol/base64.h"
#include "onbehalf/protocol/hex.h"
#include "onbehalf/win32/hash.h"

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr char kRead[] = "file.read";

}  // namespace

std::optional<RemoteState> ReadRemote(FileCalls& calls, const std::string& path, std::uint64_t offset,
                                      std::uint64_t length,
                                      const std::function<bool(std::string_view bytes)>& take) {
  win32::Sha256 hash;
  std::uint64_t next = offset;
  bool is_wanted = true;
  const auto take_piece = [&](const Json& piece) {
    const std::optional<std::string> bytes = protocol::FromBase64(TextIn(piece, "data", kRead));
    if (!bytes || NumberIn(piece, "offset", kRead) != next ||
        NumberIn(piece, "bytes", kRead) != bytes->size()) {
      throw FileError("a piece of " + path + " is not the one expected at " + std::to_string(next));
    }
    hash.Add(*bytes);
    next += bytes->size();
    is_wanted = take(*bytes);
    return is_wanted;
  };
  Json answer;
  try {
    answer = calls.Stream(
        kRead, {{"path", path}, {"offset", offset}, {"length", length}, {"encoding", "base64"}}, take_piece);
  } catch (const client::RpcError& error) {
    if (!is_wanted && error.code() == client::kRequestCancelled) return std::nullopt;
    throw;
  }
  if (!is_wanted) return std::nullopt;
  if (NumberIn(answer, "bytes", kRead) != next - offset ||
      TextIn(answer, "sha256", kRead) != protocol::ToHex(hash.Finish())) {
    throw FileError(
        "the received bytes of " + path + " differ from what the service sent: the SHA-256 does not match",
        "Run the command again with --force, which starts over.");
  }
  RemoteState state = StateIn(answer, kRead);
  if (next - offset != length && offset + length <= state.size) {
    throw FileError("the service stopped sending " + path + " at " + std::to_string(next) +
                    ", before its end");
  }
  return state;
}

void CheckUnchanged(const std::string& path, const RemoteState& before, const RemoteState& after) {
  if (before == after) return;
  throw FileError(path + " was changed or replaced while it was being read",
                  "Run the command again when nothing writes to it.");
}

}  // namespace onbehalf::cli
