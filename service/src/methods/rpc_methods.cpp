#include "methods/rpc_methods.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/service/typed_method.h"
#include "text/utc_time.h"

namespace onbehalf::service {
namespace {

using protocol::MakeObject;

// Enough to test large payloads. As UTF-8 with JSON escapes it may exceed the response limit; the response is then
// TooLarge.
constexpr std::size_t kMaxEchoCharacters = 1024 * 1024;

struct PingParams {
  std::optional<std::string_view> echo;

  static constexpr auto Describe() {
    return std::array{
        Optional<&PingParams::echo>("echo", "Returned in the response.", {.max_length = kMaxEchoCharacters})
            .NotNull()};
  }
};

struct Pong {
  std::string time;
  std::optional<std::string_view> echo;
  bool pong = true;

  static constexpr auto Describe() {
    return std::array{Required<&Pong::pong>("pong", "true"),
                      Required<&Pong::time>("time", "the service's clock, UTC"),
                      Optional<&Pong::echo>("echo", "the parameter, if given")};
  }
};

Result<Pong> Ping(const PingParams& params, const Call&) {
  return Pong{UtcText(std::chrono::system_clock::now(), UtcText::Fraction::kMilliseconds).ToString(),
              params.echo};
}

Json DescriptionOf(const Method& method) {
  const auto any_if_null = [](const Json& schema) { return schema.is_null() ? Json::object() : schema; };
  Json params = Json::array();
  for (const Parameter& parameter : method.parameters) {
    params.push_back(MakeObject({{"name", parameter.name},
                                 {"summary", parameter.summary},
                                 {"required", parameter.required},
                                 {"schema", any_if_null(parameter.schema)}}));
  }
  const bool as_caller = method.acts == Acts::kAsCaller;
  Json description =
      MakeObject({{"name", method.name},
                  {"summary", method.summary},
                  {"paramStructure", "either"},
                  {"params", std::move(params)},
                  {"result", MakeObject({{"name", "result"}, {"schema", any_if_null(method.result_schema)}})},
                  {"x-acts", as_caller ? "caller" : "service"},
                  {"x-impersonation-level", as_caller ? "impersonation" : "identification"},
                  {"x-access-default", method.access_default},
                  {"x-pace", method.pace == Pace::kQuick ? "quick" : "may block"}});
  if (method.takes_progress_token()) {
    description["x-progress"] = MakeObject({{"stream", method.stream && !method.handler},
                                            {"optional_stream", method.stream && method.handler},
                                            {"schema", any_if_null(method.progress_schema)}});
  }
  return description;
}

// An index into kServerEvents.
enum class ServerEvent : std::size_t {};
constexpr auto NamesOf(ServerEvent) { return kServerEvents; }

struct SubscribeParams {
  std::vector<ServerEvent> events;

  static constexpr auto Describe() {
    return std::array{Required<&SubscribeParams::events>("events",
                                                         "The wanted notifications; an empty array for none.",
                                                         {.max_items = 4 * kServerEvents.size()})
                          .Audited()};
  }
};

struct Subscribed {
  std::vector<ServerEvent> events;

  static constexpr auto Describe() {
    return std::array{Required<&Subscribed::events>("events", "the subscribed notifications")};
  }
};

Result<Subscribed> Subscribe(const SubscribeFunction& subscribe, const SubscribeParams& params,
                             const Call& call) {
  EventSet events;
  for (const ServerEvent event : params.events) events.set(static_cast<std::size_t>(event));
  // False if the connection has already ended; then no one gets the response.
  static_cast<void>(subscribe(call.connection_id, events));
  Subscribed subscribed;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events.test(i)) subscribed.events.push_back(ServerEvent{i});
  }
  return subscribed;
}

// All errors that any method may return.
Json Errors() {
  Json errors = Json::object();
  for (const protocol::ErrorInfo& info : protocol::ErrorTable()) {
    errors[std::string(info.name)] = MakeObject({{"code", static_cast<int>(info.code)},
                                                 {"message", info.message},
                                                 {"x-retry-can-help", info.retry_can_help}});
  }
  return errors;
}

struct DiscoveredService {
  std::string_view title = "OnBehalf";
  std::string_view version = ONBEHALF_VERSION;
  std::string_view description = "Does each request as the account that asked for it.";

  static constexpr auto Describe() {
    return std::array{Required<&DiscoveredService::title>("title", ""),
                      Required<&DiscoveredService::version>("version", "of the service"),
                      Required<&DiscoveredService::description>("description", "")};
  }
};

// An OpenRPC document. Its parts are OpenRPC's own objects, with schemas in them, and stay JSON.
struct Discovered {
  std::string_view openrpc = "1.2.6";
  DiscoveredService info;
  std::vector<Json> methods;
  Json components = MakeObject({{"errors", Errors()}});

  static Json MethodsWords() { return MakeObject({{"items", Described("object", "")}}); }
  static Json ComponentsWords() { return Described("object", ""); }
  static constexpr auto Describe() {
    return std::array{Required<&Discovered::openrpc>("openrpc", "version of the OpenRPC specification"),
                      Required<&Discovered::info>("info", ""),
                      Required<&Discovered::methods>("methods", "in name order", {.words = MethodsWords}),
                      Required<&Discovered::components>("components", "", {.words = ComponentsWords})};
  }
};

}  // namespace

void AddRpcMethods(MethodRegistry& registry,
                   std::function<bool(const Method&, const CallerIdentity&)> may_see,
                   SubscribeFunction subscribe) {
  Method ping;
  ping.name = "rpc.ping";
  ping.summary = "Answers at once: the service is running and this caller may call it.";
  Handle<PingParams>(ping, Ping);
  ping.access_default = kForAuthenticatedUsers;
  ping.acts = Acts::kAsService;
  ping.pace = Pace::kQuick;
  registry.Add(std::move(ping));

  Method subscription;
  subscription.name = "rpc.subscribe";
  subscription.summary =
      "Sets which of the service's notifications this connection gets, replacing earlier ones.";
  Handle<SubscribeParams>(
      subscription, [subscribe = std::move(subscribe)](const SubscribeParams& params, const Call& call) {
        return Subscribe(subscribe, params, call);
      });
  subscription.access_default = kForAuthenticatedUsers;
  subscription.acts = Acts::kAsService;
  subscription.pace = Pace::kQuick;
  registry.Add(std::move(subscription));

  Method discover;
  discover.name = "rpc.discover";
  discover.summary = "Describes the methods that this caller may see, as an OpenRPC document.";
  discover.access_default = kForAuthenticatedUsers;
  discover.acts = Acts::kAsService;
  discover.pace = Pace::kMayBlock;  // asks Windows once per method
  Handle<Nothing>(
      discover,
      [&registry, may_see = std::move(may_see)](const Nothing&, const Call& call) -> Result<Discovered> {
        Discovered discovered;
        for (const Method* method : registry.All()) {
          if (may_see(*method, call.caller)) discovered.methods.push_back(DescriptionOf(*method));
        }
        return discovered;
      });
  registry.Add(std::move(discover));
}

}  // namespace onbehalf::service
