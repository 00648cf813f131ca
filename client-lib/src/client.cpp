#include "onbehalf/client/client.h"

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "onbehalf/protocol/framing.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/pipe_stream.h"
#include "onbehalf/win32/win32_error.h"
#include "server_trust.h"

namespace onbehalf::client {
namespace {

// One read: an answer of ordinary size comes in one.
constexpr std::size_t kReadBytes = 64 * 1024;
// Deeper than any answer of the service, whose own parameters are limited to 64.
constexpr std::size_t kAnswerDepth = 128;

win32::ImpersonationLevel LevelOf(const Options& options) {
  const Level by_default = IsLocal(options.server) ? Level::kImpersonate : Level::kIdentify;
  switch (options.level.value_or(by_default)) {
    case Level::kAnonymous:
      return win32::ImpersonationLevel::kAnonymous;
    case Level::kIdentify:
      return win32::ImpersonationLevel::kIdentification;
    case Level::kImpersonate:
      return win32::ImpersonationLevel::kImpersonation;
  }
  throw std::invalid_argument("the level is none of the enumeration's");
}

protocol::FrameLimits FrameLimitsOf(const Options& options) {
  protocol::FrameLimits limits;
  limits.frame_bytes = options.max_answer_bytes;
  return limits;
}

// The frame's size bounds everything in it; the service's narrower limits are for what it receives.
protocol::JsonLimits JsonLimitsOf(const Options& options) {
  protocol::JsonLimits limits;
  limits.depth = kAnswerDepth;
  limits.string_bytes = options.max_answer_bytes;
  limits.array_elements = options.max_answer_bytes;
  limits.object_members = options.max_answer_bytes;
  return limits;
}

[[noreturn]] void Fail(std::errc code, const std::string& what) {
  throw std::system_error(std::make_error_code(code), what);
}

win32::Clock::time_point DeadlineAfter(std::chrono::milliseconds timeout) {
  const win32::Clock::time_point now = win32::Clock::now();
  // In milliseconds: an enormous timeout is no number of nanoseconds.
  const auto longest = std::chrono::floor<std::chrono::milliseconds>(win32::kNoDeadline - now);
  return timeout >= longest ? win32::kNoDeadline : now + timeout;
}

}  // namespace

std::string PipePath(const Options& options) {
  return "\\\\" + (IsLocal(options.server) ? std::string(".") : options.server) + "\\pipe\\" + options.pipe;
}

struct Client::State {
  State(win32::PipeStream connected, const Options& with)
      : options_(with),
        pipe_(std::move(connected)),
        frames_(FrameLimitsOf(with), kAnswerDepth),
        json_limits_(JsonLimitsOf(with)),
        buffer_(kReadBytes) {}

  std::chrono::milliseconds call_timeout() const { return options_.call_timeout; }
  Json Call(std::string_view method, const Json& params, std::chrono::milliseconds timeout);

 private:
  void Send(const std::string& frame, win32::Clock::time_point deadline, const std::string& what);
  std::string_view ReadFrame(win32::Clock::time_point deadline, const std::string& what);
  // The answer, if the frame holds it.
  std::optional<Json> TakeAnswer(std::string_view frame, std::int64_t id, const std::string& what);

  Options options_;
  std::optional<win32::PipeStream> pipe_;  // empty once the connection has failed
  protocol::FrameReader frames_;
  protocol::JsonLimits json_limits_;
  std::vector<char> buffer_;
  std::string_view unread_;  // of `buffer_`
  std::int64_t next_id_ = 1;
};

void Client::State::Send(const std::string& frame, win32::Clock::time_point deadline,
                         const std::string& what) {
  try {
    pipe_->Write(frame, deadline);
  } catch (const win32::Win32Error& error) {
    switch (error.win32_code()) {
      case WAIT_TIMEOUT:
        Fail(std::errc::timed_out, "the service did not take " + what + " in time");
      case ERROR_NO_DATA:
      case ERROR_BROKEN_PIPE:
      case ERROR_PIPE_NOT_CONNECTED:
        // The service closed the connection; what it may have said before that is still to be read.
        return;
      default:
        throw;
    }
  }
}

std::string_view Client::State::ReadFrame(win32::Clock::time_point deadline, const std::string& what) {
  for (;;) {
    std::string_view frame;
    switch (frames_.Next(unread_, frame)) {
      case protocol::FrameReader::Result::kFrame:
        if (frames_.framing() != protocol::Framing::kHeader) {
          Fail(std::errc::bad_message,
               "the other end of the pipe does not answer in the framing it was asked in");
        }
        return frame;
      case protocol::FrameReader::Result::kError: {
        const bool too_large = frames_.error() == protocol::FrameError::kFrameTooLarge;
        Fail(
            too_large ? std::errc::message_size : std::errc::bad_message,
            "the answer to " + what + " cannot be read: " + std::string(protocol::Describe(frames_.error())));
      }
      case protocol::FrameReader::Result::kNeedMore:
        break;
    }
    std::size_t count = 0;
    try {
      count = pipe_->Read(buffer_, deadline);
    } catch (const win32::Win32Error& error) {
      if (error.win32_code() != WAIT_TIMEOUT) throw;
      Fail(std::errc::timed_out, "no answer to " + what + " in time");
    }
    if (count == 0) {
      Fail(std::errc::connection_reset, "the connection was closed before " + what + " was answered");
    }
    unread_ = std::string_view(buffer_.data(), count);
  }
}

std::optional<Json> Client::State::TakeAnswer(std::string_view frame, std::int64_t id,
                                              const std::string& what) {
  protocol::ParsedFrame parsed = protocol::ParseFrame(frame, json_limits_, 1);
  if (parsed.fault) {
    Fail(std::errc::bad_message, "the answer to " + what + " is not JSON-RPC: " + parsed.fault->message);
  }
  if (parsed.is_batch || parsed.messages.size() != 1) {
    Fail(std::errc::protocol_error, "a batch came where one answer to " + what + " was expected");
  }
  protocol::Message& message = parsed.messages.front();
  if (std::holds_alternative<protocol::Notification>(message)) return std::nullopt;
  auto* response = std::get_if<protocol::Response>(&message);
  if (response == nullptr) {
    const bool is_request = std::holds_alternative<protocol::Request>(message);
    Fail(is_request ? std::errc::protocol_error : std::errc::bad_message,
         is_request ? "the other end of the pipe sent a request of its own"
                    : "the answer to " + what + " is no message of JSON-RPC 2.0");
  }
  auto* error = std::get_if<protocol::Error>(&response->outcome);
  // An error under no id is about the connection: it could not tell to what it belongs, and closes.
  const bool about_connection = std::holds_alternative<std::monostate>(response->id) && error != nullptr;
  if (response->id != protocol::Id(id) && !about_connection) {
    Fail(std::errc::protocol_error, "an answer came to something that was not asked");
  }
  if (error != nullptr) {
    if (about_connection) pipe_.reset();
    throw RpcError(response->error_code, error->message, std::move(error->data));
  }
  return std::move(std::get<Json>(response->outcome));
}

Json Client::State::Call(std::string_view method, const Json& params, std::chrono::milliseconds timeout) {
  if (!params.is_null() && !params.is_object() && !params.is_array()) {
    throw std::invalid_argument("params must be an object, an array or null");
  }
  if (!pipe_) Fail(std::errc::not_connected, "the connection to " + PipePath(options_) + " is closed");
  const std::string what(method);
  const std::int64_t id = next_id_++;
  const std::string request =
      protocol::ToFrame(protocol::Framing::kHeader, protocol::RequestText(id, method, params));
  const win32::Clock::time_point deadline = DeadlineAfter(timeout);
  try {
    Send(request, deadline, what);
    for (;;) {
      if (std::optional<Json> result = TakeAnswer(ReadFrame(deadline, what), id, what)) {
        return std::move(*result);
      }
    }
  } catch (const RpcError&) {
    throw;
  } catch (...) {
    // Whether and where the rest of an answer comes is unknown from here on.
    pipe_.reset();
    throw;
  }
}

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Client Client::Connect(const Options& options) {
  if (options.pipe.empty() || options.pipe.find('/') != std::string::npos) {
    throw std::invalid_argument("a pipe's name is not empty and has no slash");
  }
  if (!IsLocal(options.server) && options.server.find_first_of("\\/") != std::string::npos) {
    throw std::invalid_argument("the server is a computer's name alone, without slashes");
  }
  win32::PipeStream pipe = win32::PipeStream::Open(PipePath(options), {LevelOf(options), true},
                                                   DeadlineAfter(options.connect_timeout));
  VerifyServer(pipe.get(), options);
  return Client(std::make_unique<State>(std::move(pipe), options));
}

Json Client::Call(std::string_view method, const Json& params) {
  return Call(method, params, state_->call_timeout());
}

Json Client::Call(std::string_view method, const Json& params, std::chrono::milliseconds timeout) {
  return state_->Call(method, params, timeout);
}

}  // namespace onbehalf::client
