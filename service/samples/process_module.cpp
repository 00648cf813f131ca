// A module for the processes of this computer. process.list and process.end work as the caller, so Windows decides
// which processes the caller may see and end; process.watch streams the processes that start and end.
//
// Settings: {"protected": ["lsass.exe", …], "interval_ms": 1000}. Protected processes cannot be ended through the
// service; process.watch looks for changes at this interval.
#include <onbehalf/typed_module.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <windows.h>
// After <windows.h>, which this header needs.
#include <tlhelp32.h>

namespace {

namespace module = onbehalf::module;
using nlohmann::json;
using onbehalf::Nothing;
using onbehalf::Optional;
using onbehalf::Required;
using onbehalf::ToJson;

// Owns a Windows handle, whose invalid value is INVALID_HANDLE_VALUE or null.
class Handle {
 public:
  explicit Handle(HANDLE handle) : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
  ~Handle() {
    if (handle_ != nullptr) ::CloseHandle(handle_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  explicit operator bool() const { return handle_ != nullptr; }
  HANDLE get() const { return handle_; }

 private:
  const HANDLE handle_;
};

[[noreturn]] void ThrowLastError(const char* function) {
  throw module::WindowsError(::GetLastError(), function);
}

std::string ToUtf8(std::wstring_view text) {
  const int units = static_cast<int>(text.size());
  std::string utf8(static_cast<std::size_t>(units) * 3, '\0');
  const int bytes = units == 0 ? 0
                               : ::WideCharToMultiByte(CP_UTF8, 0, text.data(), units, utf8.data(),
                                                       static_cast<int>(utf8.size()), nullptr, nullptr);
  utf8.resize(static_cast<std::size_t>(bytes));
  return utf8;
}

// Executable names are compared like Windows does, but only for ASCII.
std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

struct Process {
  DWORD id = 0;
  DWORD parent = 0;
  std::string name;

  // Of a struct that derives from it.
  template <typename Object>
  static constexpr auto FieldsIn() {
    return std::array{Required<&Process::id, Object>("id", ""),
                      Required<&Process::parent, Object>("parent", "the id of the process that started it"),
                      Required<&Process::name, Object>("name", "of the executable")};
  }
};

using Processes = std::map<DWORD, Process>;

Processes Snapshot() {
  const Handle snapshot(::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  if (!snapshot) ThrowLastError("CreateToolhelp32Snapshot");
  Processes all;
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof(entry);
  for (BOOL more = ::Process32FirstW(snapshot.get(), &entry); more;
       more = ::Process32NextW(snapshot.get(), &entry)) {
    all[entry.th32ProcessID] = {entry.th32ProcessID, entry.th32ParentProcessID, ToUtf8(entry.szExeFile)};
  }
  return all;
}

// The path of a process's executable if the thread may query it.
std::optional<std::string> ImageOf(DWORD id) {
  const Handle process(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id));
  if (!process) return std::nullopt;
  std::wstring path(32'768, L'\0');
  auto units = static_cast<DWORD>(path.size());
  if (!::QueryFullProcessImageNameW(process.get(), 0, path.data(), &units)) return std::nullopt;
  return ToUtf8(std::wstring_view(path).substr(0, units));
}

// A piece of process.watch.
struct Change {
  std::string_view event;
  std::optional<DWORD> id = {};
  std::optional<DWORD> parent = {};
  std::optional<std::string> name = {};

  static constexpr auto Describe() {
    return std::array{Required<&Change::event>(
                          "event", "watching (the first piece, which has no other member), started or ended"),
                      Optional<&Change::id>("id", ""),
                      Optional<&Change::parent>("parent", "the id of the parent process"),
                      Optional<&Change::name>("name", "of the executable")};
  }
};

// The open streams of process.watch, and the thread that polls while there are any.
class Watch {
 public:
  explicit Watch(DWORD interval_ms)
      : interval_ms_(interval_ms), end_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
    if (!end_) ThrowLastError("CreateEventW");
    thread_ = std::thread([this] { Run(); });
  }
  ~Watch() {
    ::SetEvent(end_.get());
    thread_.join();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // A stream of starts and ends from its first piece on. Owned by the service; the watch outlives it.
  class Watcher final : public module::Stream {
   public:
    Watcher(Watch& watch, module::Waker waker) : watch_(watch), waker_(std::move(waker)) {
      pieces_.push_back(module::ToText(ToJson(Change{"watching"})));
      const std::lock_guard lock(watch_.mutex_);
      if (watch_.watchers_.empty()) watch_.known_ = Snapshot();
      // Last: if anything before throws, it is not registered.
      watch_.watchers_.insert(this);
    }
    ~Watcher() override {
      const std::lock_guard lock(watch_.mutex_);
      watch_.watchers_.erase(this);
    }

    Step Next(const module::Call&) override {
      const std::lock_guard lock(watch_.mutex_);
      if (fault_) std::rethrow_exception(fault_);
      if (is_behind_) throw module::Error(ONBEHALF_MODULE_BUSY, "The client has not read for too long.");
      if (pieces_.empty()) return Later{};
      Piece piece{std::move(pieces_.front())};
      pieces_.pop_front();
      return piece;
    }

   private:
    friend class Watch;
    // Requires the watch's lock.
    void Add(std::string piece) {
      is_behind_ = is_behind_ || pieces_.size() == kMaxPieces;
      if (!is_behind_) pieces_.push_back(std::move(piece));
      waker_();
    }

    static constexpr std::size_t kMaxPieces = 1000;
    Watch& watch_;
    const module::Waker waker_;
    std::deque<std::string> pieces_;
    bool is_behind_ = false;
    std::exception_ptr fault_;
  };

 private:
  void Run() {
    while (::WaitForSingleObject(end_.get(), interval_ms_) == WAIT_TIMEOUT) {
      const std::lock_guard lock(mutex_);
      if (!watchers_.empty()) Look();
    }
  }

  // Requires the lock. An id with a different parent than before is a different process.
  void Look() {
    try {
      Processes now = Snapshot();
      for (const auto& [id, process] : now) {
        const auto known = known_.find(id);
        if (known == known_.end() || known->second.parent != process.parent) Tell("started", process);
      }
      for (const auto& [id, process] : known_) {
        const auto found = now.find(id);
        if (found == now.end() || found->second.parent != process.parent) Tell("ended", process);
      }
      known_ = std::move(now);
    } catch (...) {
      for (Watcher* watcher : watchers_) {
        watcher->fault_ = std::current_exception();
        watcher->waker_();
      }
      // The failure ends these streams. Later ones start again.
      watchers_.clear();
    }
  }

  void Tell(const char* event, const Process& process) {
    const std::string text = module::ToText(ToJson(Change{event, process.id, process.parent, process.name}));
    for (Watcher* watcher : watchers_) watcher->Add(text);
  }

  const DWORD interval_ms_;
  const Handle end_;
  std::mutex mutex_;
  std::set<Watcher*> watchers_;
  Processes known_;
  std::thread thread_;
};

struct ListedProcess : Process {
  std::optional<std::string> image;

  static constexpr auto Describe() {
    return onbehalf::Join(FieldsIn<ListedProcess>(),
                          std::array{Required<&ListedProcess::image>(
                              "image", "its path; null: Windows does not let the caller see it")});
  }
};

std::vector<ListedProcess> List() {
  std::vector<ListedProcess> list;
  for (auto& [id, process] : Snapshot()) list.push_back({std::move(process), ImageOf(id)});
  return list;
}

struct EndParams {
  std::uint32_t id = 0;

  static constexpr auto Describe() {
    return std::array{Required<&EndParams::id>("id", "The process.", {.minimum = 1}).Audited()};
  }
};

struct Ended {
  bool ended;

  static constexpr auto Describe() { return std::array{Required<&Ended::ended>("ended", "true")}; }
};

Ended End(const std::set<std::string>& protected_names, const EndParams& params, const module::Call& call) {
  // The process whose name is checked is the one that is ended: the open handle keeps its id from being reused.
  HANDLE opened = nullptr;
  call.AsCaller([&] {
    opened = ::OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, params.id);
    if (opened == nullptr) ThrowLastError("OpenProcess");
  });
  const Handle process(opened);
  const Processes all = Snapshot();
  const auto found = all.find(params.id);
  if (found == all.end()) throw module::InvalidParams("id: this process has ended");
  if (protected_names.contains(Lower(found->second.name))) {
    throw module::Error(ONBEHALF_MODULE_ACCESS_DENIED, "The service's settings protect this process.");
  }
  if (!::TerminateProcess(process.get(), 1)) ThrowLastError("TerminateProcess");
  return {true};
}

struct Settings {
  std::set<std::string> protected_names;
  DWORD interval_ms = 1000;
};

// Throws std::invalid_argument, which keeps the service from starting and is reported.
Settings ReadSettings(std::string_view text) {
  Settings settings;
  const json document = json::parse(text);
  for (const auto& [key, value] : document.items()) {
    if (key == "interval_ms") {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 10 ||
          value.get<std::uint64_t>() > 60'000) {
        throw std::invalid_argument("interval_ms: expected an integer from 10 to 60000");
      }
      settings.interval_ms = value.get<DWORD>();
    } else if (key == "protected") {
      if (!value.is_array()) throw std::invalid_argument("protected: expected an array of names");
      for (const json& name : value) {
        if (!name.is_string()) throw std::invalid_argument("protected: expected an array of names");
        settings.protected_names.insert(Lower(name.get<std::string>()));
      }
    } else {
      throw std::invalid_argument(key + ": unknown key");
    }
  }
  return settings;
}

constexpr const char* kSeenByAuthenticatedUsers = "D:(A;;GR;;;AU)";

std::shared_ptr<void> Start(module::Host& host, std::string_view text) {
  Settings settings = ReadSettings(text);
  auto watch = std::make_shared<Watch>(settings.interval_ms);

  module::Method list;
  list.name = "process.list";
  list.summary = "Lists the processes of this computer, with the paths that Windows lets the caller see.";
  list.access_default = kSeenByAuthenticatedUsers;
  list.flags = ONBEHALF_MODULE_ACTS_AS_CALLER;
  module::Handle<Nothing>(list, [](const Nothing&, const module::Call&) { return List(); });
  host.Add(std::move(list));

  module::Method end;
  end.name = "process.end";
  end.summary = "Ends a process that Windows lets the caller end, unless the settings protect it.";
  end.access_default = kSeenByAuthenticatedUsers;
  module::Handle<EndParams>(
      end, [names = std::move(settings.protected_names)](const EndParams& params, const module::Call& call) {
        return End(names, params, call);
      });
  host.Add(std::move(end));

  module::Method changes;
  changes.name = "process.watch";
  changes.summary =
      "A stream of the processes that start and end, beginning when it reports that it is watching.";
  changes.result_schema = R"({"type": "null", "description": "the stream runs until it is cancelled"})";
  changes.progress_schema = module::ToText(onbehalf::SchemaOf<Change>(onbehalf::Direction::kGiven));
  changes.access_default = kSeenByAuthenticatedUsers;
  module::Opens<Nothing>(changes,
                         [&watch = *watch](const Nothing&, const module::Call&, module::Waker waker) {
                           return std::make_unique<Watch::Watcher>(watch, std::move(waker));
                         });
  host.Add(std::move(changes));
  return watch;
}

}  // namespace

ONBEHALF_MODULE("process", "1.0.0", Start)
