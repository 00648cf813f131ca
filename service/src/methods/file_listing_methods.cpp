#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "files/directory_entries.h"
#include "files/directory_watch.h"
#include "files/file_facts.h"
#include "methods/file_method.h"
#include "onbehalf/protocol/json_object.h"
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

Json StatSchema() {
  return Object({{"path", Text("the final path, without links")},
                 {"type", FileTypeWords()},
                 {"size", Integer("in bytes")},
                 {"created", OrNull(Text("UTC"))},
                 {"modified", ModifiedWords()},
                 {"accessed", OrNull(Text("UTC"))},
                 {"attributes", FileAttributeWords()},
                 {"links", Integer("number of names (hard links)")},
                 {"id", FileIdWords()},
                 {"target", OrNull(Text("the target stored in a link"))}});
}

MethodResult Stat(const FileScope& scope, const StatParams& params, const Call&) {
  NtOpen open;
  open.follow = params.follow;
  ONBEHALF_TRY(const auto& file, Open(scope, params.path, "path", std::move(open)));
  Json facts = FactsOf(file.handle.get());
  facts["path"] = ShownPath(file.handle.get(), file.path.path);
  return facts;
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

Json EntriesWords() {
  return ListOf(Object({{"name", Text("")},
                        {"type", FileTypeWords()},
                        {"size", Integer("in bytes")},
                        {"modified", ModifiedWords()},
                        {"attributes", FileAttributeWords()}}));
}

// A page, or the final result of a stream.
Json ListSchema() {
  Json schema = Object({});
  schema["properties"] = {{"entries", EntriesWords()},
                          {"next", OrNull(Text("cursor for `after`, opaque; null on the last page"))},
                          {"count", Integer("with a progressToken: number of entries in all pieces")}};
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

MethodResult List(const FileScope& scope, const ListParams& params, const Call& call) {
  ONBEHALF_TRY(const auto& filter, FilterOf(params));
  ONBEHALF_TRY(const auto& opened, Open(scope, params.path, "path", ToList()));
  DirectoryPage page =
      ReadDirectoryPage(opened.handle.get(), filter, params.limit, MaxAnswerBytes(scope), call.stop);
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
        max_bytes_(MaxAnswerBytes(scope_.scope())),
        waker_(std::move(waker)) {}

  Step Next(const Call&) override {
    if (auto error = scope_.CheckStillAllowed(directory_.handle.get()))
      return MethodResult(*std::move(error));
    Json entries = Json::array();
    std::size_t bytes = 0;
    bool at_end = false;
    // At most one disk read per turn.
    do {
      const auto entry = held_ ? std::exchange(held_, std::nullopt) : reader_.Next();
      at_end = !entry;
      if (at_end) break;
      if (!filter_.Takes(entry->name)) continue;
      bytes += EntryBytes(*entry);
      if (bytes > max_bytes_ && !entries.empty()) {
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

Json ChangesSchema() {
  Json change = Object(
      {{"action", Text("added, removed, modified or renamed")}, {"name", Text("relative to the folder")}});
  change["properties"]["old_name"] = Text("previous name, if renamed");
  Json schema = Object({});
  schema["properties"]["changes"] = ListOf(std::move(change));
  schema["properties"]["overflow"] = Boolean("changes were lost: list the folder again");
  return schema;
}

class WatchStream final : public Stream {
 public:
  WatchStream(StreamScope scope, win32::UniqueFile directory, bool recursive, Waker waker)
      : scope_(std::move(scope)), watch_(std::move(directory), recursive, std::move(waker)) {}

  Step Next(const Call&) override {
    if (auto error = scope_.CheckStillAllowed(watch_.directory())) return MethodResult(*std::move(error));
    auto taken = watch_.Take();
    if (!taken) return Later{};
    return Piece{*std::move(taken)};
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
  stat.result_schema = StatSchema();
  methods.Add(std::move(stat));

  Method list =
      FileMethods::Named("file.list", "Lists a folder: one page in name order, or everything as a stream.");
  methods.Answer<ListParams>(list, List);
  list.result_schema = ListSchema();
  list.progress_schema = Object({{"entries", EntriesWords()}}, "in the folder's order");
  Opens<ListParams>(list,
                    [settings = methods.settings()](const ListParams& params, const Call&, Waker waker) {
                      return OpenList(StreamScope(settings, params.path), params, std::move(waker));
                    });
  methods.Add(std::move(list));

  Method watch = FileMethods::Named("file.watch", "Streams the changes in a folder until it is cancelled.");
  watch.result_schema = Described("null", "the stream runs until it is cancelled or the folder is deleted");
  watch.progress_schema = ChangesSchema();
  Opens<WatchParams>(watch,
                     [settings = methods.settings()](const WatchParams& params, const Call&, Waker waker) {
                       return OpenWatch(StreamScope(settings, params.path), params, std::move(waker));
                     });
  methods.Add(std::move(watch));
}

}  // namespace onbehalf::service
