#include "onbehalf/client/client.h"

#include <string>
#include <utility>

#include "server_trust.h"
#include "session.h"

namespace onbehalf::client {

std::string PipePath(const Options& options) {
  return "\\\\" + (IsLocal(options.server) ? std::string(".") : options.server) + "\\pipe\\" + options.pipe;
}

Client::Client(std::shared_ptr<Session> session) : session_(std::move(session)) {}
Client::Client(Client&&) noexcept = default;

Client& Client::operator=(Client&& other) noexcept {
  if (this == &other) return *this;
  if (session_) session_->End();
  session_ = std::move(other.session_);
  return *this;
}

Client::~Client() {
  if (session_) session_->End();
}

Client Client::Connect(const Options& options) {
  if (options.pipe.empty() || options.pipe.find('/') != std::string::npos) {
    throw std::invalid_argument("a pipe's name is not empty and has no slash");
  }
  if (!IsLocal(options.server) && options.server.find_first_of("\\/") != std::string::npos) {
    throw std::invalid_argument("the server is a computer's name alone, without slashes");
  }
  if (options.first_backoff.count() <= 0 || options.longest_backoff < options.first_backoff) {
    throw std::invalid_argument("the first backoff is more than nothing and no more than the longest");
  }
  auto session = std::make_shared<Session>(options);
  session->Connect();
  return Client(std::move(session));
}

Json Client::Call(std::string_view method, const Json& params, const CallOptions& options) {
  return session_->Call(method, params, options);
}

Json Client::Call(std::string_view method, const Json& params, std::chrono::milliseconds timeout) {
  CallOptions options;
  options.timeout = timeout;
  return session_->Call(method, params, options);
}

std::future<Json> Client::CallAsync(std::string_view method, const Json& params, const CallOptions& options) {
  auto promise = std::make_shared<std::promise<Json>>();
  std::future<Json> future = promise->get_future();
  const auto keep_promise = [promise](Outcome outcome) {
    if (outcome.ok()) {
      promise->set_value(std::move(outcome).result());
    } else {
      promise->set_exception(outcome.error());
    }
  };
  session_->CallAsync(method, params, options, keep_promise, AsyncCalls::Delivery::kAnywhere);
  return future;
}

void Client::CallAsync(std::string_view method, const Json& params, const CallOptions& options,
                       Callback done) {
  if (!done) throw std::invalid_argument("an asynchronous call needs a callback for its outcome");
  session_->CallAsync(method, params, options, std::move(done), AsyncCalls::Delivery::kOnCallbackThread);
}

std::vector<Outcome> Client::CallBatch(std::span<const BatchEntry> entries, const CallOptions& options) {
  return session_->CallBatch(entries, options);
}

void Client::Notify(std::string_view method, const Json& params) { session_->Notify(method, params); }

void Client::OnNotification(NotificationHandler handler) { session_->OnNotification(std::move(handler)); }

bool Client::IsConnected() const { return session_->IsConnected(); }

void Client::Close() { session_->Close(); }

}  // namespace onbehalf::client
