#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "files/file_content.h"
#include "files/file_facts.h"
#include "methods/file_method.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/hex.h"
#include "onbehalf/win32/file_bytes.h"
#include "onbehalf/win32/hash.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using win32::ReadAt;
using win32::SizeOf;

constexpr std::uint64_t kDefaultReadBytes = 1024 * 1024;
constexpr std::uint64_t kMaxReadBytes = 2 * 1024 * 1024;
// File bytes per piece of a stream. Switching threads and processes between pieces costs more than handling this many
// bytes.
constexpr std::size_t kPieceBytes = 512 * 1024;
constexpr std::size_t kPartBytes = 1024 * 1024;

// ---- file.read ----

struct ReadParams {
  std::string path;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
  Encoding encoding = Encoding::kText;

  static constexpr auto Describe() {
    return std::array{
        Required<&ReadParams::path>("path", "The file.", kPathBounds).Audited(),
        Optional<&ReadParams::offset>("offset", "Offset of the first byte (default 0).", kOffsetBounds)
            .Audited(),
        Optional<&ReadParams::length>(
            "length", "Maximum number of bytes (default 1 MiB; as a stream: to the end).", kOffsetBounds)
            .Audited(),
        Optional<&ReadParams::encoding>("encoding", "text for UTF-8 content (default), or base64.")
            .Audited()};
  }
};

// The result of file.read, at once or as a stream.
struct FileRead {
  Encoding encoding;
  std::uint64_t offset;
  std::uint64_t bytes;
  std::uint64_t size;
  bool end;
  std::string id;
  std::optional<std::string> modified;
  std::optional<std::string> data;
  std::optional<std::string> sha256;

  FileRead(HANDLE file, std::uint64_t at, std::uint64_t count, Encoding how)
      : encoding(how),
        offset(at),
        bytes(count),
        size(SizeOf(file)),
        end(at + count >= size),
        id(IdOf(file)),
        modified(ModifiedOf(file)) {}

  static constexpr auto Describe() {
    return std::array{
        Required<&FileRead::encoding>("encoding", ""),
        Required<&FileRead::offset>("offset", "offset of the first byte"),
        Required<&FileRead::bytes>("bytes", "bytes read from the file, without a character cut at the end"),
        Required<&FileRead::size>("size", "size of the file in bytes"),
        Required<&FileRead::end>("end", "whether the file ends here"),
        Required<&FileRead::id>("id", kFileIdSummary),
        Required<&FileRead::modified>("modified", kModifiedSummary),
        Optional<&FileRead::data>("data", "without a progressToken"),
        Optional<&FileRead::sha256>("sha256", "with a progressToken: SHA-256 of all pieces, hexadecimal")};
  }
};

Error NotUtf8(std::uint64_t at) {
  return InvalidMember("encoding", "byte " + std::to_string(at) + " is not valid UTF-8: use base64");
}

Result<FileRead> Read(const FileScope& scope, const ReadParams& params, const Call&) {
  const std::uint64_t length = params.length.value_or(kDefaultReadBytes);
  if (length > kMaxReadBytes) {
    return InvalidMember("length", "expected at most " + std::to_string(kMaxReadBytes) +
                                       " without a progressToken, got " + std::to_string(length));
  }
  ONBEHALF_TRY(const auto& opened, Open(scope, params.path, "path", ToRead()));
  const HANDLE file = opened.handle.get();
  std::string buffer(static_cast<std::size_t>(length), '\0');
  buffer.resize(ReadAt(file, params.offset, buffer));
  const bool at_end = buffer.size() < length || params.offset + buffer.size() >= SizeOf(file);
  EncodedPiece piece = Encode(buffer, params.encoding, !at_end, MaxAnswerBytes(scope));
  if (piece.not_utf8) return NotUtf8(params.offset + *piece.not_utf8);
  if (piece.bytes == 0 && !buffer.empty()) {
    return InvalidMember(
        "length", "expected more: the character at offset " + std::to_string(params.offset) + " is longer");
  }
  FileRead read(file, params.offset, piece.bytes, params.encoding);
  read.data = std::move(piece.data);
  return read;
}

struct ReadPiece {
  std::string data;
  std::uint64_t offset;
  std::uint64_t bytes;

  static constexpr auto Describe() {
    return std::array{Required<&ReadPiece::data>("data", ""), Required<&ReadPiece::offset>("offset", ""),
                      Required<&ReadPiece::bytes>("bytes", "")};
  }
};

class ReadStream final : public Stream {
 public:
  ReadStream(StreamScope scope, OpenedFile file, Encoding encoding, std::uint64_t offset,
             std::uint64_t length)
      : scope_(std::move(scope)),
        file_(std::move(file)),
        encoding_(encoding),
        offset_(offset),
        length_(length),
        max_bytes_(MaxAnswerBytes(scope_.scope())),
        buffer_(kPieceBytes, '\0') {}

  Step Next(const Call&) override {
    const HANDLE file = file_.handle.get();
    if (auto error = scope_.CheckStillAllowed(file)) return MethodResult(*std::move(error));
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length_ - done_, kPieceBytes));
    const std::uint64_t at = offset_ + done_;
    const std::size_t read = wanted == 0 ? 0 : ReadAt(file, at, std::span(buffer_).first(wanted));
    if (read == 0) return Answer();
    const bool at_end = read < wanted || at + read >= SizeOf(file);
    EncodedPiece piece = Encode(std::string_view(buffer_).substr(0, read), encoding_, !at_end, max_bytes_);
    if (piece.not_utf8) return MethodResult(NotUtf8(at + *piece.not_utf8));
    // The requested range ends inside a character.
    if (piece.bytes == 0) return Answer();
    hash_.Add(std::string_view(buffer_).substr(0, piece.bytes));
    done_ += piece.bytes;
    return Piece{ToJson(ReadPiece{std::move(piece.data), at, piece.bytes})};
  }

 private:
  MethodResult Answer() {
    FileRead read(file_.handle.get(), offset_, done_, encoding_);
    read.sha256 = protocol::ToHex(hash_.Finish());
    return ToJson(read);
  }

  StreamScope scope_;
  const OpenedFile file_;
  const Encoding encoding_;
  const std::uint64_t offset_;
  const std::uint64_t length_;
  const std::size_t max_bytes_;
  std::string buffer_;
  std::uint64_t done_ = 0;
  win32::Sha256 hash_;
};

Result<std::unique_ptr<Stream>> OpenRead(StreamScope scope, const ReadParams& params) {
  ONBEHALF_TRY(auto&& opened, Open(scope.scope(), params.path, "path", ToRead()));
  return std::make_unique<ReadStream>(std::move(scope), std::move(opened), params.encoding, params.offset,
                                      params.length.value_or(kMaxOffset));
}

// ---- file.checksum ----

struct ChecksumParams {
  std::string path;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;

  static constexpr auto Describe() {
    return std::array{
        Required<&ChecksumParams::path>("path", "The file.", kPathBounds).Audited(),
        Optional<&ChecksumParams::offset>("offset", "Offset of the first byte (default 0).", kOffsetBounds)
            .Audited(),
        Optional<&ChecksumParams::length>("length", "Maximum number of bytes (default: to the end).",
                                          kOffsetBounds)
            .Audited()};
  }
};

struct FileChecksum {
  std::string sha256;
  std::uint64_t offset;
  std::uint64_t bytes;
  std::uint64_t size;
  std::string id;
  std::optional<std::string> modified;

  static constexpr auto Describe() {
    return std::array{Required<&FileChecksum::sha256>("sha256", "hexadecimal"),
                      Required<&FileChecksum::offset>("offset", ""),
                      Required<&FileChecksum::bytes>("bytes", "bytes read"),
                      Required<&FileChecksum::size>("size", "size of the file in bytes"),
                      Required<&FileChecksum::id>("id", kFileIdSummary),
                      Required<&FileChecksum::modified>("modified", kModifiedSummary)};
  }
};

Result<FileChecksum> Checksum(const FileScope& scope, const ChecksumParams& params, const Call& call) {
  ONBEHALF_TRY(const auto& opened, Open(scope, params.path, "path", ToRead()));
  const HANDLE file = opened.handle.get();
  const std::uint64_t length = params.length.value_or(kMaxOffset);
  std::string buffer(kPartBytes, '\0');
  win32::Sha256 hash;
  std::uint64_t done = 0;
  while (done < length) {
    ThrowIfOver(call, "ReadFile");
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length - done, kPartBytes));
    const std::size_t read = ReadAt(file, params.offset + done, std::span(buffer).first(wanted));
    if (read == 0) break;
    hash.Add(std::string_view(buffer).substr(0, read));
    done += read;
    const std::uint64_t size = SizeOf(file);
    ReportTo(call, done, std::max(done, std::min(length, size - std::min(size, params.offset))));
  }
  return FileChecksum{
      protocol::ToHex(hash.Finish()), params.offset, done, SizeOf(file), IdOf(file), ModifiedOf(file)};
}

}  // namespace

void AddFileReadingMethods(FileMethods& methods) {
  Method read =
      FileMethods::Named("file.read", "Reads a file: up to 2 MiB at once, or any amount as a stream.");
  methods.Answer<ReadParams>(read, Read);
  read.progress_schema = SchemaOf<ReadPiece>(Direction::kGiven);
  Opens<ReadParams>(read,
                    [settings = methods.settings()](const ReadParams& params, const Call&, const Waker&) {
                      return OpenRead(StreamScope(settings, params.path), params);
                    });
  methods.Add(std::move(read));

  Method checksum = FileMethods::Named("file.checksum", "Computes the SHA-256 of a file or of a part of it.");
  methods.Answer<ChecksumParams>(checksum, Checksum);
  checksum.progress_schema = SchemaOf<FileProgress>(Direction::kGiven);
  checksum.reports_progress = true;
  methods.Add(std::move(checksum));
}

}  // namespace onbehalf::service
