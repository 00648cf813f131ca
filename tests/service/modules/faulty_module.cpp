// A module in C++ whose methods fail in the usual ways. Settings: {"event": "NAME"}; a method that hangs
// increments the semaphore NAME-entered, and waits for this event and for nothing else.
#include <onbehalf/module.hpp>

#include <windows.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

namespace module = onbehalf::module;

constexpr const char* kForEverybody = "D:(A;;GXGR;;;AU)";

// The name in {"event": "NAME"}, written as the service writes it; empty if there is none.
std::wstring EventName(std::string_view settings) {
  constexpr std::string_view kBefore = "{\"event\":\"";
  if (settings.substr(0, kBefore.size()) != kBefore) return {};
  settings.remove_prefix(kBefore.size());
  settings = settings.substr(0, settings.find('"'));
  return {settings.begin(), settings.end()};
}

// Signals that it has entered, and waits.
void WaitForEvent(const std::wstring& name) {
  const HANDLE entered = ::OpenSemaphoreW(SEMAPHORE_MODIFY_STATE, FALSE, (name + L"-entered").c_str());
  if (entered == nullptr) throw module::WindowsError(::GetLastError(), "OpenSemaphoreW");
  ::ReleaseSemaphore(entered, 1, nullptr);
  ::CloseHandle(entered);
  const HANDLE event = ::OpenEventW(SYNCHRONIZE, FALSE, name.c_str());
  if (event == nullptr) throw module::WindowsError(::GetLastError(), "OpenEventW");
  ::WaitForSingleObject(event, INFINITE);
  ::CloseHandle(event);
}

std::string ThreadHasToken() {
  HANDLE token = nullptr;
  if (!::OpenThreadToken(::GetCurrentThread(), TOKEN_QUERY, TRUE, &token)) return "false";
  ::CloseHandle(token);
  return "true";
}

class HangingStream final : public module::Stream {
 public:
  explicit HangingStream(std::wstring event) : event_(std::move(event)) {}
  Step Next(const module::Call&) override {
    WaitForEvent(event_);
    return End{"\"ended\""};
  }

 private:
  const std::wstring event_;
};

// Has one piece, and hangs when it is closed.
class HangingClose final : public module::Stream {
 public:
  explicit HangingClose(std::wstring event) : event_(std::move(event)) {}
  ~HangingClose() override { WaitForEvent(event_); }
  Step Next(const module::Call&) override {
    if (std::exchange(has_given_, true)) return Later{};
    return Piece{"1"};
  }

 private:
  const std::wstring event_;
  bool has_given_ = false;
};

class ThrowingStream final : public module::Stream {
 public:
  Step Next(const module::Call&) override {
    if (std::exchange(has_given_, true)) throw std::runtime_error("the stream's secret");
    return Piece{"1"};
  }

 private:
  bool has_given_ = false;
};

// If its settings say so, hangs when the module is stopped, or logs that it is.
struct AtTheStop {
  const module::Host& host;
  const std::wstring event;
  ~AtTheStop() {
    if (event == L"at the stop") ::Sleep(INFINITE);
    if (event == L"log the stop") host.Log(ONBEHALF_MODULE_LOG_INFO, "it is stopped");
  }
};

std::shared_ptr<void> Start(module::Host& host, std::string_view settings) {
  const std::wstring event = EventName(settings);
  if (event == L"refused") throw std::invalid_argument("event: it is refused");

  const auto add = [&](const char* name, std::uint32_t flags,
                       std::function<std::string(const module::Call&)> handler) {
    module::Method method;
    method.name = std::string("faulty.") + name;
    method.summary = "A method of a test.";
    method.result_schema = "{}";
    method.access_default = kForEverybody;
    method.flags = flags;
    method.handler = std::move(handler);
    host.Add(std::move(method));
  };
  const auto add_stream = [&](const char* name, std::function<std::unique_ptr<module::Stream>()> open) {
    module::Method method;
    method.name = std::string("faulty.") + name;
    method.summary = "A stream of a test.";
    method.result_schema = "{}";
    method.access_default = kForEverybody;
    method.open = [open = std::move(open)](const module::Call&, module::Waker) { return open(); };
    host.Add(std::move(method));
  };

  add("throwsRuntimeError", 0,
      [](const module::Call&) -> std::string { throw std::runtime_error("the module's secret"); });
  add("throwsAsCaller", ONBEHALF_MODULE_ACTS_AS_CALLER,
      [](const module::Call&) -> std::string { throw std::runtime_error("the module's secret"); });
  add("throwsAnything", 0, [](const module::Call&) -> std::string { throw 42; });
  add("throwsError", 0, [](const module::Call&) -> std::string {
    throw module::Error(ONBEHALF_MODULE_BUSY, "Come back later.", R"({"seconds": 3})");
  });
  add("throwsInvalidParams", 0,
      [](const module::Call&) -> std::string { throw module::InvalidParams("one: expected another"); });
  add("throwsWindowsError", ONBEHALF_MODULE_ACTS_AS_CALLER, [](const module::Call&) -> std::string {
    throw module::WindowsError(ERROR_FILE_NOT_FOUND, "CreateFileW");
  });
  add("throwsSystemError", 0, [](const module::Call&) -> std::string {
    throw std::system_error(ERROR_ACCESS_DENIED, std::system_category(), "a path");
  });
  add("throwsGenericError", 0, [](const module::Call&) -> std::string {
    throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory), "a path");
  });
  add("throwsInAsCaller", 0, [](const module::Call& call) -> std::string {
    call.AsCaller([] { throw module::Error(ONBEHALF_MODULE_BUSY, "as the caller"); });
    return "1";
  });
  add("asCaller", 0, [](const module::Call& call) {
    std::string in;
    call.AsCaller([&] { in = ThreadHasToken(); });
    return "[" + ThreadHasToken() + "," + in + "," + ThreadHasToken() + "]";
  });
  add("about", 0, [](const module::Call& call) {
    return R"({"sid": ")" + call.caller_sid() + R"(", "has_token": )" +
           (call.caller_token() != nullptr ? "true" : "false") + R"(, "has_deadline": )" +
           (call.time_left().has_value() ? "true" : "false") + R"(, "request": ")" + call.request_id() +
           "\"}";
  });
  add("progress", ONBEHALF_MODULE_REPORTS_PROGRESS, [](const module::Call& call) -> std::string {
    if (call.wants_progress()) call.ReportProgress(R"({"done": 1})");
    return "\"done\"";
  });
  add("untilStopped", 0, [](const module::Call& call) -> std::string {
    ::WaitForSingleObject(call.stop_event(), INFINITE);
    return call.is_stopped() ? "\"stopped\"" : "\"not stopped\"";
  });
  add("hang", 0, [event](const module::Call&) -> std::string {
    WaitForEvent(event);
    return "\"ended\"";
  });
  add("crash", 0, [](const module::Call&) -> std::string {
    *static_cast<volatile int*>(nullptr) = 1;
    return "1";
  });
  add("log", 0, [&host](const module::Call&) -> std::string {
    host.Log(ONBEHALF_MODULE_LOG_WARNING, "a line\nof the module");
    return "1";
  });
  add_stream("hangingStream", [event] { return std::make_unique<HangingStream>(event); });
  add_stream("hangingClose", [event] { return std::make_unique<HangingClose>(event); });
  add_stream("throwingStream", [] { return std::make_unique<ThrowingStream>(); });
  add_stream("noStream",
             []() -> std::unique_ptr<module::Stream> { throw std::runtime_error("the stream's secret"); });
  return std::shared_ptr<AtTheStop>(new AtTheStop{host, event});
}

}  // namespace

ONBEHALF_MODULE("faulty", "2.0", Start)
