#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/file_content.h"
#include "files/file_copy.h"
#include "files/file_facts.h"
#include "files/new_file.h"
#include "methods/file_method.h"
#include "methods_model/request_error.h"
#include "onbehalf/win32/file_bytes.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using win32::kAtEnd;
using win32::SizeOf;
using win32::Win32Error;
using win32::WriteAt;

// Between the end of a file and the offset of a write: the file system fills the gap with zeros before the write
// returns.
constexpr std::uint64_t kMaxGapBytes = 64 * 1024 * 1024;
// Attempts for one path while other programs create and delete the file.
constexpr int kMaxAttempts = 4;

// ---- file.write ----

enum class WriteMode { kCreate, kReplace, kAppend, kUpdate };
constexpr std::array<std::string_view, 4> NamesOf(WriteMode) {
  return {"create", "replace", "append", "update"};
}

struct WriteParams {
  std::string path;
  std::string_view data;
  Encoding encoding = Encoding::kText;
  WriteMode mode = WriteMode::kCreate;
  std::optional<std::uint64_t> offset;
  std::optional<std::string> if_id;

  static constexpr auto Describe() {
    return std::array{
        Required<&WriteParams::path>("path", "The file.", kPathBounds).Audited(),
        Required<&WriteParams::data>("data", "The content to write."),
        Optional<&WriteParams::encoding>("encoding",
                                         "Encoding of `data`: text, written as UTF-8 (default), or base64.")
            .Audited(),
        Optional<&WriteParams::mode>(
            "mode",
            "create (default): the file must not exist. replace: in one step. append, update (at offset): the "
            "file is created if it does not exist.")
            .Audited(),
        Optional<&WriteParams::offset>(
            "offset", "For update: offset of the first byte, at most 64 MiB past the end.", kOffsetBounds)
            .Audited(),
        Optional<&WriteParams::if_id>("if_id", "Only if the file has this id.", {.max_length = 64})
            .Audited()};
  }
};

struct FileWritten {
  std::uint64_t bytes;
  std::uint64_t size;
  std::string id;
  std::optional<std::string> modified;

  static constexpr auto Describe() {
    return std::array{Required<&FileWritten::bytes>("bytes", "bytes written"),
                      Required<&FileWritten::size>("size", "size of the file in bytes"),
                      Required<&FileWritten::id>("id", kFileIdSummary),
                      Required<&FileWritten::modified>("modified", kModifiedSummary)};
  }
};

FileWritten WrittenTo(HANDLE file, std::uint64_t bytes) {
  return {bytes, SizeOf(file), IdOf(file), ModifiedOf(file)};
}

// Writes a new or a replacing file.
Result<FileWritten> WriteNew(const FileScope& scope, Result<NewFile> made, std::string_view bytes,
                             std::uint64_t offset = 0) {
  if (!made.ok()) return std::move(made).error();
  NewFile& file = *made;
  WriteAt(file.file(), offset, bytes);
  if (auto error = file.Keep(scope)) return *std::move(error);
  return WrittenTo(file.file(), bytes.size());
}

std::optional<Error> CheckOffset(std::uint64_t offset, std::uint64_t size) {
  if (offset == kAtEnd || offset <= size || offset - size <= kMaxGapBytes) return std::nullopt;
  return InvalidMember("offset", "expected at most " + std::to_string(size + kMaxGapBytes) +
                                     ", 64 MiB past the end of the file, got " + std::to_string(offset));
}

Result<FileWritten> WritePart(const FileScope& scope, const NamedPath& path, std::string_view bytes,
                              std::uint64_t offset, const std::optional<std::string>& if_id) {
  for (int attempt = 1;; ++attempt) {
    NtOpen open;
    // With only the right to append, Windows writes at the end of the file whatever else is written to it.
    open.access = offset == kAtEnd ? FILE_APPEND_DATA : FILE_WRITE_DATA;
    open.kind = kNotADirectory;
    ONBEHALF_TRY(const auto& there, scope.OpenIfThere(path, std::move(open)));
    if (if_id && (!there || IdOf(there->handle.get()) != *if_id)) {
      return InvalidMember("if_id", "the file at the path has a different id");
    }
    if (auto error = CheckOffset(offset, there ? SizeOf(there->handle.get()) : 0)) return *std::move(error);
    if (there) {
      WriteAt(there->handle.get(), offset, bytes);
      return WrittenTo(there->handle.get(), bytes.size());
    }
    std::optional<Result<NewFile>> made;
    try {
      made.emplace(NewFile::Make(scope, path));
    } catch (const Win32Error& error) {
      // Another program has created the file: write to that one.
      if (error.win32_code() != ERROR_FILE_EXISTS || attempt == kMaxAttempts) throw;
      continue;
    }
    return WriteNew(scope, *std::move(made), bytes, offset == kAtEnd ? 0 : offset);
  }
}

Result<FileWritten> Write(const FileScope& scope, const WriteParams& params, const Call&) {
  const WriteMode mode = params.mode;
  if (mode == WriteMode::kUpdate && !params.offset)
    return InvalidMember("offset", "required with the mode update: expected an integer");
  if (mode != WriteMode::kUpdate && params.offset)
    return InvalidMember("offset", "expected only with the mode update");
  if (mode == WriteMode::kCreate && params.if_id)
    return InvalidMember("if_id", "not allowed with the mode create, for which the file must not exist");
  ONBEHALF_TRY(const auto& path, scope.PathOf(params.path, "path"));
  const auto bytes = Decode(params.data, params.encoding);
  if (!bytes)
    return InvalidMember("data",
                         "expected base64 (RFC 4648, section 4) with padding and without line breaks");
  if (mode == WriteMode::kCreate) return WriteNew(scope, NewFile::Make(scope, path), *bytes);
  if (mode == WriteMode::kReplace) {
    return WriteNew(scope, NewFile::MakeReplacement(scope, path, {.replace = true, .if_id = params.if_id}),
                    *bytes);
  }
  return WritePart(scope, path, *bytes, params.offset.value_or(kAtEnd), params.if_id);
}

// ---- file.copy ----

struct CopyParams {
  std::string from;
  std::string to;
  bool replace = false;

  static constexpr auto Describe() {
    return std::array{
        Required<&CopyParams::from>("from", "The file.", kPathBounds).Audited(),
        Required<&CopyParams::to>("to", "The copy's path.", kPathBounds).Audited(),
        Optional<&CopyParams::replace>("replace", "Whether to replace an existing file (default false).")
            .Audited()};
  }
};

struct FileCopied {
  std::uint64_t bytes;

  static constexpr auto Describe() { return std::array{Required<&FileCopied::bytes>("bytes", "")}; }
};

Result<FileCopied> Copy(const FileScope& scope, const CopyParams& params, const Call& call) {
  ONBEHALF_TRY(auto&& to, scope.PathOf(params.to, "to"));
  ONBEHALF_TRY(auto&& from, Open(scope, params.from, "from", ToRead()));
  const HANDLE source = from.handle.get();
  const bool encrypted = (KindOf(source).attributes & FILE_ATTRIBUTE_ENCRYPTED) != 0;
  ONBEHALF_TRY(auto made, NewFile::MakeReplacement(
                              scope, to, {.replace = params.replace, .if_id = {}, .encrypted = encrypted}));
  const auto on_progress = [&call](std::uint64_t done, std::uint64_t total) {
    ThrowIfOver(call, "WriteFile");
    ReportTo(call, done, total);
  };
  ONBEHALF_TRY(auto&& copied, CopyInto(made, scope, source, on_progress));
  return FileCopied{copied};
}

// ---- file.move ----

struct MoveParams {
  std::string from;
  std::string to;
  bool replace = false;

  static constexpr auto Describe() {
    return std::array{
        Required<&MoveParams::from>("from", "The current path.", kPathBounds).Audited(),
        Required<&MoveParams::to>("to", "The new path.", kPathBounds).Audited(),
        Optional<&MoveParams::replace>("replace", "Whether to replace an existing file (default false).")
            .Audited()};
  }
};

struct FileMoved {
  std::string path;

  static constexpr auto Describe() {
    return std::array{Required<&FileMoved::path>("path", "the new final path, without links")};
  }
};

Result<FileMoved> Move(const FileScope& scope, const MoveParams& params, const Call&) {
  ONBEHALF_TRY(auto&& to, scope.PathOf(params.to, "to"));
  ONBEHALF_TRY(auto&& from, scope.PathOf(params.from, "from"));
  for (const auto* one : {&from, &to}) {
    if (one->path.has_stream()) return InvalidMember(one->member, "an alternate stream cannot be moved");
  }
  NtOpen open;
  open.access = DELETE;
  open.share = FILE_SHARE_READ | FILE_SHARE_WRITE;  // so that no one else moves it
  open.follow = false;
  ONBEHALF_TRY(auto&& opened, scope.Open(from, std::move(open)));
  const HANDLE file = opened.handle.get();
  if (auto error = scope.CheckRemovable(from, file)) return *std::move(error);
  ONBEHALF_TRY(auto&& place, scope.PlaceOf(to));
  std::optional<Place> back;
  if (!scope.settings().file.roots.empty()) {
    ONBEHALF_TRY(auto&& old_place, scope.PlaceOf(from));
    back = std::move(old_place);
  }
  const DWORD code = place.Rename(file, params.replace);
  if (code != ERROR_SUCCESS) throw Win32Error(code, "NtSetInformationFile");
  if (back) {
    if (auto error = scope.CheckMoved(to, file, *back)) return *std::move(error);
  }
  return FileMoved{ShownPath(file, to.path)};
}

// ---- file.delete ----

struct DeleteParams {
  std::string path;
  bool directory = false;

  static constexpr auto Describe() {
    return std::array{
        Required<&DeleteParams::path>("path", "The file, link or folder to delete.", kPathBounds).Audited(),
        Optional<&DeleteParams::directory>("directory", "Whether it is a folder (default false).").Audited()};
  }
};

Result<Nothing> Delete(const FileScope& scope, const DeleteParams& params, const Call&) {
  NtOpen open;
  open.access = DELETE;
  open.follow = false;
  ONBEHALF_TRY(auto&& opened, Open(scope, params.path, "path", std::move(open)));
  const HANDLE file = opened.handle.get();
  if (auto error = scope.CheckRemovable(opened.path, file)) return *std::move(error);
  const FileKind kind = KindOf(file);
  if (params.directory && !kind.is_directory())
    return InvalidMember("directory", "the path is not a directory: expected false");
  if (!params.directory && kind.is_directory() && !kind.is_link()) {
    return InvalidMember("directory", "the path is a directory: expected true");
  }
  const DWORD code = DeleteNtFile(file);
  if (code != ERROR_SUCCESS) throw Win32Error(code, "NtSetInformationFile");
  return Nothing{};
}

// ---- file.makeDirectory ----

struct MakeDirectoryParams {
  std::string path;
  bool parents = false;

  static constexpr auto Describe() {
    return std::array{Required<&MakeDirectoryParams::path>("path", "The folder.", kPathBounds).Audited(),
                      Optional<&MakeDirectoryParams::parents>(
                          "parents", "Whether to create missing parent folders (default false).")
                          .Audited()};
  }
};

struct DirectoryMade {
  bool created;

  static constexpr auto Describe() {
    return std::array{Required<&DirectoryMade::created>("created", "false: it already existed")};
  }
};

// Whether the folder exists.
Result<bool> IsFolder(const FileScope& scope, const NamedPath& path) {
  ONBEHALF_TRY(const auto& there, scope.OpenIfThere(path, NtOpen()));
  return there && KindOf(there->handle.get()).is_directory();
}

// False if someone else created the folder first.
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

Result<DirectoryMade> MakeDirectory(const FileScope& scope, const MakeDirectoryParams& params,
                                    const Call& call) {
  ONBEHALF_TRY(auto&& path, scope.PathOf(params.path, "path"));
  // The missing folders, deepest first.
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
    if (!params.parents) break;
  }
  bool created = false;
  for (auto one = missing.rbegin(); one != missing.rend(); ++one) {
    ThrowIfOver(call, "NtCreateFile");
    ONBEHALF_TRY(auto&& made, MakeFolder(scope, *one));
    created = made;
  }
  return DirectoryMade{created};
}

}  // namespace

void AddFileWritingMethods(FileMethods& methods) {
  Method write =
      FileMethods::Named("file.write", "Writes a file: creates it, replaces it, or writes a part of it.");
  methods.Answer<WriteParams>(write, Write);
  methods.Add(std::move(write));

  Method copy = FileMethods::Named("file.copy", "Copies a file. The copy is all-or-nothing.");
  methods.Answer<CopyParams>(copy, Copy);
  copy.progress_schema = SchemaOf<FileProgress>(Direction::kGiven);
  copy.reports_progress = true;
  methods.Add(std::move(copy));

  Method move =
      FileMethods::Named("file.move", "Moves or renames a file, folder or link on the same volume.");
  methods.Answer<MoveParams>(move, Move);
  methods.Add(std::move(move));

  Method remove =
      FileMethods::Named("file.delete", "Deletes a file, a link (never its target) or an empty folder.");
  methods.Answer<DeleteParams>(remove, Delete);
  methods.Add(std::move(remove));

  Method make_directory = FileMethods::Named("file.makeDirectory", "Creates a folder if it does not exist.");
  methods.Answer<MakeDirectoryParams>(make_directory, MakeDirectory);
  methods.Add(std::move(make_directory));
}

}  // namespace onbehalf::service
