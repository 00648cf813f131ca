#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/directory_entries.h"
#include "files/directory_watch.h"
#include "files/file_facts.h"
#include "methods/file_method.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/win32/utf.h"
#include "text/name_cursor.h"

namespace onbehalf::service {
namespace {

using protocol::MakeObject;

constexpr std::size_t kDefaultEntries = 1000;
constexpr std::size_t kMaxEntries = 10'000;

// ---- file.stat ----

struct StatParams {
  std::string path;
  bool follow = true;

  static constexpr auto Describe() {
    return std::array{
        Required<&StatParams::path>("path", "Absolute, with a drive letter.", kPathBounds).Audited(),
        Optional<&StatParams::follow>(
            "follow", "Whether to follow a link (default true) instead of describing the link itself.")
            .Audited()};
  }
};

constexpr std::string_view kTypeSummary =
    "file, directory, symlink, junction or other (another kind of link)";
Json AttributesWords() {
  return MakeObject(
      {{"items", Text("read only, hidden, system, archive, compressed, encrypted, offline, reparse point")}});
}

struct FileDescription : FileFacts {
  explicit FileDescription(const OpenedFile& file)
      : FileFacts(file.handle.get()), path(ShownPath(file.handle.get(), file.path.path)) {}

  std::string path;

  static constexpr auto Describe() {
    using This = FileDescription;
    return std::array{Required<&This::path>("path", "the final path, without links"),
                      Required<&This::type, This>("type", kTypeSummary),
                      Required<&This::size, This>("size", "in bytes"),
                      Required<&This::created, This>("created", "UTC"),
                      Required<&This::modified, This>("modified", kModifiedSummary),
                      Required<&This::accessed, This>("accessed", "UTC"),
                      Required<&This::attributes, This>("attributes", "", {.words = AttributesWords}),
                      Required<&This::links, This>("links", "number of names (hard links)"),
                      Required<&This::id, This>("id", kFileIdSummary),
                      Required<&This::target, This>("target", "the target stored in a link")};
  }
};

Result<FileDescription> Stat(const FileScope& scope, const StatParams& params, const Call&) {
  NtOpen open;
  open.follow = params.follow;
  ONBEHALF_TRY(const auto& file, Open(scope, params.path, "path", std::move(open)));
  return FileDescription(file);
}

// ---- file.list ----

struct ListParams {
  std::string path;
  std::optional<std::string> glob;
  std::optional<std::string> after;
  std::size_t limit = kDefaultEntries;

  static constexpr auto Describe() {
    return std::array{
        Required<&ListParams::path>("path", "The folder.", kPathBounds).Audited(),
        Optional<&ListParams::glob>(
            "glob", "Only names that match, ignoring case: * for any number of characters, ? for one.",
            {.max_length = 1024})
            .Audited(),
        Optional<&ListParams::after>("after", "Start after this cursor (the previous page's `next`).",
                                     {.max_length = 1024})
            .Audited(),
        Optional<&ListParams::limit>("limit",
                                     "Maximum number of entries per response or piece (default 1000).",
                                     {.minimum = 1, .maximum = kMaxEntries})
            .Audited()};
  }
};

struct ListedEntry {
  ListedEntry(std::wstring_view wide_name, const DirectoryEntry& entry)
      : name(win32::ToUtf8Lossy(wide_name)),
        type(TypeOf({entry.attributes, entry.reparse_tag})),
        size(entry.size),
        modified(TimeText(entry.modified)),
        attributes(AttributeWords(entry.attributes)) {}

  std::string name;
  std::string_view type;
  std::uint64_t size;
  std::optional<std::string> modified;
  std::vector<std::string_view> attributes;

  static constexpr auto Describe() {
    return std::array{Required<&ListedEntry::name>("name", ""),
                      Required<&ListedEntry::type>("type", kTypeSummary),
                      Required<&ListedEntry::size>("size", "in bytes"),
                      Required<&ListedEntry::modified>("modified", kModifiedSummary),
                      Required<&ListedEntry::attributes>("attributes", "", {.words = AttributesWords})};
  }
};

struct ListPage {
  std::vector<ListedEntry> entries;
  std::optional<std::string> next;

  static constexpr auto Describe() {
    return std::array{Required<&ListPage::entries>("entries", ""),
                      Required<&ListPage::next>("next", "cursor for `after`, opaque; null on the last page")};
  }
};

struct ListPiece {
  std::vector<ListedEntry> entries;

  static constexpr auto Describe() { return std::array{Required<&ListPiece::entries>("entries", "")}; }
};

// The result of a stream.
struct ListEnd {
  std::uint64_t count;

  static constexpr auto Describe() {
    return std::array{
        Required<&ListEnd::count>("count", "with a progressToken: number of entries in all pieces")};
  }
};

// Either a page or the result of a stream.
Json ListSchema() {
  Json schema = SchemaOf<ListPage>(Direction::kGiven);
  schema["properties"].update(SchemaOf<ListEnd>(Direction::kGiven)["properties"]);
  schema["required"] = Json::array();
  return schema;
}

Result<EntryFilter> FilterOf(const ListParams& params) {
  EntryFilter filter;
  if (params.glob) filter.glob.emplace(*params.glob);
  if (params.after) {
    filter.after = NameOfCursor(*params.after);
    if (!filter.after)
      return InvalidMember("after", "not a valid file.list cursor: expected the previous page's next");
  }
  return filter;
}

Result<ListPage> List(const FileScope& scope, const ListParams& params, const Call& call) {
  ONBEHALF_TRY(const auto& filter, FilterOf(params));
  ONBEHALF_TRY(const auto& opened, Open(scope, params.path, "path", ToList()));
  const DirectoryPage found =
      ReadDirectoryPage(opened.handle.get(), filter, params.limit, MaxAnswerBytes(scope), call.stop);
  ListPage page;
  page.entries.reserve(found.entries.size());
  for (const KeptEntry& one : found.entries) page.entries.emplace_back(one.name, one.entry);
  if (found.has_next) page.next = CursorText(found.entries.back().name);
  return page;
}

class ListStream final : public Stream {
 public:
  ListStream(StreamScope scope, OpenedFile directory, EntryFilter filter, std::size_t limit, Waker waker)
      : scope_(std::move(scope)),
        directory_(std::move(directory)),
        reader_(directory_.handle.get()),
        filter_(std::move(filter)),
        limit_(limit),
        max_bytes_(MaxAnswerBytes(scope_.scope())),
        waker_(std::move(waker)) {}

  Step Next(const Call&) override {
    if (auto error = scope_.CheckStillAllowed(directory_.handle.get()))
      return MethodResult(*std::move(error));
    ListPiece piece;
    std::size_t bytes = 0;
    bool at_end = false;
    // At most one disk read per turn.
    do {
      const auto entry = held_ ? std::exchange(held_, std::nullopt) : reader_.Next();
      at_end = !entry;
      if (at_end) break;
      if (!filter_.Takes(entry->name)) continue;
      bytes += EntryBytes(*entry);
      if (bytes > max_bytes_ && !piece.entries.empty()) {
        held_ = entry;
        break;
      }
      piece.entries.emplace_back(entry->name, *entry);
    } while (piece.entries.size() < limit_ && !reader_.needs_disk());
    count_ += piece.entries.size();
    if (!piece.entries.empty()) return Piece{ToJson(std::move(piece))};
    if (at_end) return MethodResult(ToJson(ListEnd{count_}));
    waker_();
    return Later{};
  }

 private:
  StreamScope scope_;
  OpenedFile directory_;
  DirectoryReader reader_;
  const EntryFilter filter_;
  const std::size_t limit_;
  const std::size_t max_bytes_;
  const Waker waker_;
  std::optional<DirectoryEntry> held_;  // did not fit into the last piece; its name is in the reader's buffer
  std::uint64_t count_ = 0;
};

Result<std::unique_ptr<Stream>> OpenList(StreamScope scope, const ListParams& params, Waker waker) {
  ONBEHALF_TRY(auto&& filter, FilterOf(params));
  ONBEHALF_TRY(auto&& opened, Open(scope.scope(), params.path, "path", ToList()));
  return std::make_unique<ListStream>(std::move(scope), std::move(opened), std::move(filter), params.limit,
                                      std::move(waker));
}

// ---- file.watch ----

struct WatchParams {
  std::string path;
  bool recursive = false;

  static constexpr auto Describe() {
    return std::array{
        Required<&WatchParams::path>("path", "The folder.", kPathBounds).Audited(),
        Optional<&WatchParams::recursive>("recursive", "Whether to include subfolders (default false).")
            .Audited()};
  }
};

struct Change : DirectoryChange {
  explicit Change(DirectoryChange&& change) : DirectoryChange(std::move(change)) {}

  static constexpr auto Describe() {
    return std::array{Required<&Change::action, Change>("action", "added, removed, modified or renamed"),
                      Required<&Change::name, Change>("name", "relative to the folder"),
                      Optional<&Change::old_name, Change>("old_name", "previous name, if renamed")};
  }
};

// Has one of its members.
struct WatchPiece {
  std::optional<std::vector<Change>> changes;
  std::optional<bool> overflow;

  explicit WatchPiece(DirectoryWatch::Taken taken) {
    if (taken.overflow) {
      overflow = true;
    } else {
      changes.emplace(std::make_move_iterator(taken.changes.begin()),
                      std::make_move_iterator(taken.changes.end()));
    }
  }

  static constexpr auto Describe() {
    return std::array{
        Optional<&WatchPiece::changes>("changes", ""),
        Optional<&WatchPiece::overflow>("overflow", "changes were lost: list the folder again")};
  }
};

class WatchStream final : public Stream {
 public:
  WatchStream(StreamScope scope, win32::UniqueFile directory, bool recursive, Waker waker)
      : scope_(std::move(scope)), watch_(std::move(directory), recursive, std::move(waker)) {}

  Step Next(const Call&) override {
    if (auto error = scope_.CheckStillAllowed(watch_.directory())) return MethodResult(*std::move(error));
    auto taken = watch_.Take();
    if (!taken) return Later{};
    return Piece{ToJson(WatchPiece(*std::move(taken)))};
  }

 private:
  StreamScope scope_;
  DirectoryWatch watch_;
};

Result<std::unique_ptr<Stream>> OpenWatch(StreamScope scope, const WatchParams& params, Waker waker) {
  NtOpen open = ToList();
  open.overlapped = true;
  ONBEHALF_TRY(auto&& opened, Open(scope.scope(), params.path, "path", std::move(open)));
  return std::make_unique<WatchStream>(std::move(scope), std::move(opened.handle), params.recursive,
                                       std::move(waker));
}

}  // namespace

void AddFileListingMethods(FileMethods& methods) {
  Method stat = FileMethods::Named("file.stat", "Describes a file, folder or link.");
  methods.Answer<StatParams>(stat, Stat);
  methods.Add(std::move(stat));

  Method list =
      FileMethods::Named("file.list", "Lists a folder: one page in name order, or everything as a stream.");
  methods.Answer<ListParams>(list, List);
  list.result_schema = ListSchema();
  list.progress_schema = SchemaOf<ListPiece>(Direction::kGiven);
  list.progress_schema["description"] = "in the folder's order";
  Opens<ListParams>(list,
                    [settings = methods.settings()](const ListParams& params, const Call&, Waker waker) {
                      return OpenList(StreamScope(settings, params.path), params, std::move(waker));
                    });
  methods.Add(std::move(list));

  Method watch = FileMethods::Named("file.watch", "Streams the changes in a folder until it is cancelled.");
  watch.result_schema = Described("null", "the stream runs until it is cancelled or the folder is deleted");
  watch.progress_schema = SchemaOf<WatchPiece>(Direction::kGiven);
  Opens<WatchParams>(watch,
                     [settings = methods.settings()](const WatchParams& params, const Call&, Waker waker) {
                       return OpenWatch(StreamScope(settings, params.path), params, std::move(waker));
                     });
  methods.Add(std::move(watch));
}

}  // namespace onbehalf::service
