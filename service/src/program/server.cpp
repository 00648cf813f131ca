#include "program/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "log/event_log.h"
#include "onbehalf/pipe/anchor.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/win32_error.h"
#include "requests/connection.h"
#include "settings/settings_sections.h"

namespace onbehalf::service {
namespace {

using std::chrono::milliseconds;

DWORD IoThreads(const Settings& settings) {
  if (settings.threads.io != 0) return settings.threads.io;
  return std::max(2U, std::thread::hardware_concurrency());
}

// The watch's period: a tenth of the shortest time it watches over, between 10 and 250 ms.
milliseconds WatchPeriod(const Settings& settings) {
  const protocol::Limits& limits = settings.limits;
  milliseconds shortest = std::min({limits.first_request_timeout, limits.header_timeout, limits.frame_timeout,
                                    limits.write_timeout, limits.idle_timeout, limits.request_deadline});
  for (const auto& [method, its] : settings.methods.limits)
    shortest = std::min(shortest, its.deadline.value_or(shortest));
  return std::clamp(shortest / 10, milliseconds(10), milliseconds(250));
}

// The assumed maximum time between a client's connecting to the pipe and the acceptance of its connection: for that long after a
// change of who may connect, new clients are checked as if they had connected before it.
constexpr std::chrono::seconds kMaxAcceptDelay{10};

// The entries that decide who may connect.
std::string EntriesOf(const AccessPolicy& policy) {
  return policy.Descriptor(*policy.Find(kPipeNode)).ToSddl(DACL_SECURITY_INFORMATION);
}

std::string RunId(std::chrono::system_clock::time_point started) {
  constexpr char kDigits[] = "0123456789abcdef";
  auto value = static_cast<std::uint64_t>(
      std::chrono::duration_cast<milliseconds>(started.time_since_epoch()).count());
  std::string text;
  for (; value != 0; value >>= 4) text.insert(text.begin(), kDigits[value & 0xf]);
  return text;
}

}  // namespace

Server::Server(std::shared_ptr<const LiveSettings> settings, std::string pipe_path,
               std::filesystem::path policy_folder, Audit& audit, Log& log,
               std::shared_ptr<win32::AccountNames> names, const protocol::ServiceName& name)
    : settings_(std::move(settings)),
      pipe_settings_(settings_->Now()->pipe),
      pipe_path_(std::move(pipe_path)),
      pipe_owner_(PipeOwner(name)),
      audit_(audit),
      log_(log),
      access_(methods_, std::move(policy_folder), audit, log, std::move(names), AppPackages(pipe_settings_)),
      io_pool_(1, IoThreads(*settings_->Now())),
      handler_pool_(0, settings_->Now()->threads.handlers) {
  // Windows may load the texts of its errors at their first use; this must not happen as the caller, in a handler that reports
  // an error.
  static_cast<void>(win32::ErrorMessage(ERROR_ACCESS_DENIED));
  access_.Observe({[this](const AccessPolicy& policy) { return CheckPolicy(policy); },
                   [this](const AccessPolicy& policy) { return OnPolicy(policy); },
                   {}});
  settings_->Observe([this](const Settings&, const Settings& now) { SetWatchPeriod(now); });
}

Server::~Server() { Stop(); }

void Server::StopWhenIdle(milliseconds idle, std::function<void()> on_idle) {
  idle_ = idle;
  on_idle_ = std::move(on_idle);
}

void Server::Start() {
  stopping_ = false;
  access_.Start();
  const AdmissionParts admission{methods_, stopping_, handler_quota_, stream_quota_, method_limits_, log_};
  parts_.reset(new ServerParts{*settings_, settings_->Now()->audit.required, admission, methods_, access_,
                               audit_, log_, statistics_, connections_, unanswered_, io_pool_, handler_pool_,
                               stopping_, RunId(started_)});
  if (!timer_) timer_.emplace([this] { Watch(); }, io_pool_.environment());
  if (on_idle_ && !idle_timer_) idle_timer_.emplace([this] { OnIdle(); });
  try {
    // Before the first client: fails if another process uses the same policy.
    access_.Follow();
    Listen();
  } catch (...) {
    {
      const std::lock_guard lock(listener_mutex_);
      listener_.reset();
    }
    access_.Stop();
    throw;
  }
  // The watch retries creating the instances that are missing.
  if (!listener_->Replenish()) StartWatch();
  const std::lock_guard lock(watch_mutex_);
  BeginIdle();
}

void Server::BeginIdle() {
  if (idle_timer_ && !watching_) idle_timer_->Start(idle_, milliseconds(0), idle_ / 100);
}

void Server::OnIdle() {
  // A client that connects just now is either handed over, and then the service goes on, or finds the pipe busy and then gone, and
  // opens it again, for which Windows starts the service.
  listener_->Pause();
  bool is_idle = false;
  {
    const std::lock_guard lock(watch_mutex_);
    is_idle = !watching_ && connections_.size() == 0;
  }
  if (is_idle) return on_idle_();
  listener_->Resume();
}

void Server::Listen() {
  {
    // A new policy either finds the listener or is the one it is created with.
    const std::lock_guard lock(listener_mutex_);
    const pipe::PipeOptions pipe{pipe_path_, PipeDescriptor(pipe_settings_, pipe_owner_, *access_.policy()),
                                 pipe_settings_.remote};
    listener_ = std::make_unique<pipe::Listener>(
        pipe, pipe_settings_.waiting_instances, io_pool_.environment(),
        pipe::Listener::Events{[this](pipe::ServerEnd client) { OnClient(std::move(client)); },
                               [this] { StartWatch(); },
                               [this](std::string_view what, std::string_view why) {
                                 log_.Write(LogLevel::kError, what, {{"why", why}});
                               }});
  }
  listener_->Start();
  if (listener_->joined_existing()) {
    // Routine: an idle client does not notice that the service has stopped.
    log_.Write(
        LogLevel::kInfo,
        "the pipe already exists and is ours: a client still holds an end of it, or another server of this account has it",
        {{"pipe", pipe_path_}});
  }
}

std::optional<std::string> Server::CheckPolicy(const AccessPolicy& policy) const {
  try {
    if (pipe::GrantsServerRights(PipeDescriptor(pipe_settings_, pipe_owner_, policy))) return std::nullopt;
    return "pipe:: an entry denies the service's own account, or one of its groups, access to the pipe";
  } catch (const win32::Win32Error& error) {
    return std::string("pipe:: its entries do not form a valid pipe descriptor: ") + error.what();
  }
}

std::string Server::OnPolicy(const AccessPolicy& policy) {
  const std::string fault = SetDescriptor(policy);
  OnConnectChange();
  for (const auto& connection : connections_.All()) {
    try {
      connection->OnPolicyChange();
    } catch (const std::exception& error) {
      // What the connection may no longer do must end, so all of it is closed; the others are still told.
      log_.Write(LogLevel::kError, "a connection failed",
                 {{"connection", connection->id()}, {"what", error.what()}});
      connection->Close();
    }
  }
  return fault;
}

void Server::OnConnectChange() {
  // Only one policy takes effect at a time: this one.
  const std::shared_ptr<const AccessPolicy> now = access_.policy();
  std::shared_ptr<const AccessPolicy> before;
  {
    const std::lock_guard lock(policy_mutex_);
    before = std::exchange(policy_, now);
    if (!before || EntriesOf(*before) == EntriesOf(*now)) return;
    former_policies_.push_back({before, Connection::Clock::now() + kMaxAcceptDelay});
  }
  for (const auto& connection : connections_.All()) {
    try {
      connection->OnConnectChange(before);
    } catch (const std::exception& error) {
      // Whether its account may still connect is unknown, so it may not.
      log_.Write(LogLevel::kError, "a connection failed",
                 {{"connection", connection->id()}, {"what", error.what()}});
      connection->Close();
    }
  }
}

std::vector<Server::FormerPolicy> Server::FormerPolicies() {
  const std::lock_guard lock(policy_mutex_);
  std::erase_if(former_policies_,
                [now = Connection::Clock::now()](const FormerPolicy& each) { return each.until <= now; });
  return former_policies_;
}

std::string Server::SetDescriptor(const AccessPolicy& policy) {
  const std::lock_guard lock(listener_mutex_);
  // The first policy takes effect before there is a pipe.
  if (listener_ == nullptr) return {};
  try {
    listener_->SetDescriptor(PipeDescriptor(pipe_settings_, pipe_owner_, policy));
    return {};
  } catch (const std::exception& error) {
    // Who may connect still follows the old policy. Who may call what already follows the new one.
    log_.Write(LogLevel::kError, "the pipe's descriptor could not be changed", {{"what", error.what()}});
    log_.Report(Event::kInternalError, {"the pipe's descriptor could not be changed:", error.what()});
    return "pipe:: who may connect was not changed (see the service's log)";
  }
}

void Server::OnClient(pipe::ServerEnd pipe) {
  ++statistics_.connections_accepted;
  const std::uint64_t id = ++last_connection_;
  try {
    const auto connection = std::make_shared<Connection>(*parts_, std::move(pipe), id);
    const std::shared_ptr<Connection> evicted =
        connections_.AddSilent(id, connection, settings_->Now()->limits.silent_connections);
    for (const FormerPolicy& each : FormerPolicies()) connection->OnConnectChange(each.policy);
    if (evicted) {
      ++statistics_.connections_evicted;
      evicted->Close();
    }
    connection->Start();
  } catch (const std::exception& error) {
    log_.Write(LogLevel::kError, "a client connection could not be accepted",
               {{"connection", id}, {"what", error.what()}});
    connections_.Remove(id);
  }
  StartWatch();
}

void Server::StartWatch() {
  const std::lock_guard lock(watch_mutex_);
  if (watching_) return;
  watching_ = true;
  if (idle_timer_) idle_timer_->Stop();
  const milliseconds period = WatchPeriod(*settings_->Now());
  timer_->Start(period, period, period / 4);
}

void Server::SetWatchPeriod(const Settings& settings) {
  const std::lock_guard lock(watch_mutex_);
  if (!watching_) return;
  const milliseconds period = WatchPeriod(settings);
  timer_->Start(period, period, period / 4);
}

void Server::Watch() {
  const auto now = Connection::Clock::now();
  const auto settings = settings_->Now();
  for (const auto& connection : connections_.All()) connection->CheckDeadlines(now, settings->limits);
  const bool complete = listener_->Replenish();
  const std::lock_guard lock(watch_mutex_);
  if (!complete || connections_.size() > 0 || !watching_) return;
  watching_ = false;
  timer_->Stop();
  BeginIdle();
}

std::vector<std::string> Server::StuckMethods() const {
  std::vector<std::string> all;
  for (const auto& connection : connections_.All()) {
    for (std::string& method : connection->StuckMethods()) all.push_back(std::move(method));
  }
  return all;
}

bool Server::Stop(const std::function<void()>& still_waiting, const MayAbandon& may_abandon) {
  if (listener_ == nullptr) {
    timer_.reset();
    return true;
  }
  // From here on nothing pauses or resumes the listener.
  if (idle_timer_) idle_timer_->Close();
  const auto wait = [&](auto&& is_done, milliseconds at_most) {
    const auto until = Connection::Clock::now() + at_most;
    while (!is_done(milliseconds(1'000))) {
      if (still_waiting) still_waiting();
      if (Connection::Clock::now() >= until) return false;
    }
    return true;
  };
  const auto gone = [this](milliseconds timeout) { return connections_.WaitUntilGone(timeout); };

  listener_->Stop();
  stopping_ = true;
  for (const auto& connection : connections_.All()) connection->BeginStop();
  const auto none = [this](milliseconds timeout) { return unanswered_.WaitUntilNone(timeout); };
  const auto until = Connection::Clock::now() + settings_->Now()->limits.stop_grace;
  bool answered = false;
  while (!answered && Connection::Clock::now() < until) {
    const auto left = std::chrono::ceil<milliseconds>(until - Connection::Clock::now());
    answered = none(std::clamp(left, milliseconds(1), milliseconds(1'000)));
    if (!answered && still_waiting) still_waiting();
  }
  for (const auto& connection : connections_.All()) {
    if (!answered) connection->StopRequests(protocol::ErrorCode::kShuttingDown);
    connection->CloseWhenWritten();
  }
  // The watch closes connections whose clients do not read.
  wait(gone, settings_->Now()->limits.write_timeout + milliseconds(1'000));
  for (const auto& connection : connections_.All()) connection->Close();
  const auto since = Connection::Clock::now();
  for (int seconds = 1; !gone(milliseconds(1'000)); ++seconds) {
    if (still_waiting) still_waiting();
    const std::vector<std::string> stuck = StuckMethods();
    if (seconds % 10 == 0) {
      for (const auto& connection : connections_.All()) {
        for (const std::string& method : connection->StuckMethods()) {
          log_.Write(LogLevel::kWarning, "a handler was asked to end but still runs",
                     {{"method", method}, {"connection", connection->id()}});
        }
      }
    }
    const auto waited = std::chrono::duration_cast<milliseconds>(Connection::Clock::now() - since);
    if (may_abandon && !stuck.empty() && may_abandon(stuck, waited)) return false;
  }
  {
    const std::lock_guard lock(watch_mutex_);
    watching_ = false;
  }
  timer_->Close();
  timer_.reset();
  idle_timer_.reset();
  access_.Stop();
  listener_.reset();
  return true;
}

std::vector<ConnectionInfo> Server::Connections() const {
  std::vector<ConnectionInfo> all;
  for (const auto& connection : connections_.All()) {
    if (!connection->IsClosed()) all.push_back(connection->Info());
  }
  return all;
}

bool Server::Subscribe(std::uint64_t connection_id, EventSet events) {
  const std::shared_ptr<Connection> connection = connections_.Find(connection_id);
  if (!connection) return false;
  connection->Subscribe(events);
  return true;
}

bool Server::Disconnect(std::uint64_t connection_id) {
  const std::shared_ptr<Connection> connection = connections_.Find(connection_id);
  if (!connection || connection->IsClosed()) return false;
  connection->Close();
  return true;
}

}  // namespace onbehalf::service
