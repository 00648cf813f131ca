// SPDX-License-Identifier: MIT
// A module in C++: onbehalf/module.h with exceptions, strings and functions. Header only; needs only the standard library. JSON
// is passed as text, so that a module can use any JSON library. docs/modules.md has the rules.
//
//   std::shared_ptr<void> Start(onbehalf::module::Host& host, std::string_view settings) { host.Add(...); return nullptr; }
//   ONBEHALF_MODULE("greeting", "1.0.0", Start)
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "onbehalf/module.h"

namespace onbehalf::module {

// Thrown by a method: the error that the caller receives. `message` must not reveal internals; `data_json` may be empty.
class Error : public std::runtime_error {
 public:
  Error(std::int32_t code, const std::string& message, std::string data_json = {})
      : std::runtime_error(message), code_(code), data_json_(std::move(data_json)) {}
  std::int32_t code() const { return code_; }
  const std::string& data_json() const { return data_json_; }

 private:
  std::int32_t code_;
  std::string data_json_;
};

// "PARAMETER: what is wrong with it".
class InvalidParams : public Error {
 public:
  explicit InvalidParams(const std::string& message) : Error(ONBEHALF_MODULE_INVALID_PARAMS, message) {}
};

// A Windows function failed: its GetLastError code and its name. Answered as WindowsError.
class WindowsError : public std::system_error {
 public:
  WindowsError(std::uint32_t code, const char* function)
      : std::system_error(static_cast<int>(code), std::system_category(), function), function_(function) {}
  const std::string& function() const { return function_; }

 private:
  std::string function_;
};

namespace detail {

// as_caller has already answered the call, so this exception must not be turned into an answer.
struct Answered {};

inline void Check(onbehalf_module_status status, const char* function) {
  if (status == ONBEHALF_MODULE_OK) return;
  if (status == ONBEHALF_MODULE_NOT_CALLER) throw Answered();
  if (status == ONBEHALF_MODULE_OUT_OF_MEMORY) throw std::bad_alloc();
  throw std::runtime_error(std::string(function) + (status == ONBEHALF_MODULE_TOO_LARGE
                                                        ? ": larger than a response may be"
                                                    : status == ONBEHALF_MODULE_NOT_NOW ? ": not now"
                                                                                        : ": refused"));
}

inline std::int64_t Length(std::string_view text) { return static_cast<std::int64_t>(text.size()); }

}  // namespace detail

// A request as its method sees it. Valid until the method returns.
class Call {
 public:
  Call(const onbehalf_module_host& host, onbehalf_module_call* call) : host_(host), call_(call) {}

  // The text of a JSON object with the parameters by name, validated against their schemas.
  std::string_view params() const {
    std::int64_t length = 0;
    const char* const text = host_.params(call_, &length);
    if (text == nullptr) throw std::bad_alloc();
    return {text, static_cast<std::size_t>(length)};
  }
  const char* request_id() const { return host_.request_id(call_); }
  // S-1-...
  std::string caller_sid() const {
    const char* const text = host_.caller_sid(call_);
    if (text == nullptr) throw std::bad_alloc();
    return text;
  }
  // A borrowed HANDLE.
  void* caller_token() const { return host_.caller_token(call_); }
  bool is_stopped() const { return host_.is_stopped(call_) != 0; }
  // A borrowed HANDLE that is set when is_stopped() is true. Null if Windows could not create it.
  void* stop_event() const { return host_.stop_event(call_); }
  // nullopt for a stream, which has no deadline.
  std::optional<std::chrono::milliseconds> time_left() const {
    const std::int64_t left = host_.milliseconds_left(call_);
    if (left < 0) return std::nullopt;
    return std::chrono::milliseconds(left);
  }
  bool wants_progress() const { return host_.wants_progress(call_) != 0; }
  void ReportProgress(std::string_view json) const {
    detail::Check(host_.report_progress(call_, json.data(), detail::Length(json)), "report_progress");
  }

  // Runs `work()` under the caller's token, in a method that acts as the service; rethrows what it throws. If the thread cannot
  // become the caller, the call is answered with the reason.
  template <typename Work>
  void AsCaller(Work&& work) const {
    struct Context {
      Work& work;
      std::exception_ptr thrown;
    } context{work, nullptr};
    const auto run = [](void* pointer) {
      auto& self = *static_cast<Context*>(pointer);
      try {
        self.work();
      } catch (...) {
        self.thrown = std::current_exception();
      }
    };
    detail::Check(host_.as_caller(call_, run, &context), "as_caller");
    if (context.thrown) std::rethrow_exception(context.thrown);
  }

 private:
  const onbehalf_module_host& host_;
  onbehalf_module_call* const call_;
};

// Signals that its stream may have data again. Copies share the same waker. Any thread, at any time.
class Waker {
 public:
  Waker(const onbehalf_module_host& host, onbehalf_module_waker* waker)
      : host_(&host), waker_(waker, [&host](onbehalf_module_waker* freed) { host.free_waker(freed); }) {}
  void operator()() const { host_->wake(waker_.get()); }

 private:
  const onbehalf_module_host* host_;
  std::shared_ptr<onbehalf_module_waker> waker_;
};

// Results in pieces, pulled by the service.
class Stream {
 public:
  struct Piece {
    std::string json;
  };
  // Nothing to send now: Next is called again after the waker has been called.
  struct Later {};
  struct End {
    std::string json;
  };
  using Step = std::variant<Piece, Later, End>;

  virtual ~Stream() = default;
  // What Next throws ends the stream as it would a handler.
  virtual Step Next(const Call& call) = 0;
};

struct Parameter {
  std::string name;
  std::string summary;
  std::string schema;  // JSON Schema
  bool is_required = false;
  bool is_audited = false;
};

struct Method {
  std::string name;  // namespace.method
  std::string summary;
  std::vector<Parameter> parameters;
  std::string result_schema;                             // JSON Schema
  std::string progress_schema = {};                      // empty: none, or any
  std::string access_default = "D:";                     // SDDL: "D:" leaves it to administrators
  std::uint32_t flags = 0;                               // ONBEHALF_MODULE_ACTS_AS_CALLER, ...
  std::function<std::string(const Call&)> handler = {};  // gives the result
  std::function<std::unique_ptr<Stream>(const Call&, Waker)> open = {};
};

// The service as seen by a module. Valid until the module is stopped.
class Host {
 public:
  explicit Host(const onbehalf_module_host& host) : host_(host) {}

  // Only in Start. Throws std::runtime_error if the service refuses the method; its log says why.
  void Add(Method method);
  // Has no effect on a thread that carries a caller's token: a method must throw instead.
  void Log(std::int32_t level, const std::string& text) const { host_.log(&host_, level, text.c_str()); }
  const char* service_version() const { return host_.service_version; }

  const onbehalf_module_host& functions() const { return host_; }

 private:
  struct Added;
  const onbehalf_module_host& host_;
  std::vector<std::unique_ptr<Added>> added_;
};

// A method, kept as long as the module runs.
struct Host::Added {
  // A stream and what its steps need.
  struct Opened {
    const Added& method;
    std::unique_ptr<Stream> stream;
  };

  const onbehalf_module_host& host;
  const Method method;

  // Runs `work` and answers the call with what it throws. Returns false if it threw.
  template <typename Work>
  bool Guard(onbehalf_module_call* call, Work&& work) const noexcept {
    try {
      work();
      return true;
    } catch (const detail::Answered&) {
    } catch (const Error& error) {
      host.set_error(call, error.code(), error.what(),
                     error.data_json().empty() ? nullptr : error.data_json().c_str());
    } catch (const WindowsError& error) {
      host.fail_windows(call, static_cast<std::uint32_t>(error.code().value()), error.function().c_str());
    } catch (const std::system_error& error) {
      if (error.code().category() == std::system_category()) {
        host.fail_windows(call, static_cast<std::uint32_t>(error.code().value()), "");
      } else {
        host.fail(call, error.what());
      }
    } catch (const std::exception& error) {
      host.fail(call, error.what());
    } catch (...) {
      host.fail(call, "an exception of an unknown type");
    }
    return false;
  }
  void SetResult(onbehalf_module_call* call, const std::string& json) const {
    // Ignored: if the JSON is invalid, the service's log says why.
    host.set_result(call, json.data(), detail::Length(json));
  }

  static void ONBEHALF_MODULE_CALL Handle(void* context, onbehalf_module_call* call) {
    const auto& self = *static_cast<const Added*>(context);
    self.Guard(call, [&] { self.SetResult(call, self.method.handler(Call(self.host, call))); });
  }
  static void* ONBEHALF_MODULE_CALL Open(void* context, onbehalf_module_call* call,
                                         onbehalf_module_waker* waker) {
    const auto& self = *static_cast<const Added*>(context);
    std::unique_ptr<Opened> opened;
    self.Guard(call, [&] {
      Waker owner(self.host, waker);
      auto stream = self.method.open(Call(self.host, call), std::move(owner));
      if (!stream) throw std::logic_error("the method did not open a stream");
      opened.reset(new Opened{self, std::move(stream)});
    });
    return opened.release();
  }
  static std::int32_t ONBEHALF_MODULE_CALL Next(void* stream, onbehalf_module_call* call) {
    auto& opened = *static_cast<Opened*>(stream);
    std::int32_t step = ONBEHALF_MODULE_END;
    opened.method.Guard(call, [&] {
      const Stream::Step next = opened.stream->Next(Call(opened.method.host, call));
      if (std::holds_alternative<Stream::Later>(next)) {
        step = ONBEHALF_MODULE_LATER;
      } else if (const auto* piece = std::get_if<Stream::Piece>(&next)) {
        opened.method.SetResult(call, piece->json);
        step = ONBEHALF_MODULE_PIECE;
      } else {
        opened.method.SetResult(call, std::get<Stream::End>(next).json);
      }
    });
    return step;
  }
  static void ONBEHALF_MODULE_CALL Close(void* stream) { delete static_cast<Opened*>(stream); }
};

inline void Host::Add(Method method) {
  added_.push_back(std::unique_ptr<Added>(new Added{host_, std::move(method)}));
  Added& added = *added_.back();
  const Method& given = added.method;
  std::vector<onbehalf_module_parameter> parameters;
  for (const Parameter& each : given.parameters) {
    parameters.push_back({sizeof(onbehalf_module_parameter), each.is_required ? 1 : 0,
                          each.is_audited ? 1 : 0, 0, each.name.c_str(), each.summary.c_str(),
                          each.schema.c_str()});
  }
  onbehalf_module_method described{};
  described.size = sizeof(described);
  described.flags = given.flags;
  described.name = given.name.c_str();
  described.summary = given.summary.c_str();
  described.result_schema = given.result_schema.c_str();
  described.progress_schema = given.progress_schema.empty() ? nullptr : given.progress_schema.c_str();
  described.access_default = given.access_default.c_str();
  described.parameters = parameters.data();
  described.parameter_count = static_cast<std::uint32_t>(parameters.size());
  described.context = &added;
  if (given.handler) described.handler = &Added::Handle;
  if (given.open) {
    described.open = &Added::Open;
    described.next = &Added::Next;
    described.close = &Added::Close;
  }
  if (host_.add_method(&host_, &described) != ONBEHALF_MODULE_OK) {
    throw std::runtime_error("the service refused the method " + given.name);
  }
}

// The implementation behind ONBEHALF_MODULE. One for each module.
class Running {
 public:
  using StartFunction = std::shared_ptr<void> (*)(Host&, std::string_view);

  static std::int32_t Start(const onbehalf_module_host* host, const char* settings, std::int64_t length,
                            StartFunction start) noexcept {
    try {
      Instance() = std::make_unique<Running>(*host);
      Instance()->state_ = start(Instance()->host_, {settings, static_cast<std::size_t>(length)});
      return 0;
    } catch (const std::exception& error) {
      host->refuse(host, error.what());
    } catch (...) {
      host->refuse(host, "an exception of an unknown type");
    }
    Instance().reset();
    return 1;
  }
  static void Stop() noexcept { Instance().reset(); }

  explicit Running(const onbehalf_module_host& host) : host_(host) {}
  // The module's state first: its threads may still use the host.
  ~Running() { state_.reset(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  static std::unique_ptr<Running>& Instance() {
    static std::unique_ptr<Running> instance;
    return instance;
  }

  Host host_;
  std::shared_ptr<void> state_;
};

}  // namespace onbehalf::module

// Defines the module: its name (its file name without .dll), its version, and a function std::shared_ptr<void> START(Host&,
// std::string_view settings) that adds the methods. What START returns is released when the module is stopped. An exception from
// it rejects the settings, and the service reports it at its start.
#define ONBEHALF_MODULE(NAME, VERSION, START)                                                             \
  extern "C" __declspec(dllexport) const onbehalf_module_description* ONBEHALF_MODULE_CALL                \
  onbehalf_module_get(std::uint32_t) {                                                                    \
    static const onbehalf_module_description description = {                                              \
        sizeof(onbehalf_module_description),                                                              \
        ONBEHALF_MODULE_ABI,                                                                              \
        NAME,                                                                                             \
        VERSION,                                                                                          \
        [](const onbehalf_module_host* host, const char* settings, std::int64_t length) -> std::int32_t { \
          return ::onbehalf::module::Running::Start(host, settings, length, START);                       \
        },                                                                                                \
        [] { ::onbehalf::module::Running::Stop(); }};                                                     \
    return &description;                                                                                  \
  }
