#include "onbehalf/client/client_core.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "onbehalf/client/client.h"
#include "pipe_path.h"
#include "session.h"

namespace onbehalf::client {

namespace {

// Converts to this library's own JSON type.
client::CallOptions Own(const ClientCore::CallOptions& options) {
  client::CallOptions own{options.timeout, options.stop, {}, options.idempotent};
  if (options.progress) {
    own.progress = [progress = options.progress](const Json& value) { progress(AnyJson::Of(value)); };
  }
  return own;
}

ClientCore::Outcome Given(client::Outcome outcome) {
  if (!outcome.ok()) return ClientCore::Outcome(outcome.error());
  return ClientCore::Outcome(AnyJson::Holding(std::move(outcome).result()));
}

}  // namespace

ClientCore::ClientCore(std::shared_ptr<Session> session) : session_(std::move(session)) {}
ClientCore::ClientCore(ClientCore&&) noexcept = default;

ClientCore& ClientCore::operator=(ClientCore&& other) noexcept {
  if (this == &other) return *this;
  if (session_) session_->End();
  session_ = std::move(other.session_);
  return *this;
}

ClientCore::~ClientCore() {
  if (session_) session_->End();
}

ClientCore ClientCore::Connect(const Options& options) {
  if (options.pipe.find('/') != std::string::npos) {
    throw std::invalid_argument("a pipe name must not contain a slash");
  }
  if (!IsLocal(options.server) && options.server.find_first_of("\\/") != std::string::npos) {
    throw std::invalid_argument("the server must be a computer name without slashes");
  }
  if (options.first_backoff.count() <= 0 || options.longest_backoff < options.first_backoff) {
    throw std::invalid_argument("the first backoff must be greater than zero and at most the longest");
  }
  auto session = std::make_shared<Session>(options);
  session->Connect();
  return ClientCore(std::move(session));
}

AnyJson ClientCore::Call(std::string_view method, const AnyJson& params, const CallOptions& options) {
  return AnyJson::Holding(session_->Call(method, params.To<Json>(), Own(options)));
}

void ClientCore::CallAsync(std::string_view method, const AnyJson& params, const CallOptions& options,
                           Callback done, Delivery delivery) {
  session_->CallAsync(
      method, params.To<Json>(), Own(options),
      [done = std::move(done)](client::Outcome outcome) { done(Given(std::move(outcome))); }, delivery);
}

std::vector<ClientCore::Outcome> ClientCore::CallBatch(std::span<const BatchEntry> entries,
                                                       const CallOptions& options) {
  std::vector<client::BatchEntry> own;
  for (const BatchEntry& entry : entries) {
    own.push_back({entry.method, entry.params.To<Json>(), entry.is_notification});
  }
  std::vector<Outcome> outcomes;
  for (client::Outcome& outcome : session_->CallBatch(own, Own(options))) {
    outcomes.push_back(Given(std::move(outcome)));
  }
  return outcomes;
}

void ClientCore::Notify(std::string_view method, const AnyJson& params) {
  session_->Notify(method, params.To<Json>());
}

void ClientCore::OnNotification(NotificationHandler handler) {
  if (!handler) return session_->OnNotification({});
  session_->OnNotification([handler = std::move(handler)](const std::string& method, const Json& params) {
    handler(method, AnyJson::Of(params));
  });
}

bool ClientCore::IsConnected() const { return session_->IsConnected(); }

void ClientCore::Close() { session_->Close(); }

}  // namespace onbehalf::client
