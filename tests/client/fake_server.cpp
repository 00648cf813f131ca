#include "fake_server.h"

#include <gtest/gtest.h>

#include <utility>

#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {

using client::Json;

FakeServer::Session::Session(HANDLE pipe, HANDLE stop)
    : pipe_(pipe),
      stop_(stop),
      operation_(pipe),
      frames_(protocol::FrameLimits{}, 64),
      buffer_(64 * 1024, '\0') {}

std::string FakeServer::Session::ReadSome() {
  OVERLAPPED* overlapped = operation_.Prepare();
  const bool succeeded =
      ::ReadFile(pipe_, buffer_.data(), static_cast<DWORD>(buffer_.size()), nullptr, overlapped) != FALSE;
  const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
  const auto outcome = operation_.Wait(succeeded, error, win32::kNoDeadline, stop_);
  return outcome.code == ERROR_SUCCESS || outcome.code == ERROR_MORE_DATA ? buffer_.substr(0, outcome.bytes)
                                                                          : "";
}

Json FakeServer::Session::ReadRequest() {
  for (;;) {
    std::string_view frame;
    switch (frames_.Next(unread_, frame)) {
      case protocol::FrameReader::Result::kFrame:
        return Json::parse(frame);
      case protocol::FrameReader::Result::kError:
        return nullptr;
      case protocol::FrameReader::Result::kNeedMore:
        break;
    }
    read_ = ReadSome();
    if (read_.empty()) return nullptr;
    unread_ = read_;
  }
}

void FakeServer::Session::Write(std::string_view bytes) {
  OVERLAPPED* overlapped = operation_.Prepare();
  const bool succeeded =
      ::WriteFile(pipe_, bytes.data(), static_cast<DWORD>(bytes.size()), nullptr, overlapped) != FALSE;
  const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
  operation_.Wait(succeeded, error, win32::kNoDeadline, stop_);
}

void FakeServer::Session::Send(const Json& message) {
  Write(protocol::ToFrame(protocol::Framing::kHeader, message.dump()));
}

void FakeServer::Session::Answer(const Json& request, const Json& result) {
  Send({{"jsonrpc", "2.0"}, {"id", request.at("id")}, {"result", result}});
}

void FakeServer::Session::Refuse(const Json& request, int code, std::string_view message, const Json& data) {
  Json error = {{"code", code}, {"message", message}};
  if (!data.is_null()) error["data"] = data;
  Send({{"jsonrpc", "2.0"}, {"id", request.at("id")}, {"error", std::move(error)}});
}

FakeServer::FakeServer(Script script, std::string_view sddl, std::string_view name)
    : name_(name.empty() ? UniquePipeName() : std::string(name)),
      sddl_(sddl),
      script_(std::move(script)),
      stop_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (!stop_) win32::ThrowLastError("CreateEventW");
  waiting_ = CreateInstance();
  thread_ = std::thread([this] { Run(); });
}

FakeServer::~FakeServer() {
  ::SetEvent(stop_.get());
  thread_.join();
}

client::Options FakeServer::ClientOptions() const {
  client::Options options;
  options.pipe = name_;
  options.trust = client::Trust::kSameUser;
  options.connect_timeout = kPatience;
  options.call_timeout = kPatience;
  return options;
}

win32::UniqueFile FakeServer::CreateInstance() const {
  // Wine gives a pipe without a descriptor no owner; Windows gives it this one.
  const std::string own = "O:" + win32::Token::FromOwnProcess().User().ToString() + "D:P(A;;FA;;;WD)";
  const auto descriptor = win32::SecurityDescriptor::FromSddl(sddl_.empty() ? own : sddl_);
  SECURITY_ATTRIBUTES attributes{sizeof attributes, descriptor.get(), FALSE};
  const std::string path = LocalPipePath(name_);
  win32::UniqueFile pipe(::CreateNamedPipeW(win32::ToWide(path).c_str(),
                                            PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                            PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT,
                                            PIPE_UNLIMITED_INSTANCES, 64 * 1024, 64 * 1024, 0, &attributes));
  if (!pipe) win32::ThrowLastError("CreateNamedPipeW", path);
  return pipe;
}

void FakeServer::Run() {
  for (;;) {
    const win32::UniqueFile pipe = std::move(waiting_);
    {
      win32::OverlappedOperation connecting(pipe.get());
      OVERLAPPED* overlapped = connecting.Prepare();
      const bool succeeded = ::ConnectNamedPipe(pipe.get(), overlapped) != FALSE;
      const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
      if (error != ERROR_PIPE_CONNECTED && error != ERROR_NO_DATA) {
        if (connecting.Wait(succeeded, error, win32::kNoDeadline, stop_.get()).code != ERROR_SUCCESS) return;
      }
    }
    // Before this client is served, so that the name always exists.
    waiting_ = CreateInstance();
    Session session(pipe.get(), stop_.get());
    try {
      script_(session);
    } catch (const Json::exception& error) {
      // The client left without a request; the test sees on the client's side what it got instead.
      ADD_FAILURE() << "the script received no request: " << error.what();
    }
    if (::WaitForSingleObject(stop_.get(), 0) == WAIT_OBJECT_0) return;
  }
}

FakeServer::Script Answering(std::function<Json(const Json& request)> handler) {
  return [handler = std::move(handler)](FakeServer::Session& session) {
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      Json answer = handler(request);
      answer["jsonrpc"] = "2.0";
      answer["id"] = request.at("id");
      session.Send(answer);
    }
  };
}

}  // namespace onbehalf::test
