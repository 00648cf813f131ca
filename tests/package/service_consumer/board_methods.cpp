#include "board_methods.h"

#include <onbehalf/service/as_caller.h>
#include <onbehalf/service/typed_method.h>
#include <onbehalf/win32/unique_handle.h>
#include <onbehalf/win32/utf.h>
#include <onbehalf/win32/win32_error.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace onbehalf::service;
using onbehalf::Bounds;
using onbehalf::Nothing;
using onbehalf::Optional;
using onbehalf::Required;
using onbehalf::protocol::Error;
using onbehalf::protocol::ErrorCode;
using onbehalf::win32::ImpersonationLevel;
using onbehalf::win32::ThrowLastError;
using onbehalf::win32::UniqueFile;

// Authenticated users call and see it.
constexpr const char* kForEveryone = "D:(A;;GXGR;;;AU)";
constexpr std::size_t kMaxAttached = 4096;

Error InvalidParams(std::string message) { return {ErrorCode::kInvalidParams, std::move(message), nullptr}; }

constexpr Bounds kPathBounds{.min_length = 1, .max_length = 1024};

// ---- board.pin ----

struct NewNotice {
  std::string title;
  std::vector<std::string> tags;
  std::optional<std::int64_t> priority;

  static Json TagWords() { return {{"items", {{"type", "string"}, {"maxLength", 20}}}}; }
  static constexpr auto Describe() {
    return std::array{Required<&NewNotice::title>("title", "", {.min_length = 1, .max_length = 100}),
                      Optional<&NewNotice::tags>("tags", "", {.max_items = 8, .words = TagWords}),
                      Optional<&NewNotice::priority>("priority", "its own")};
  }
};

struct PinParams {
  std::vector<NewNotice> notices;
  std::int64_t priority = 5;

  static Json PriorityWords() { return {{"default", 5}}; }
  static constexpr auto Describe() {
    return std::array{
        Required<&PinParams::notices>("notices", "What is pinned.", {.min_items = 1, .max_items = 100}),
        Optional<&PinParams::priority>("priority", "Of the notices that have none of their own.",
                                       {.words = PriorityWords})
            .Audited()};
  }
};

struct Pinned {
  std::vector<std::size_t> numbers;

  static constexpr auto Describe() {
    return std::array{Required<&Pinned::numbers>("numbers", "of the notices, in their order")};
  }
};

// The parameters match their schema, so there is nothing left to check here.
Result<Pinned> Pin(Board& board, const PinParams& params, const Call& call) {
  Pinned pinned;
  for (const NewNotice& given : params.notices) {
    Notice notice;
    notice.author = call.caller.user().ToString();
    notice.title = given.title;
    notice.tags = given.tags;
    notice.priority = given.priority.value_or(params.priority);
    pinned.numbers.push_back(board.Pin(std::move(notice)));
  }
  return pinned;
}

// ---- board.list ----

// A notice in results and in pieces of board.watch.
struct ShownNotice {
  std::size_t number;
  std::string author;
  std::string title;
  std::vector<std::string> tags;
  std::int64_t priority;
  std::optional<std::string> attachment;

  static ShownNotice Of(const Notice& notice) {
    return {notice.number, notice.author, notice.title, notice.tags, notice.priority, notice.attachment};
  }
  static constexpr auto Describe() {
    return std::array{Required<&ShownNotice::number>("number", "from 1"),
                      Required<&ShownNotice::author>("author", "SID of the account that pinned it"),
                      Required<&ShownNotice::title>("title", ""),
                      Required<&ShownNotice::tags>("tags", ""),
                      Required<&ShownNotice::priority>("priority", "the higher the more urgent"),
                      Required<&ShownNotice::attachment>("attachment", "null: none")};
  }
};

struct AllNotices {
  std::vector<ShownNotice> notices;

  static constexpr auto Describe() { return std::array{Required<&AllNotices::notices>("notices", "")}; }
};

Result<AllNotices> List(const Board& board) {
  AllNotices all;
  for (const Notice& notice : board.Notices()) all.notices.push_back(ShownNotice::Of(notice));
  return all;
}

// ---- board.watch ----

struct WatchParams {
  std::optional<std::size_t> limit;

  static constexpr auto Describe() {
    return std::array{
        Optional<&WatchParams::limit>(
            "most", "Ends it after so many; it goes on until it is cancelled otherwise.", {.minimum = 1})
            .Audited()};
  }
};

struct Seen {
  std::size_t seen;

  static constexpr auto Describe() { return std::array{Required<&Seen::seen>("seen", "notices")}; }
};

// Each notice is a piece: first the existing ones, then each as it is pinned.
class Watch final : public Stream {
 public:
  // Follows the board before the first look at it, so that nothing is missed.
  Watch(Board& board, std::optional<std::size_t> limit, Waker waker)
      : board_(board), limit_(limit), follower_(board, std::move(waker)) {}

  Step Next(const Call&) override {
    if (limit_ && seen_ == *limit_) return MethodResult(onbehalf::ToJson(Seen{seen_}));
    const std::optional<Notice> notice = board_.Behind(seen_);
    if (!notice) return Later{};
    ++seen_;
    return Piece{onbehalf::ToJson(ShownNotice::Of(*notice))};
  }

 private:
  Board& board_;
  const std::optional<std::size_t> limit_;
  std::size_t seen_ = 0;
  const Board::Follower follower_;
};

// ---- board.attach ----

struct AttachParams {
  std::size_t number = 0;
  std::string path;

  static constexpr auto Describe() {
    return std::array{
        Required<&AttachParams::number>("number", "Of the notice.", {.minimum = 1}).Audited(),
        Required<&AttachParams::path>("path", "A file, as its caller names it.", kPathBounds).Audited()};
  }
};

struct Attached {
  std::size_t bytes;

  static constexpr auto Describe() { return std::array{Required<&Attached::bytes>("bytes", "attached")}; }
};

std::string BeginningOf(const std::string& path) {
  const std::wstring name = onbehalf::win32::ToWide(path);
  const UniqueFile file(::CreateFileW(name.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING,
                                      FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) ThrowLastError("CreateFileW", path);
  std::string bytes(kMaxAttached, '\0');
  DWORD read = 0;
  if (!::ReadFile(file.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &read, nullptr)) {
    ThrowLastError("ReadFile", path);
  }
  bytes.resize(read);
  return bytes;
}

// The file belongs to the caller, so it is read with the caller's token: a caller who may not read it cannot
// make the service do so. The board belongs to the service.
Result<Attached> Attach(Board& board, const AttachParams& params, const Call& call) {
  std::string bytes;
  const auto refusal =
      AsCaller(call.caller, ImpersonationLevel::kImpersonation, [&] { bytes = BeginningOf(params.path); });
  if (refusal) return *refusal;
  for (const char c : bytes) {
    if (static_cast<unsigned char>(c) >= 0x80) return InvalidParams("path: the file is not ASCII text");
  }
  const std::size_t size = bytes.size();
  if (!board.Attach(params.number, call.caller.user().ToString(), std::move(bytes)))
    return InvalidParams("number: there is no such notice of yours");
  return Attached{size};
}

// ---- board.export ----

struct ExportParams {
  std::string path;

  static constexpr auto Describe() {
    return std::array{
        Required<&ExportParams::path>("path", "A file, as its caller names it.", kPathBounds).Audited()};
  }
};

struct Exported {
  std::uint32_t bytes;

  static constexpr auto Describe() { return std::array{Required<&Exported::bytes>("bytes", "written")}; }
};

// All of it runs with the caller's token.
Result<Exported> Export(const Board& board, const ExportParams& params) {
  std::string text;
  for (const Notice& notice : board.Notices())
    text += std::to_string(notice.number) + " " + notice.title + "\r\n";
  const std::wstring name = onbehalf::win32::ToWide(params.path);
  const UniqueFile file(
      ::CreateFileW(name.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) ThrowLastError("CreateFileW", params.path);
  DWORD written = 0;
  if (!::WriteFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr)) {
    ThrowLastError("WriteFile", params.path);
  }
  return Exported{written};
}

// ---- board.seal ----

struct SealParams {
  unsigned bits = 0;

  static constexpr auto Describe() {
    return std::array{
        Required<&SealParams::bits>("bits", "How hard: each doubles the work.", {.minimum = 1, .maximum = 63})
            .Audited()};
  }
};

struct Tried {
  std::uint64_t tried;

  static constexpr auto Describe() { return std::array{Required<&Tried::tried>("tried", "numbers so far")}; }
};

struct SealFound {
  std::uint64_t number;

  static constexpr auto Describe() { return std::array{Required<&SealFound::number>("number", "the seal")}; }
};

// Finds the number that makes a hash of the board begin with the given number of zero bits: long work, which
// reports its progress and honours the end of its request.
Result<SealFound> Seal(const Board& board, const SealParams& params, const Call& call) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  const auto add = [](std::uint64_t to, std::uint64_t value) {
    to = (to ^ value) * 0x100000001B3u;
    return to ^ (to >> 29);
  };
  for (const Notice& notice : board.Notices()) {
    for (const char c : notice.title) hash = add(hash, static_cast<unsigned char>(c));
  }
  constexpr std::uint64_t kRound = 1 << 16;
  for (std::uint64_t number = 0;; ++number) {
    const std::uint64_t sealed = add(add(hash, number), params.bits);
    if (sealed >> (64 - params.bits) == 0) return SealFound{number};
    if (number % kRound != 0) continue;
    // The reason for the end determines the response: RequestCancelled, DeadlineExceeded or ShuttingDown.
    if (call.stop.stop_requested()) throw onbehalf::win32::Win32Error(ERROR_CANCELLED, "board.seal");
    call.progress.Report(onbehalf::ToJson(Tried{number}));
  }
}

}  // namespace

void AddBoardMethods(MethodRegistry& methods, Board& board) {
  Method pin;
  pin.name = "board.pin";
  pin.summary = "Pins notices in the caller's name.";
  pin.access_default = kForEveryone;
  pin.pace = Pace::kQuick;
  Handle<PinParams>(pin,
                    [&board](const PinParams& params, const Call& call) { return Pin(board, params, call); });
  methods.Add(std::move(pin));

  Method list;
  list.name = "board.list";
  list.summary = "All notices.";
  list.access_default = kForEveryone;
  list.pace = Pace::kQuick;
  Handle<Nothing>(list, [&board](const Nothing&, const Call&) { return List(board); });
  methods.Add(std::move(list));

  Method watch;
  watch.name = "board.watch";
  watch.summary = "A stream of the notices: those that are there, and then each as it is pinned.";
  watch.progress_schema = onbehalf::SchemaOf<ShownNotice>(onbehalf::Direction::kGiven);
  watch.result_schema = onbehalf::SchemaOf<Seen>(onbehalf::Direction::kGiven);
  watch.access_default = kForEveryone;
  Opens<WatchParams>(
      watch,
      [&board](const WatchParams& params, const Call&, Waker waker) -> Result<std::unique_ptr<Stream>> {
        return std::make_unique<Watch>(board, params.limit, std::move(waker));
      });
  methods.Add(std::move(watch));

  Method attach;
  attach.name = "board.attach";
  attach.summary =
      "Attaches the beginning of a text file that the caller may read to a notice of the caller's.";
  attach.access_default = kForEveryone;
  Handle<AttachParams>(
      attach, [&board](const AttachParams& params, const Call& call) { return Attach(board, params, call); });
  methods.Add(std::move(attach));

  Method export_board;
  export_board.name = "board.export";
  export_board.summary = "Writes all titles to a new file where the caller may make one.";
  export_board.access_default = kForEveryone;
  export_board.acts = Acts::kAsCaller;
  Handle<ExportParams>(export_board,
                       [&board](const ExportParams& params, const Call&) { return Export(board, params); });
  methods.Add(std::move(export_board));

  Method seal;
  seal.name = "board.seal";
  seal.summary = "Seals the titles with a number that is hard to find.";
  seal.progress_schema = onbehalf::SchemaOf<Tried>(onbehalf::Direction::kGiven);
  seal.reports_progress = true;
  seal.access_default = kForEveryone;
  Handle<SealParams>(
      seal, [&board](const SealParams& params, const Call& call) { return Seal(board, params, call); });
  methods.Add(std::move(seal));
}
