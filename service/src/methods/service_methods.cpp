#include "methods/service_methods.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "methods/account_json.h"
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

Json Latency(const Statistics& statistics) {
  Buckets buckets{};
  for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] = statistics.latency[i];
  Json histogram = Json::array();
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i] == 0) continue;
    const bool last = i + 1 == buckets.size();
    histogram.push_back(
        MakeObject({{"below_us", last ? Json(nullptr) : Json(UpperBound(i))}, {"requests", buckets[i]}}));
  }
  return MakeObject({{"p50_us", Percentile(buckets, 0.50)},
                     {"p90_us", Percentile(buckets, 0.90)},
                     {"p99_us", Percentile(buckets, 0.99)},
                     {"histogram", std::move(histogram)}});
}

Json Connections(const ServerControl& server) {
  std::size_t open = 0;
  std::size_t silent = 0;
  for (const ConnectionInfo& connection : server.Connections()) {
    ++open;
    if (!connection.user) ++silent;
  }
  const Statistics& statistics = server.statistics();
  return MakeObject({{"open", open},
                     {"silent", silent},
                     {"accepted", statistics.connections_accepted.load()},
                     {"evicted", statistics.connections_evicted.load()},
                     {"refused", statistics.connections_refused.load()},
                     {"timed_out", statistics.connections_timed_out.load()}});
}

Json Audit(const ServiceFacts& facts) {
  const AuditState state = facts.audit ? facts.audit() : AuditState();
  return MakeObject({{"ok", state.ok},
                     {"required", facts.audit_required},
                     {"since", state.ok ? Json(nullptr) : Json(Utc(state.since))},
                     {"error", state.ok ? Json(nullptr) : Json(state.error)},
                     {"lines_lost", state.lines_lost}});
}

Json ModuleList(const ServiceFacts& facts) {
  Json list = Json::array();
  for (const ModuleState& module : facts.modules ? facts.modules() : std::vector<ModuleState>()) {
    list.push_back(MakeObject({{"name", module.name},
                               {"version", module.version},
                               {"state", module.is_quarantined ? "quarantined" : "loaded"},
                               {"overdue_calls", module.overdue_calls}}));
  }
  return list;
}

Json Protections(const Hardening& hardening) {
  return MakeObject(
      {{"in_force", hardening.in_force}, {"missing", hardening.missing}, {"off", hardening.off}});
}

MethodResult Status(const ServerControl& server, const ServiceFacts& facts) {
  const Statistics& statistics = server.statistics();
  const auto uptime = std::chrono::floor<std::chrono::seconds>(system_clock::now() - server.started());
  const std::string last_error = facts.last_error ? facts.last_error() : std::string();
  return MakeObject({{"version", ONBEHALF_VERSION},
                     {"pipe", facts.pipe},
                     {"process", ::GetCurrentProcessId()},
                     {"started", Utc(server.started())},
                     {"uptime_s", uptime.count() < 0 ? 0 : uptime.count()},
                     {"last_error", last_error.empty() ? Json(nullptr) : Json(last_error)},
                     {"audit", Audit(facts)},
                     {"connections", Connections(server)},
                     {"requests", MakeObject({{"answered", statistics.requests.load()},
                                              {"denied", statistics.requests_denied.load()},
                                              {"failed", statistics.requests_failed.load()},
                                              {"frames_refused", statistics.frames_refused.load()}})},
                     {"bytes", MakeObject({{"read", statistics.bytes_read.load()},
                                           {"written", statistics.bytes_written.load()}})},
                     {"latency", Latency(statistics)},
                     {"modules", ModuleList(facts)},
                     {"hardening", Protections(facts.hardening)}});
}

Json StatusSchema() {
  return Object(
      {{"version", Text("")},
       {"pipe", Text("the path that clients open")},
       {"process", Integer("the service's id")},
       {"started", Text("UTC")},
       {"uptime_s", Integer("seconds")},
       {"last_error", OrNull(Text("when an error was logged last, UTC"))},
       {"audit", Object({{"ok", Boolean("it can be written")},
                         {"required", Boolean("requests are refused while it cannot be written")},
                         {"since", OrNull(Text("when a line could not be written first, UTC"))},
                         {"error", OrNull(Text("why not"))},
                         {"lines_lost", Integer("since then")}})},
       {"connections", Object({{"open", Integer("")},
                               {"silent", Integer("of the open ones: have sent nothing yet")},
                               {"accepted", Integer("since the start")},
                               {"evicted", Integer("silent ones that made room for others")},
                               {"refused", Integer("over a quota")},
                               {"timed_out", Integer("")}})},
       {"requests", Object({{"answered", Integer("since the start")},
                            {"denied", Integer("by access")},
                            {"failed", Integer("answered with any other error")},
                            {"frames_refused", Integer("connections ended because of what they sent")}})},
       {"bytes", Object({{"read", Integer("")}, {"written", Integer("")}})},
       {"latency",
        Object({{"p50_us", Integer("microseconds, estimated from the histogram")},
                {"p90_us", Integer("")},
                {"p99_us", Integer("")},
                {"histogram",
                 ListOf(Object({{"below_us", OrNull(Integer("and at least half of it; null: the longest"))},
                                {"requests", Integer("")}}))}},
               "from the read of a request to its answer")},
       {"modules",
        ListOf(
            Object({{"name", Text("")},
                    {"version", Text("")},
                    {"state", Text("loaded, or quarantined: its calls have not ended, and it gets no more")},
                    {"overdue_calls", Integer("that run after their deadline, now")}}))},
       {"hardening", Object({{"in_force", ListOf(Text(""))},
                             {"missing", ListOf(Text("asked for, and not in force"))},
                             {"off", ListOf(Text("not asked for: the settings turn it off"))}},
                            "protections of the service's process")}});
}

MethodResult List(const ServerControl& server, win32::AccountNames& names, const Call& call) {
  Json list = Json::array();
  for (const ConnectionInfo& connection : server.Connections()) {
    Json account = nullptr;
    if (connection.user) account = AccountJson(*connection.user, names, call.stop);
    const std::string& image = connection.process.image_path;
    list.push_back(
        MakeObject({{"id", connection.id},
                    {"account", std::move(account)},
                    {"process", MakeObject({{"id", connection.process.process_id},
                                            {"image", image.empty() ? Json(nullptr) : Json(image)}})},
                    {"since", Utc(connection.since)},
                    {"requests", connection.requests},
                    {"in_flight", connection.in_flight}}));
  }
  return list;
}

Json ListSchema() {
  return ListOf(
      Object({{"id", Integer("for service.disconnect, and in the audit")},
              {"account", OrNull(Object({{"sid", Text("")}, {"name", OrNull(Text("DOMAIN\\name"))}},
                                        "null: has sent nothing yet"))},
              {"process", Object({{"id", Integer("")}, {"image", OrNull(Text("path of the executable"))}})},
              {"since", Text("UTC")},
              {"requests", Integer("since then")},
              {"in_flight", Integer("of them, not answered yet")}}));
}

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

struct Reloaded {
  std::vector<std::string> changed;
  std::vector<std::string> needs_restart;

  static constexpr auto Describe() {
    return std::array{
        Required<&Reloaded::changed>("changed", "keys of settings that are in force from now on"),
        Required<&Reloaded::needs_restart>(
            "needs_restart", "keys of settings that differ in the file, in force from the next start on")};
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
  status.result_schema = StatusSchema();
  status.access_default = kSeenByAuthenticatedUsers;
  status.acts = Acts::kAsService;
  status.pace = Pace::kQuick;
  status.without_audit_for_administrators = true;
  status.handler = [&server, facts](const Call&) { return Status(server, facts); };
  registry.Add(std::move(status));

  Method connections;
  connections.name = "service.connections";
  connections.summary = "Lists the open connections: account, process, start time, requests.";
  connections.result_schema = ListSchema();
  connections.access_default = kForAdministrators;
  connections.acts = Acts::kAsService;
  connections.pace = Pace::kMayBlock;
  connections.handler = [&server, names](const Call& call) { return List(server, *names, call); };
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
