#include "methods/file_methods.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "files/directory_entries.h"
#include "files/directory_watch.h"
#include "files/file_content.h"
#include "files/file_copy.h"
#include "files/file_facts.h"
#include "files/file_scope.h"
#include "files/name_pattern.h"
#include "files/new_file.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/hex.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/win32/file_bytes.h"
#include "onbehalf/win32/hash.h"
#include "onbehalf/win32/win32_error.h"
#include "text/name_cursor.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::MakeObject;
using win32::kAtEnd;
using win32::ReadAt;
using win32::SizeOf;
using win32::Win32Error;
using win32::WriteAt;
using OpenedStream = Result<std::unique_ptr<Stream>>;

// What JSON's readers keep exactly.
constexpr std::uint64_t kMostOffset = 9007199254740991;
constexpr std::uint64_t kReadUnlessSaid = 1024 * 1024;
constexpr std::uint64_t kMostToRead = 2 * 1024 * 1024;
// Of a file, in a piece of a stream. Between two pieces threads and processes take turns, which costs more than what is done with
// so many bytes.
constexpr std::size_t kPieceBytes = 512 * 1024;
constexpr std::size_t kPart = 1024 * 1024;
// Between the end of a file and what is written behind it: the file system writes zeros there before it answers.
constexpr std::uint64_t kMostGap = 64 * 1024 * 1024;
// At a path, while others make and delete what is to be written to.
constexpr int kLooks = 4;
constexpr std::size_t kEntriesUnlessSaid = 1000;
constexpr std::size_t kMostEntries = 10'000;

template <typename Value>
std::optional<Value> ValueOf(const Json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end() || found->is_null()) return std::nullopt;
  return found->get<Value>();
}

// What may be in an answer or a piece: the rest is for what surrounds it.
std::size_t MostBytes(const FileScope& scope) {
  const std::size_t response = scope.settings().limits.response_bytes;
  return response - std::min<std::size_t>(response / 4, 16 * 1024);
}

NtOpen ToRead() {
  NtOpen open;
  open.access = FILE_READ_DATA;
  open.kind = kNotADirectory;
  return open;
}

NtOpen ToList() {
  NtOpen open;
  open.access = FILE_LIST_DIRECTORY;
  open.kind = kDirectory;
  return open;
}

// The path in `member`, opened.
Result<OpenedFile> Open(const FileScope& scope, const Call& call, const char* member, NtOpen open) {
  ONBEHALF_TRY(auto&& path, scope.PathOf(call.params, member));
  return scope.Open(path, std::move(open));
}

// The settings for a stream. What it has open outlives those that allowed it, and is looked at again when others are in force.
// One thread at a time.
class StreamScope {
 public:
  explicit StreamScope(std::shared_ptr<const LiveSettings> live)
      : live_(std::move(live)), settings_(live_->Now()) {}

  FileScope scope() const { return FileScope(settings_); }
  // Why what is open of the parameter `path` is not allowed any longer.
  std::optional<Error> WhyNoLonger(const Call& call, HANDLE file) {
    auto now = live_->Now();
    if (now == settings_) return std::nullopt;
    settings_ = std::move(now);
    ONBEHALF_TRY(auto&& path, scope().PathOf(call.params, "path"));
    return scope().WhyNot(path, file);
  }

 private:
  std::shared_ptr<const LiveSettings> live_;
  std::shared_ptr<const Settings> settings_;
};

Error NotUtf8(std::uint64_t at) {
  return InvalidMember("encoding",
                       "byte " + std::to_string(at) + " begins no UTF-8 character: ask for base64");
}

// What file.read and file.checksum say of where they were.
Json RangeOf(HANDLE file, std::uint64_t offset, std::uint64_t bytes) {
  return MakeObject({{"offset", offset},
                     {"bytes", bytes},
                     {"size", SizeOf(file)},
                     {"id", IdOf(file)},
                     {"modified", ModifiedOf(file)}});
}

// ---- stat, list ----

MethodResult Stat(const FileScope& scope, const Call& call) {
  NtOpen open;
  open.follow = call.params.value("follow", true);
  ONBEHALF_TRY(auto&& file, Open(scope, call, "path", std::move(open)));
  Json facts = FactsOf(file.handle.get());
  facts["path"] = ShownPath(file.handle.get(), file.path.path);
  return facts;
}

Result<EntryFilter> FilterOf(const Json& params) {
  EntryFilter filter;
  if (const auto glob = ValueOf<std::string>(params, "glob")) filter.glob.emplace(*glob);
  if (const auto after = ValueOf<std::string>(params, "after")) {
    filter.after = NameOfCursor(*after);
    if (!filter.after) return InvalidMember("after", "expected what file.list has given as next");
  }
  return filter;
}

MethodResult List(const FileScope& scope, const Call& call) {
  ONBEHALF_TRY(const auto& filter, FilterOf(call.params));
  ONBEHALF_TRY(auto&& opened, Open(scope, call, "path", ToList()));
  DirectoryPage page =
      ReadDirectoryPage(opened.handle.get(), filter, call.params.value("limit", kEntriesUnlessSaid),
                        MostBytes(scope), call.stop);
  return MakeObject({{"entries", std::move(page.entries)},
                     {"next", page.next ? Json(CursorText(*page.next)) : Json(nullptr)}});
}

class ListStream final : public Stream {
 public:
  ListStream(StreamScope scope, OpenedFile directory, EntryFilter filter, std::size_t limit, Waker waker)
      : scope_(std::move(scope)),
        directory_(std::move(directory)),
        reader_(directory_.handle.get()),
        filter_(std::move(filter)),
        limit_(limit),
        most_bytes_(MostBytes(scope_.scope())),
        waker_(std::move(waker)) {}

  Step Next(const Call& call) override {
    if (auto error = scope_.WhyNoLonger(call, directory_.handle.get()))
      return MethodResult(*std::move(error));
    Json entries = Json::array();
    std::size_t bytes = 0;
    bool at_end = false;
    // A turn asks the disk once.
    do {
      const auto entry = held_ ? std::exchange(held_, std::nullopt) : reader_.Next();
      at_end = !entry;
      if (at_end) break;
      if (!filter_.Takes(entry->name)) continue;
      bytes += EntryBytes(*entry);
      if (bytes > most_bytes_ && !entries.empty()) {
        held_ = entry;
        break;
      }
      entries.push_back(EntryJson(*entry));
    } while (entries.size() < limit_ && !reader_.needs_disk());
    count_ += entries.size();
    if (!entries.empty()) return Piece{MakeObject({{"entries", std::move(entries)}})};
    if (at_end) return MethodResult(MakeObject({{"count", count_}}));
    waker_();
    return Later{};
  }

 private:
  StreamScope scope_;
  OpenedFile directory_;
  DirectoryReader reader_;
  const EntryFilter filter_;
  const std::size_t limit_;
  const std::size_t most_bytes_;
  const Waker waker_;
  std::optional<DirectoryEntry> held_;  // that had no more room; its name is in the reader's memory
  std::uint64_t count_ = 0;
};

OpenedStream OpenList(StreamScope scope, const Call& call, Waker waker) {
  ONBEHALF_TRY(auto&& filter, FilterOf(call.params));
  ONBEHALF_TRY(auto&& opened, Open(scope.scope(), call, "path", ToList()));
  return std::make_unique<ListStream>(std::move(scope), std::move(opened), std::move(filter),
                                      call.params.value("limit", kEntriesUnlessSaid), std::move(waker));
}

// ---- read, checksum ----

MethodResult Read(const FileScope& scope, const Call& call) {
  const Encoding encoding = EncodingOf(call.params.value("encoding", "text"));
  const auto offset = call.params.value("offset", std::uint64_t{0});
  const auto length = ValueOf<std::uint64_t>(call.params, "length").value_or(kReadUnlessSaid);
  if (length > kMostToRead) {
    return InvalidMember("length", "expected at most " + std::to_string(kMostToRead) +
                                       " without a progressToken, got " + std::to_string(length));
  }
  ONBEHALF_TRY(auto&& opened, Open(scope, call, "path", ToRead()));
  const HANDLE file = opened.handle.get();
  std::string buffer(static_cast<std::size_t>(length), '\0');
  buffer.resize(ReadAt(file, offset, buffer));
  const bool at_end = buffer.size() < length || offset + buffer.size() >= SizeOf(file);
  EncodedPiece piece = Encode(buffer, encoding, !at_end, MostBytes(scope));
  if (piece.not_utf8) return NotUtf8(offset + *piece.not_utf8);
  if (piece.bytes == 0 && !buffer.empty()) {
    return InvalidMember("length",
                         "expected more: the character at offset " + std::to_string(offset) + " is longer");
  }
  Json result = RangeOf(file, offset, piece.bytes);
  result["end"] = offset + piece.bytes >= result.at("size").get<std::uint64_t>();
  result["encoding"] = ToString(encoding);
  result["data"] = std::move(piece.data);
  return result;
}

class ReadStream final : public Stream {
 public:
  ReadStream(StreamScope scope, OpenedFile file, Encoding encoding, std::uint64_t offset,
             std::uint64_t length)
      : scope_(std::move(scope)),
        file_(std::move(file)),
        encoding_(encoding),
        offset_(offset),
        length_(length),
        most_bytes_(MostBytes(scope_.scope())),
        buffer_(kPieceBytes, '\0') {}

  Step Next(const Call& call) override {
    const HANDLE file = file_.handle.get();
    if (auto error = scope_.WhyNoLonger(call, file)) return MethodResult(*std::move(error));
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length_ - done_, kPieceBytes));
    const std::uint64_t at = offset_ + done_;
    const std::size_t read = wanted == 0 ? 0 : ReadAt(file, at, std::span(buffer_).first(wanted));
    if (read == 0) return Answer();
    const bool at_end = read < wanted || at + read >= SizeOf(file);
    EncodedPiece piece = Encode(std::string_view(buffer_).substr(0, read), encoding_, !at_end, most_bytes_);
    if (piece.not_utf8) return MethodResult(NotUtf8(at + *piece.not_utf8));
    // What is wanted ends in the middle of a character.
    if (piece.bytes == 0) return Answer();
    hash_.Add(std::string_view(buffer_).substr(0, piece.bytes));
    done_ += piece.bytes;
    return Piece{MakeObject({{"data", std::move(piece.data)}, {"offset", at}, {"bytes", piece.bytes}})};
  }

 private:
  MethodResult Answer() {
    Json result = RangeOf(file_.handle.get(), offset_, done_);
    result["end"] = offset_ + done_ >= result.at("size").get<std::uint64_t>();
    result["encoding"] = ToString(encoding_);
    result["sha256"] = protocol::ToHex(hash_.Finish());
    return result;
  }

  StreamScope scope_;
  const OpenedFile file_;
  const Encoding encoding_;
  const std::uint64_t offset_;
  const std::uint64_t length_;
  const std::size_t most_bytes_;
  std::string buffer_;
  std::uint64_t done_ = 0;
  win32::Sha256 hash_;
};

OpenedStream OpenRead(StreamScope scope, const Call& call) {
  ONBEHALF_TRY(auto&& opened, Open(scope.scope(), call, "path", ToRead()));
  return std::make_unique<ReadStream>(std::move(scope), std::move(opened),
                                      EncodingOf(call.params.value("encoding", "text")),
                                      call.params.value("offset", std::uint64_t{0}),
                                      ValueOf<std::uint64_t>(call.params, "length").value_or(kMostOffset));
}

void ReportTo(const Call& call, std::uint64_t done, std::uint64_t total) {
  if (call.progress.wanted()) call.progress.Report(MakeObject({{"done", done}, {"total", total}}));
}

MethodResult Checksum(const FileScope& scope, const Call& call) {
  ONBEHALF_TRY(auto&& opened, Open(scope, call, "path", ToRead()));
  const HANDLE file = opened.handle.get();
  const auto offset = call.params.value("offset", std::uint64_t{0});
  const auto length = ValueOf<std::uint64_t>(call.params, "length").value_or(kMostOffset);
  std::string buffer(kPart, '\0');
  win32::Sha256 hash;
  std::uint64_t done = 0;
  while (done < length) {
    ThrowIfOver(call, "ReadFile");
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length - done, kPart));
    const std::size_t read = ReadAt(file, offset + done, std::span(buffer).first(wanted));
    if (read == 0) break;
    hash.Add(std::string_view(buffer).substr(0, read));
    done += read;
    const std::uint64_t size = SizeOf(file);
    ReportTo(call, done, std::max(done, std::min(length, size - std::min(size, offset))));
  }
  Json result = RangeOf(file, offset, done);
  result["sha256"] = protocol::ToHex(hash.Finish());
  return result;
}

// ---- write, copy, move, delete, makeDirectory ----

Json WrittenTo(HANDLE file, std::size_t bytes) {
  return MakeObject(
      {{"bytes", bytes}, {"size", SizeOf(file)}, {"id", IdOf(file)}, {"modified", ModifiedOf(file)}});
}

// Into a new file, or one in another's place.
MethodResult WriteNew(const FileScope& scope, Result<NewFile> made, const std::string& bytes,
                      std::uint64_t offset = 0) {
  if (!made.ok()) return std::move(made).error();
  NewFile& file = *made;
  WriteAt(file.file(), offset, bytes);
  if (auto error = file.Keep(scope)) return *std::move(error);
  return WrittenTo(file.file(), bytes.size());
}

std::optional<Error> WhyTooFar(std::uint64_t offset, std::uint64_t size) {
  if (offset == kAtEnd || offset <= size || offset - size <= kMostGap) return std::nullopt;
  return InvalidMember("offset", "expected at most " + std::to_string(size + kMostGap) +
                                     ", 64 MiB behind the end of the file, got " + std::to_string(offset));
}

MethodResult WritePart(const FileScope& scope, const NamedPath& path, const std::string& bytes,
                       std::uint64_t offset, const std::optional<std::string>& if_id) {
  for (int look = 1;; ++look) {
    NtOpen open;
    // With the right to append alone, Windows writes at the end whatever comes between.
    open.access = offset == kAtEnd ? FILE_APPEND_DATA : FILE_WRITE_DATA;
    open.kind = kNotADirectory;
    ONBEHALF_TRY(const auto& there, scope.OpenIfThere(path, std::move(open)));
    if (if_id && (!there || IdOf(there->handle.get()) != *if_id)) {
      return InvalidMember("if_id", "the file at the path is not the one with this id");
    }
    if (auto error = WhyTooFar(offset, there ? SizeOf(there->handle.get()) : 0)) return *std::move(error);
    if (there) {
      WriteAt(there->handle.get(), offset, bytes);
      return WrittenTo(there->handle.get(), bytes.size());
    }
    std::optional<Result<NewFile>> made;
    try {
      made.emplace(NewFile::Make(scope, path));
    } catch (const Win32Error& error) {
      // Another has made it meanwhile: then that one is written to.
      if (error.win32_code() != ERROR_FILE_EXISTS || look == kLooks) throw;
      continue;
    }
    return WriteNew(scope, *std::move(made), bytes, offset == kAtEnd ? 0 : offset);
  }
}

MethodResult Write(const FileScope& scope, const Call& call) {
  const std::string mode = call.params.value("mode", "create");
  const auto offset = ValueOf<std::uint64_t>(call.params, "offset");
  const auto if_id = ValueOf<std::string>(call.params, "if_id");
  if (mode == "update" && !offset)
    return InvalidMember("offset", "required with the mode update: expected an integer");
  if (mode != "update" && offset) return InvalidMember("offset", "expected only with the mode update");
  if (mode == "create" && if_id)
    return InvalidMember("if_id", "not with the mode create, before which there is no file");
  ONBEHALF_TRY(const auto& path, scope.PathOf(call.params, "path"));
  const auto bytes = Decode(call.params.at("data").get_ref<const std::string&>(),
                            EncodingOf(call.params.value("encoding", "text")));
  if (!bytes)
    return InvalidMember("data",
                         "expected base64 (RFC 4648, section 4) with its padding and without line breaks");
  if (mode == "create") return WriteNew(scope, NewFile::Make(scope, path), *bytes);
  if (mode == "replace")
    return WriteNew(scope, NewFile::MakeReplacement(scope, path, {.replace = true, .if_id = if_id}), *bytes);
  return WritePart(scope, path, *bytes, offset.value_or(kAtEnd), if_id);
}

MethodResult Copy(const FileScope& scope, const Call& call) {
  ONBEHALF_TRY(auto&& to, scope.PathOf(call.params, "to"));
  ONBEHALF_TRY(auto&& from, Open(scope, call, "from", ToRead()));
  const HANDLE source = from.handle.get();
  const bool encrypted = (KindOf(source).attributes & FILE_ATTRIBUTE_ENCRYPTED) != 0;
  ONBEHALF_TRY(
      auto made,
      NewFile::MakeReplacement(
          scope, to, {.replace = call.params.value("replace", false), .if_id = {}, .encrypted = encrypted}));
  const auto on_progress = [&call](std::uint64_t done, std::uint64_t total) {
    ThrowIfOver(call, "WriteFile");
    ReportTo(call, done, total);
  };
  ONBEHALF_TRY(auto&& copied, CopyInto(made, scope, source, on_progress));
  return MakeObject({{"bytes", copied}});
}

MethodResult Move(const FileScope& scope, const Call& call) {
  ONBEHALF_TRY(auto&& to, scope.PathOf(call.params, "to"));
  ONBEHALF_TRY(auto&& from, scope.PathOf(call.params, "from"));
  for (const auto* one : {&from, &to}) {
    if (one->path.has_stream()) return InvalidMember(one->member, "an alternate stream cannot be moved");
  }
  NtOpen open;
  open.access = DELETE;
  open.share = FILE_SHARE_READ | FILE_SHARE_WRITE;  // nobody else moves it meanwhile
  open.follow = false;
  ONBEHALF_TRY(auto&& opened, scope.Open(from, std::move(open)));
  const HANDLE file = opened.handle.get();
  if (auto error = scope.WhyNotTaken(from, file)) return *std::move(error);
  ONBEHALF_TRY(auto&& place, scope.PlaceOf(to));
  std::optional<Place> back;
  if (!scope.settings().file.roots.empty()) {
    ONBEHALF_TRY(auto&& old_place, scope.PlaceOf(from));
    back = std::move(old_place);
  }
  const DWORD code = place.Rename(file, call.params.value("replace", false));
  if (code != ERROR_SUCCESS) throw Win32Error(code, "NtSetInformationFile");
  if (back) {
    if (auto error = scope.WhyNotMoved(to, file, *back)) return *std::move(error);
  }
  return MakeObject({{"path", ShownPath(file, to.path)}});
}

MethodResult Delete(const FileScope& scope, const Call& call) {
  NtOpen open;
  open.access = DELETE;
  open.follow = false;
  ONBEHALF_TRY(auto&& opened, Open(scope, call, "path", std::move(open)));
  const HANDLE file = opened.handle.get();
  if (auto error = scope.WhyNotTaken(opened.path, file)) return *std::move(error);
  const FileKind kind = KindOf(file);
  const bool for_directory = call.params.value("directory", false);
  if (for_directory && !kind.is_directory())
    return InvalidMember("directory", "the path is no directory: expected false");
  if (!for_directory && kind.is_directory() && !kind.is_link()) {
    return InvalidMember("directory", "the path is a directory: expected true");
  }
  const DWORD code = DeleteNtFile(file);
  if (code != ERROR_SUCCESS) throw Win32Error(code, "NtSetInformationFile");
  return Json::object();
}

// Whether there is a folder.
Result<bool> IsFolder(const FileScope& scope, const NamedPath& path) {
  ONBEHALF_TRY(const auto& there, scope.OpenIfThere(path, NtOpen()));
  return there && KindOf(there->handle.get()).is_directory();
}

// Whether it was made; false if another has made the folder meanwhile.
Result<bool> MakeFolder(const FileScope& scope, const NamedPath& path) {
  ONBEHALF_TRY(auto&& place, scope.PlaceOf(path));
  NtOpen open;
  open.access = DELETE;
  open.kind = kDirectory;
  try {
    ONBEHALF_TRY([[maybe_unused]] auto&& made, scope.Make(path, place, std::move(open)));
    return true;
  } catch (const Win32Error& error) {
    if (error.win32_code() != ERROR_ALREADY_EXISTS) throw;
    ONBEHALF_TRY(auto&& is_folder, IsFolder(scope, path));
    if (!is_folder) throw;
    return false;
  }
}

MethodResult MakeDirectory(const FileScope& scope, const Call& call) {
  ONBEHALF_TRY(auto&& path, scope.PathOf(call.params, "path"));
  // Those that are not there, the deepest first.
  std::vector<NamedPath> missing;
  for (std::optional<FilePath> at = path.path; at; at = at->Parent()) {
    ThrowIfOver(call, "NtCreateFile");
    NamedPath named{*at, "path"};
    ONBEHALF_TRY(auto&& opened, scope.OpenIfThere(named, NtOpen()));
    if (const auto& there = opened) {
      if (!KindOf(there->handle.get()).is_directory())
        throw Win32Error(ERROR_ALREADY_EXISTS, "NtCreateFile", at->text());
      break;
    }
    missing.push_back(std::move(named));
    if (!call.params.value("parents", false)) break;
  }
  bool created = false;
  for (auto one = missing.rbegin(); one != missing.rend(); ++one) {
    ThrowIfOver(call, "NtCreateFile");
    ONBEHALF_TRY(auto&& made, MakeFolder(scope, *one));
    created = made;
  }
  return MakeObject({{"created", created}});
}

// ---- watch ----

class WatchStream final : public Stream {
 public:
  WatchStream(StreamScope scope, win32::UniqueFile directory, bool recursive, Waker waker)
      : scope_(std::move(scope)), watch_(std::move(directory), recursive, std::move(waker)) {}

  Step Next(const Call& call) override {
    if (auto error = scope_.WhyNoLonger(call, watch_.directory())) return MethodResult(*std::move(error));
    auto taken = watch_.Take();
    if (!taken) return Later{};
    return Piece{*std::move(taken)};
  }

 private:
  StreamScope scope_;
  DirectoryWatch watch_;
};

OpenedStream OpenWatch(StreamScope scope, const Call& call, Waker waker) {
  NtOpen open = ToList();
  open.overlapped = true;
  ONBEHALF_TRY(auto&& opened, Open(scope.scope(), call, "path", std::move(open)));
  return std::make_unique<WatchStream>(std::move(scope), std::move(opened.handle),
                                       call.params.value("recursive", false), std::move(waker));
}

// ---- How they are described ----

Parameter PathParameter(const char* name, const char* summary) {
  return {name, summary, TextOfLength(1, 32'000), true, true};
}
Parameter Flag(const char* name, const char* summary) { return {name, summary, Boolean(""), false, true}; }
Parameter Count(const char* name, const char* summary) {
  return {name, summary, OrNull(IntegerFrom(0, kMostOffset)), false, true};
}
Parameter Offset(const char* summary) {
  return {"offset", summary, IntegerFrom(0, kMostOffset), false, true};
}
Parameter EncodingParameter(const char* summary) {
  return {"encoding", summary, OneOf({"text", "base64"}), false, true};
}

Json Size() { return Integer("of the file, in bytes"); }
Json Id() { return Text("VOLUME:FILEID, hexadecimal: the same file keeps it"); }
Json Modified() { return OrNull(Text("time of the last change, UTC; null where the file system has none")); }
Json AttributesSchema() {
  return ListOf(Text("read only, hidden, system, archive, compressed, encrypted, offline, reparse point"));
}
Json TypeSchema() { return Text("file, directory, symlink, junction or other (a link of another kind)"); }
Json ProgressSchema() { return Object({{"done", Integer("bytes")}, {"total", Integer("bytes there are")}}); }

// Of a method that has a handler and a stream: what both answer, and what only one of them does.
Json With(Json both, std::initializer_list<SchemaMember> of_one) {
  for (const SchemaMember& member : of_one) both["properties"][std::string(member.name)] = member.schema;
  return both;
}

Json EntriesSchema() {
  return ListOf(Object({{"name", Text("")},
                        {"type", TypeSchema()},
                        {"size", Integer("in bytes")},
                        {"modified", Modified()},
                        {"attributes", AttributesSchema()}}));
}

Method Named(const char* name, const char* summary) {
  Method method;
  method.name = name;
  method.summary = summary;
  method.access_default = kSeenByAuthenticatedUsers;
  method.acts = Acts::kAsCaller;
  method.pace = Pace::kMayBlock;
  return method;
}

}  // namespace

void AddFileMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings) {
  PrepareNtFiles();
  // The provider of hashes and what else comes with a first use are loaded now and stay: nothing is while impersonating.
  static_cast<void>(NamePattern("*").Matches(L"a"));
  std::array<unsigned char, 1> random{};
  win32::FillWithRandom(random);
  const auto hash = std::make_shared<win32::Sha256>();

  const auto handler = [settings, hash](MethodResult (*work)(const FileScope&, const Call&)) {
    return [settings, hash, work](const Call& call) { return work(FileScope(settings->Now()), call); };
  };

  Method stat = Named("file.stat", "What a file, folder or link is.");
  stat.parameters = {
      PathParameter("path", "Absolute, with a drive letter."),
      Flag("follow", "Whether what a link leads to is looked at (true), and not the link itself.")};
  stat.result_schema = Object({{"path", Text("where it is in the end, without links")},
                               {"type", TypeSchema()},
                               {"size", Integer("in bytes")},
                               {"created", OrNull(Text("UTC"))},
                               {"modified", Modified()},
                               {"accessed", OrNull(Text("UTC"))},
                               {"attributes", AttributesSchema()},
                               {"links", Integer("names that the file has (hard links)")},
                               {"id", Id()},
                               {"target", OrNull(Text("what a link holds"))}});
  stat.handler = handler(Stat);
  registry.Add(std::move(stat));

  Method list =
      Named("file.list", "What is in a folder: a page of it in the order of the names, or all as a stream.");
  list.parameters = {PathParameter("path", "The folder."),
                     {"glob", "Only names like this, whatever their case: * for any characters, ? for one.",
                      OrNull(TextOfLength(0, 1024)), false, true},
                     {"after", "Only what comes behind the page that gave this as next.",
                      OrNull(TextOfLength(0, 1024)), false, true},
                     {"limit", "At most so many in an answer or a piece (1000).",
                      IntegerFrom(1, kMostEntries), false, true}};
  list.result_schema =
      With(Object({}), {{"entries", EntriesSchema()},
                        {"next", OrNull(Text("for after, opaque; null if this is all"))},
                        {"count", Integer("with a progressToken: the entries of all pieces")}});
  list.progress_schema = Object({{"entries", EntriesSchema()}}, "in the folder's order");
  list.handler = handler(List);
  list.stream = [settings](const Call& call, Waker waker) {
    return OpenList(StreamScope(settings), call, std::move(waker));
  };
  registry.Add(std::move(list));

  Method read = Named("file.read", "What a file holds: up to 2 MiB at once, or any amount as a stream.");
  read.parameters = {PathParameter("path", "The file."), Offset("The first byte (0)."),
                     Count("length", "Bytes, at most (1 MiB; as a stream: to the end)."),
                     EncodingParameter("text, if it is UTF-8 (text), or base64.")};
  read.result_schema =
      With(Object({{"encoding", Text("")},
                   {"offset", Integer("of the first byte")},
                   {"bytes", Integer("of the file that were read: a character that is cut is left out")},
                   {"size", Size()},
                   {"end", Boolean("nothing comes behind them")},
                   {"id", Id()},
                   {"modified", Modified()}}),
           {{"data", Text("without a progressToken")},
            {"sha256", Text("with a progressToken: of the bytes of all pieces, hexadecimal")}});
  read.progress_schema = Object({{"data", Text("")}, {"offset", Integer("")}, {"bytes", Integer("")}});
  read.handler = handler(Read);
  read.stream = [settings, hash](const Call& call, const Waker&) {
    return OpenRead(StreamScope(settings), call);
  };
  registry.Add(std::move(read));

  Method write = Named("file.write", "Writes a file: a new one, one in another's place, or a part of one.");
  write.parameters = {
      PathParameter("path", "The file."),
      {"data", "What is written.", Text(""), true, false},
      EncodingParameter("How data is to be read: text, which is written as UTF-8 (text), or base64."),
      {"mode",
       "create: the file must not exist (create). replace: at once and as a whole. append. update: at offset; the file "
       "is made if it is not there.",
       OneOf({"create", "replace", "append", "update"}), false, true},
      Count("offset", "Of update: where the first byte goes, at most 64 MiB behind the end."),
      {"if_id", "Only if the file is the one with this id.", OrNull(TextOfLength(0, 64)), false, true}};
  write.result_schema = Object(
      {{"bytes", Integer("that were written")}, {"size", Size()}, {"id", Id()}, {"modified", Modified()}});
  write.handler = handler(Write);
  registry.Add(std::move(write));

  Method copy = Named("file.copy", "Copies a file. Whatever happens, there is no half one.");
  copy.parameters = {PathParameter("from", "The file."), PathParameter("to", "The copy's path."),
                     Flag("replace", "Whether a file that is there is replaced (false).")};
  copy.result_schema = Object({{"bytes", Integer("")}});
  copy.progress_schema = ProgressSchema();
  copy.reports_progress = true;
  copy.handler = handler(Copy);
  registry.Add(std::move(copy));

  Method move = Named("file.move", "Gives a file, folder or link another name on the same volume.");
  move.parameters = {PathParameter("from", "The name it has."), PathParameter("to", "The name it gets."),
                     Flag("replace", "Whether a file that is there is replaced (false).")};
  move.result_schema = Object({{"path", Text("where it is now, without links")}});
  move.handler = handler(Move);
  registry.Add(std::move(move));

  Method remove = Named("file.delete", "Deletes a file, a link (never what it leads to) or an empty folder.");
  remove.parameters = {PathParameter("path", "What goes."),
                       Flag("directory", "Whether it is a folder (false).")};
  remove.result_schema = Object({});
  remove.handler = handler(Delete);
  registry.Add(std::move(remove));

  Method make_directory = Named("file.makeDirectory", "Makes a folder, if it is not there.");
  make_directory.parameters = {
      PathParameter("path", "The folder."),
      Flag("parents", "Whether folders above that are not there are made too (false).")};
  make_directory.result_schema = Object({{"created", Boolean("false: it was there")}});
  make_directory.handler = handler(MakeDirectory);
  registry.Add(std::move(make_directory));

  Method checksum = Named("file.checksum", "The SHA-256 of a file, or of a part of it.");
  checksum.parameters = {PathParameter("path", "The file."), Offset("The first byte (0)."),
                         Count("length", "Bytes, at most (to the end).")};
  checksum.result_schema = Object({{"sha256", Text("hexadecimal")},
                                   {"offset", Integer("")},
                                   {"bytes", Integer("that there were")},
                                   {"size", Size()},
                                   {"id", Id()},
                                   {"modified", Modified()}});
  checksum.progress_schema = ProgressSchema();
  checksum.reports_progress = true;
  checksum.handler = handler(Checksum);
  registry.Add(std::move(checksum));

  Method watch = Named("file.watch", "A stream of the changes in a folder, until it is cancelled.");
  watch.parameters = {PathParameter("path", "The folder."),
                      Flag("recursive", "Whether folders in it count too (false).")};
  watch.result_schema = Described("null", "it goes on until it is cancelled, or the folder goes");
  Json change = Object(
      {{"action", Text("added, removed, modified or renamed")}, {"name", Text("relative to the folder")}});
  change["properties"]["old_name"] = Text("of what was renamed");
  watch.progress_schema = With(
      Object({}),
      {{"changes", ListOf(change)}, {"overflow", Boolean("there were too many: look again at everything")}});
  watch.stream = [settings](const Call& call, Waker waker) {
    return OpenWatch(StreamScope(settings), call, std::move(waker));
  };
  registry.Add(std::move(watch));
}

}  // namespace onbehalf::service
