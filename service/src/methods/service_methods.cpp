#include "methods/service_methods.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "methods/shown_identity.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/service/typed_method.h"
#include "onbehalf/win32/lean_windows.h"
#include "text/utc_time.h"

namespace onbehalf::service {
namespace {

using protocol::MakeObject;
using std::chrono::system_clock;
using Buckets = std::array<std::uint64_t, Statistics::kBuckets>;

std::string Utc(system_clock::time_point time) {
  return UtcText(time, UtcText::Fraction::kMilliseconds).ToString();
}

// Bucket i counts durations below this many microseconds.
std::uint64_t UpperBound(std::size_t bucket) { return std::uint64_t{1} << bucket; }

// The duration in microseconds below which `share` of all requests were, assuming an even distribution within a
// bucket. 0 if there were no requests.
std::uint64_t Percentile(const Buckets& buckets, double share) {
  const auto total = std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
  const auto rank = static_cast<std::uint64_t>(std::ceil(static_cast<double>(total) * share));
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (before + buckets[i] >= rank && buckets[i] != 0) {
      const std::uint64_t lower = i == 0 ? 0 : UpperBound(i - 1);
      return lower + (UpperBound(i) - lower) * (rank - before) / buckets[i];
    }
    before += buckets[i];
  }
  return 0;
}

// ---- service.status ----

struct LatencyBucket {
  std::optional<std::uint64_t> below_us;
  std::uint64_t requests;

  static constexpr auto Describe() {
    return std::array{Required<&LatencyBucket::below_us>(
                          "below_us", "upper bound; the lower bound is half of it; null: no upper bound"),
                      Required<&LatencyBucket::requests>("requests", "")};
  }
};

struct LatencyState {
  std::uint64_t p50_us;
  std::uint64_t p90_us;
  std::uint64_t p99_us;
  std::vector<LatencyBucket> histogram;

  static constexpr auto Describe() {
    return std::array{Required<&LatencyState::p50_us>("p50_us", "microseconds, estimated from the histogram"),
                      Required<&LatencyState::p90_us>("p90_us", ""),
                      Required<&LatencyState::p99_us>("p99_us", ""),
                      Required<&LatencyState::histogram>("histogram", "")};
  }
};

LatencyState LatencyOf(const Statistics& statistics) {
  Buckets buckets{};
  for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] = statistics.latency[i];
  LatencyState latency{Percentile(buckets, 0.50), Percentile(buckets, 0.90), Percentile(buckets, 0.99), {}};
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i] == 0) continue;
    std::optional<std::uint64_t> below;
    if (i + 1 != buckets.size()) below = UpperBound(i);
    latency.histogram.push_back({below, buckets[i]});
  }
  return latency;
}

struct ConnectionCounts {
  std::size_t open;
  std::size_t silent;
  std::uint64_t accepted;
  std::uint64_t evicted;
  std::uint64_t refused;
  std::uint64_t timed_out;

  static constexpr auto Describe() {
    return std::array{
        Required<&ConnectionCounts::open>("open", ""),
        Required<&ConnectionCounts::silent>("silent", "open ones that have sent nothing yet"),
        Required<&ConnectionCounts::accepted>("accepted", "since the start"),
        Required<&ConnectionCounts::evicted>("evicted", "silent ones closed to make room for others"),
        Required<&ConnectionCounts::refused>("refused", "over a quota"),
        Required<&ConnectionCounts::timed_out>("timed_out", "")};
  }
};

ConnectionCounts ConnectionsOf(const ServerControl& server) {
  std::size_t open = 0;
  std::size_t silent = 0;
  for (const ConnectionInfo& connection : server.Connections()) {
    ++open;
    if (!connection.user) ++silent;
  }
  // Only now: a connection counts as accepted before it is open.
  const Statistics& statistics = server.statistics();
  return {open,
          silent,
          statistics.connections_accepted,
          statistics.connections_evicted,
          statistics.connections_refused,
          statistics.connections_timed_out};
}

struct RequestCounts {
  std::uint64_t answered;
  std::uint64_t denied;
  std::uint64_t failed;
  std::uint64_t frames_refused;

  static constexpr auto Describe() {
    return std::array{Required<&RequestCounts::answered>("answered", "since the start"),
                      Required<&RequestCounts::denied>("denied", "by access"),
                      Required<&RequestCounts::failed>("failed", "answered with any other error"),
                      Required<&RequestCounts::frames_refused>(
                          "frames_refused", "connections closed because of what they sent")};
  }
};

struct ByteCounts {
  std::uint64_t read;
  std::uint64_t written;

  static constexpr auto Describe() {
    return std::array{Required<&ByteCounts::read>("read", ""), Required<&ByteCounts::written>("written", "")};
  }
};

struct AuditStatus {
  bool ok;
  bool required;
  std::optional<std::string> since;
  std::optional<std::string> error;
  std::uint64_t lines_lost;

  static constexpr auto Describe() {
    return std::array{
        Required<&AuditStatus::ok>("ok", "it can be written"),
        Required<&AuditStatus::required>("required", "requests are refused while it cannot be written"),
        Required<&AuditStatus::since>("since", "when writing first failed, UTC"),
        Required<&AuditStatus::error>("error", "why not"),
        Required<&AuditStatus::lines_lost>("lines_lost", "since then")};
  }
};

AuditStatus AuditOf(const ServiceFacts& facts) {
  AuditState state = facts.audit ? facts.audit() : AuditState();
  AuditStatus status{state.ok, facts.audit_required, std::nullopt, std::nullopt, state.lines_lost};
  if (!state.ok) {
    status.since = Utc(state.since);
    status.error = std::move(state.error);
  }
  return status;
}

struct LoadedModule {
  std::string name;
  std::string version;
  std::string_view state;
  std::size_t overdue_calls;

  explicit LoadedModule(ModuleState&& module)
      : name(std::move(module.name)),
        version(std::move(module.version)),
        state(module.is_quarantined ? "quarantined" : "loaded"),
        overdue_calls(module.overdue_calls) {}

  static constexpr auto Describe() {
    return std::array{
        Required<&LoadedModule::name>("name", ""), Required<&LoadedModule::version>("version", ""),
        Required<&LoadedModule::state>(
            "state", "loaded, or quarantined: its overdue calls are still running, and it gets no new ones"),
        Required<&LoadedModule::overdue_calls>("overdue_calls",
                                               "calls that are running past their deadline")};
  }
};

std::vector<LoadedModule> ModulesOf(const ServiceFacts& facts) {
  std::vector<LoadedModule> modules;
  if (!facts.modules) return modules;
  for (ModuleState& module : facts.modules()) modules.emplace_back(std::move(module));
  return modules;
}

struct Protections {
  std::vector<std::string> in_force;
  std::vector<std::string> missing;
  std::vector<std::string> off;

  static Json MissingWords() { return MakeObject({{"items", Text("requested, but not in force")}}); }
  static Json OffWords() { return MakeObject({{"items", Text("turned off by the settings")}}); }
  static constexpr auto Describe() {
    return std::array{Required<&Protections::in_force>("in_force", ""),
                      Required<&Protections::missing>("missing", "", {.words = MissingWords}),
                      Required<&Protections::off>("off", "", {.words = OffWords})};
  }
};

struct ServiceStatus {
  std::string version;
  std::string pipe;
  DWORD process;
  std::string started;
  std::int64_t uptime_s;
  std::optional<std::string> last_error;
  AuditStatus audit;
  ConnectionCounts connections;
  RequestCounts requests;
  ByteCounts bytes;
  LatencyState latency;
  std::vector<LoadedModule> modules;
  Protections hardening;

  static constexpr auto Describe() {
    return std::array{
        Required<&ServiceStatus::version>("version", ""),
        Required<&ServiceStatus::pipe>("pipe", "the path that clients open"),
        Required<&ServiceStatus::process>("process", "the service's id"),
        Required<&ServiceStatus::started>("started", "UTC"),
        Required<&ServiceStatus::uptime_s>("uptime_s", "seconds"),
        Required<&ServiceStatus::last_error>("last_error", "when the last error was logged, UTC"),
        Required<&ServiceStatus::audit>("audit", ""),
        Required<&ServiceStatus::connections>("connections", ""),
        Required<&ServiceStatus::requests>("requests", ""),
        Required<&ServiceStatus::bytes>("bytes", ""),
        Required<&ServiceStatus::latency>("latency", "from reading a request to its response"),
        Required<&ServiceStatus::modules>("modules", ""),
        Required<&ServiceStatus::hardening>("hardening", "protections of the service's process")};
  }
};

Result<ServiceStatus> Status(const ServerControl& server, const ServiceFacts& facts) {
  const Statistics& statistics = server.statistics();
  const auto uptime = std::chrono::floor<std::chrono::seconds>(system_clock::now() - server.started());
  const Hardening& hardening = facts.hardening;
  return ServiceStatus{.version = ONBEHALF_VERSION,
                       .pipe = facts.pipe,
                       .process = ::GetCurrentProcessId(),
                       .started = Utc(server.started()),
                       .uptime_s = std::max<std::int64_t>(uptime.count(), 0),
                       .last_error = facts.last_error ? UnlessEmpty(facts.last_error()) : std::nullopt,
                       .audit = AuditOf(facts),
                       .connections = ConnectionsOf(server),
                       .requests = {statistics.requests, statistics.requests_denied,
                                    statistics.requests_failed, statistics.frames_refused},
                       .bytes = {statistics.bytes_read, statistics.bytes_written},
                       .latency = LatencyOf(statistics),
                       .modules = ModulesOf(facts),
                       .hardening = {hardening.in_force, hardening.missing, hardening.off}};
}

// ---- service.connections ----

struct OpenConnection {
  std::uint64_t id;
  std::optional<NamedAccount> account;
  ShownProcess process;
  std::string since;
  std::uint64_t requests;
  std::size_t in_flight;

  static constexpr auto Describe() {
    return std::array{Required<&OpenConnection::id>("id", "for service.disconnect, and in the audit"),
                      Required<&OpenConnection::account>("account", "null: has sent nothing yet"),
                      Required<&OpenConnection::process>("process", ""),
                      Required<&OpenConnection::since>("since", "UTC"),
                      Required<&OpenConnection::requests>("requests", "since then"),
                      Required<&OpenConnection::in_flight>("in_flight", "of these, not answered yet")};
  }
};

Result<std::vector<OpenConnection>> List(const ServerControl& server, win32::AccountNames& names,
                                         const Call& call) {
  std::vector<OpenConnection> list;
  for (const ConnectionInfo& connection : server.Connections()) {
    std::optional<NamedAccount> account;
    if (connection.user) account.emplace(*connection.user, names, call.stop);
    list.push_back({connection.id, std::move(account), ShownProcess(connection.process),
                    Utc(connection.since), connection.requests, connection.in_flight});
  }
  return list;
}

// ---- service.disconnect ----

struct DisconnectParams {
  std::uint64_t connection = 0;

  static constexpr auto Describe() {
    return std::array{Required<&DisconnectParams::connection>(
                          "connection", "The id from service.connections.", {.minimum = 1})
                          .Audited()};
  }
};

struct Disconnected {
  bool disconnected;

  static constexpr auto Describe() {
    return std::array{Required<&Disconnected::disconnected>("disconnected", "true")};
  }
};

Result<Disconnected> Disconnect(ServerControl& server, const DisconnectParams& params) {
  if (server.Disconnect(params.connection)) return Disconnected{true};
  return protocol::InvalidParams("connection: there is no connection " + std::to_string(params.connection) +
                                 " (any more)");
}

// ---- service.reload ----

struct Reloaded {
  std::vector<std::string> changed;
  std::vector<std::string> needs_restart;

  static constexpr auto Describe() {
    return std::array{
        Required<&Reloaded::changed>("changed", "settings keys that are in force now"),
        Required<&Reloaded::needs_restart>(
            "needs_restart", "settings keys that differ in the file and take effect at the next start")};
  }
};

Result<Reloaded> Reload(const ServiceFacts& facts, win32::AccountNames& names, const Call& call) {
  ThrowIfOver(call, "service.reload");
  SettingsReload::Result result = facts.reload(names.Display(call.caller.user()));
  if (result.faults.empty()) return Reloaded{std::move(result.changed), std::move(result.needs_restart)};
  protocol::Error error = ToError(protocol::ErrorCode::kSettingsRefused);
  Json faults = Json::array();
  for (const SettingsFault& fault : result.faults)
    faults.push_back(MakeObject({{"key", fault.key}, {"message", fault.message}}));
  error.data = MakeObject({{"faults", std::move(faults)}});
  return error;
}

}  // namespace

void AddServiceMethods(MethodRegistry& registry, ServerControl& server, ServiceFacts facts,
                       std::shared_ptr<win32::AccountNames> names) {
  Method status;
  status.name = "service.status";
  status.summary =
      "Reports the service's status: version, connections, counters, latency, protections in force.";
  status.access_default = kSeenByAuthenticatedUsers;
  status.acts = Acts::kAsService;
  status.pace = Pace::kQuick;
  status.without_audit_for_administrators = true;
  Handle<Nothing>(status, [&server, facts](const Nothing&, const Call&) { return Status(server, facts); });
  registry.Add(std::move(status));

  Method connections;
  connections.name = "service.connections";
  connections.summary = "Lists the open connections: account, process, start time, requests.";
  connections.access_default = kForAdministrators;
  connections.acts = Acts::kAsService;
  connections.pace = Pace::kMayBlock;
  Handle<Nothing>(connections,
                  [&server, names](const Nothing&, const Call& call) { return List(server, *names, call); });
  registry.Add(std::move(connections));

  Method disconnect;
  disconnect.name = "service.disconnect";
  disconnect.summary = "Closes a connection at once. InvalidParams if there is no connection with this id.";
  Handle<DisconnectParams>(disconnect, [&server](const DisconnectParams& params, const Call&) {
    return Disconnect(server, params);
  });
  disconnect.access_default = kForAdministrators;
  disconnect.acts = Acts::kAsService;
  disconnect.pace = Pace::kQuick;
  registry.Add(std::move(disconnect));

  Method reload;
  reload.name = "service.reload";
  reload.summary =
      "Reads the settings file again and applies what can change while the service runs. SettingsRefused if it "
      "has faults: then nothing changes.";
  Handle<Nothing>(reload, [facts = std::move(facts), names = std::move(names)](
                              const Nothing&, const Call& call) { return Reload(facts, *names, call); });
  reload.access_default = kForAdministrators;
  reload.acts = Acts::kAsService;
  reload.pace = Pace::kMayBlock;
  // A reload writes the log, and cancelled I/O would make a file look unreadable and therefore unsafe or faulty.
  reload.interruptible = false;
  registry.Add(std::move(reload));
}

}  // namespace onbehalf::service
