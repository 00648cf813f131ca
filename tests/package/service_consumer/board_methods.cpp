#include "board_methods.h"

#include <onbehalf/service/as_caller.h>
#include <onbehalf/service/schema.h>
#include <onbehalf/win32/unique_handle.h>
#include <onbehalf/win32/utf.h>
#include <onbehalf/win32/win32_error.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace onbehalf::service;
using onbehalf::protocol::Error;
using onbehalf::protocol::ErrorCode;
using onbehalf::win32::ImpersonationLevel;
using onbehalf::win32::ThrowLastError;
using onbehalf::win32::UniqueFile;

// Authenticated users call and see it.
constexpr const char* kForEveryone = "D:(A;;GXGR;;;AU)";
constexpr std::size_t kMostAttached = 4096;

Error InvalidParams(std::string message) { return {ErrorCode::kInvalidParams, std::move(message), nullptr}; }

const Parameter kPath{"path", "A file, as its caller names it.",
                      Json{{"type", "string"}, {"minLength", 1}, {"maxLength", 1024}}, true, true};

// What comes of a notice in results and in pieces of board.watch.
Json NoticeSchema() {
  return Object({{"number", Integer("from 1")},
                 {"author", Text("SID of who has pinned it")},
                 {"title", Text("")},
                 {"tags", ListOf(Text(""))},
                 {"priority", Integer("the higher the more urgent")},
                 {"attachment", OrNull(Text("null: none"))}});
}

Json ToJson(const Notice& notice) {
  return {{"number", notice.number},
          {"author", notice.author},
          {"title", notice.title},
          {"tags", notice.tags},
          {"priority", notice.priority},
          {"attachment", notice.attachment ? Json(*notice.attachment) : Json(nullptr)}};
}

// What the caller has given fits the schemas, so that there is nothing to be checked here.
MethodResult Pin(Board& board, const Call& call) {
  Json numbers = Json::array();
  for (const Json& given : call.params.at("notices")) {
    Notice notice;
    notice.author = call.caller.user().ToString();
    notice.title = given.at("title").get<std::string>();
    notice.tags = given.value("tags", std::vector<std::string>());
    notice.priority = given.value("priority", call.params.at("priority").get<std::int64_t>());
    numbers.push_back(board.Pin(std::move(notice)));
  }
  return Json{{"numbers", std::move(numbers)}};
}

MethodResult List(const Board& board) {
  Json notices = Json::array();
  for (const Notice& notice : board.Notices()) notices.push_back(ToJson(notice));
  return Json{{"notices", std::move(notices)}};
}

// Each notice is a piece: those that are there, and then each as it is pinned.
class Watch final : public Stream {
 public:
  // Followed from before the first look at what is there, so that nothing is missed.
  Watch(Board& board, std::optional<std::size_t> most, Waker waker)
      : board_(board), most_(most), follower_(board, std::move(waker)) {}

  Step Next(const Call&) override {
    if (most_ && seen_ == *most_) return MethodResult(Json{{"seen", seen_}});
    const std::optional<Notice> notice = board_.Behind(seen_);
    if (!notice) return Later{};
    ++seen_;
    return Piece{ToJson(*notice)};
  }

 private:
  Board& board_;
  const std::optional<std::size_t> most_;
  std::size_t seen_ = 0;
  const Board::Follower follower_;
};

Result<std::unique_ptr<Stream>> OpenWatch(Board& board, const Call& call, Waker waker) {
  std::optional<std::size_t> most;
  if (const auto given = call.params.find("most"); given != call.params.end())
    most = given->get<std::size_t>();
  return std::make_unique<Watch>(board, most, std::move(waker));
}

std::string BeginningOf(const std::string& path) {
  const std::wstring name = onbehalf::win32::ToWide(path);
  const UniqueFile file(::CreateFileW(name.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING,
                                      FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) ThrowLastError("CreateFileW", path);
  std::string bytes(kMostAttached, '\0');
  DWORD read = 0;
  if (!::ReadFile(file.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &read, nullptr)) {
    ThrowLastError("ReadFile", path);
  }
  bytes.resize(read);
  return bytes;
}

// The file is the caller's, so it is read under the caller's token: who may not read it cannot have the service do so. The
// board is the service's.
MethodResult Attach(Board& board, const Call& call) {
  std::string bytes;
  const auto refusal = AsCaller(call.caller, ImpersonationLevel::kImpersonation,
                                [&] { bytes = BeginningOf(call.params.at("path").get<std::string>()); });
  if (refusal) return *refusal;
  for (const char c : bytes) {
    if (static_cast<unsigned char>(c) >= 0x80) return InvalidParams("path: the file is no ASCII text");
  }
  const std::size_t size = bytes.size();
  if (!board.Attach(call.params.at("number").get<std::size_t>(), call.caller.user().ToString(),
                    std::move(bytes))) {
    return InvalidParams("number: there is no such notice of yours");
  }
  return Json{{"bytes", size}};
}

// The whole of it runs under the caller's token.
MethodResult Export(const Board& board, const Call& call) {
  std::string text;
  for (const Notice& notice : board.Notices())
    text += std::to_string(notice.number) + " " + notice.title + "\r\n";
  const auto path = call.params.at("path").get<std::string>();
  const std::wstring name = onbehalf::win32::ToWide(path);
  const UniqueFile file(
      ::CreateFileW(name.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) ThrowLastError("CreateFileW", path);
  DWORD written = 0;
  if (!::WriteFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr)) {
    ThrowLastError("WriteFile", path);
  }
  return Json{{"bytes", written}};
}

// Finds the number that makes a hash of the board begin with so many zero bits: long work, which says how far it is and
// heeds the end of its request.
MethodResult Seal(const Board& board, const Call& call) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  const auto add = [](std::uint64_t to, std::uint64_t value) {
    to = (to ^ value) * 0x100000001B3u;
    return to ^ (to >> 29);
  };
  for (const Notice& notice : board.Notices()) {
    for (const char c : notice.title) hash = add(hash, static_cast<unsigned char>(c));
  }
  const auto bits = call.params.at("bits").get<unsigned>();
  constexpr std::uint64_t kRound = 1 << 16;
  for (std::uint64_t number = 0;; ++number) {
    const std::uint64_t sealed = add(add(hash, number), bits);
    if (sealed >> (64 - bits) == 0) return Json{{"number", number}};
    if (number % kRound != 0) continue;
    // Answered as the end's reason says: RequestCancelled, DeadlineExceeded or ShuttingDown.
    if (call.stop.stop_requested()) throw onbehalf::win32::Win32Error(ERROR_CANCELLED, "board.seal");
    call.progress.Report({{"tried", number}});
  }
}

}  // namespace

void AddBoardMethods(MethodRegistry& methods, Board& board) {
  Json notice = Object({{"title", Json{{"type", "string"}, {"minLength", 1}, {"maxLength", 100}}}});
  notice["properties"]["tags"] =
      Json{{"type", "array"}, {"items", {{"type", "string"}, {"maxLength", 20}}}, {"maxItems", 8}};
  notice["properties"]["priority"] = Integer("its own");

  Method pin;
  pin.name = "board.pin";
  pin.summary = "Pins notices in the caller's name.";
  pin.parameters = {
      {"notices", "What is pinned.",
       Json{{"type", "array"}, {"items", Closed(notice)}, {"minItems", 1}, {"maxItems", 100}}, true},
      {"priority", "Of the notices that have none of their own.", Json{{"type", "integer"}, {"default", 5}},
       false, true}};
  pin.result_schema = Object({{"numbers", ListOf(Integer(""), "of the notices, in their order")}});
  pin.access_default = kForEveryone;
  pin.pace = Pace::kQuick;
  pin.handler = [&board](const Call& call) { return Pin(board, call); };
  methods.Add(std::move(pin));

  Method list;
  list.name = "board.list";
  list.summary = "All notices.";
  list.result_schema = Object({{"notices", ListOf(NoticeSchema())}});
  list.access_default = kForEveryone;
  list.pace = Pace::kQuick;
  list.handler = [&board](const Call&) { return List(board); };
  methods.Add(std::move(list));

  Method watch;
  watch.name = "board.watch";
  watch.summary = "A stream of the notices: those that are there, and then each as it is pinned.";
  watch.parameters = {{"most", "Ends it after so many; it goes on until it is cancelled otherwise.",
                       Json{{"type", "integer"}, {"minimum", 1}}, false, true}};
  watch.progress_schema = NoticeSchema();
  watch.result_schema = Object({{"seen", Integer("notices")}});
  watch.access_default = kForEveryone;
  watch.stream = [&board](const Call& call, Waker waker) { return OpenWatch(board, call, std::move(waker)); };
  methods.Add(std::move(watch));

  Method attach;
  attach.name = "board.attach";
  attach.summary =
      "Attaches the beginning of a text file that the caller may read to a notice of the caller's.";
  attach.parameters = {{"number", "Of the notice.", Json{{"type", "integer"}, {"minimum", 1}}, true, true},
                       kPath};
  attach.result_schema = Object({{"bytes", Integer("attached")}});
  attach.access_default = kForEveryone;
  attach.handler = [&board](const Call& call) { return Attach(board, call); };
  methods.Add(std::move(attach));

  Method export_board;
  export_board.name = "board.export";
  export_board.summary = "Writes all titles to a new file where the caller may make one.";
  export_board.parameters = {kPath};
  export_board.result_schema = Object({{"bytes", Integer("written")}});
  export_board.access_default = kForEveryone;
  export_board.acts = Acts::kAsCaller;
  export_board.handler = [&board](const Call& call) { return Export(board, call); };
  methods.Add(std::move(export_board));

  Method seal;
  seal.name = "board.seal";
  seal.summary = "Seals the titles with a number that is hard to find.";
  seal.parameters = {{"bits", "How hard: each doubles the work.",
                      Json{{"type", "integer"}, {"minimum", 1}, {"maximum", 63}}, true, true}};
  seal.result_schema = Object({{"number", Integer("the seal")}});
  seal.progress_schema = Object({{"tried", Integer("numbers so far")}});
  seal.reports_progress = true;
  seal.access_default = kForEveryone;
  seal.handler = [&board](const Call& call) { return Seal(board, call); };
  methods.Add(std::move(seal));
}
