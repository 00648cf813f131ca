#include "methods/rpc_methods.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/schema.h"
#include "text/utc_time.h"

namespace onbehalf::service {
namespace {

using protocol::MakeObject;

// Enough to try out large payloads with. In UTF-8 and JSON's escapes it can be more than the limit of a response, which is
// answered TooLarge.
constexpr std::size_t kEchoCharacters = 1024 * 1024;

MethodResult Ping(const Call& call) {
  Json answer = MakeObject(
      {{"pong", true},
       {"time", UtcText(std::chrono::system_clock::now(), UtcText::Fraction::kMilliseconds).view()}});
  if (const auto echo = call.params.find("echo"); echo != call.params.end()) answer["echo"] = *echo;
  return answer;
}

Json Describe(const Method& method) {
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

MethodResult Subscribe(const SubscribeFunction& subscribe, const Call& call) {
  EventSet events;
  for (const Json& name : call.params.at("events")) events.set(IndexOf(name.get_ref<const std::string&>()));
  // False when the connection has ended meanwhile: nobody gets the answer then.
  static_cast<void>(subscribe(call.connection_id, events));
  Json subscribed = Json::array();
  for (std::size_t i = 0; i < kServerEvents.size(); ++i) {
    if (events.test(i)) subscribed.push_back(kServerEvents[i]);
  }
  return MakeObject({{"events", std::move(subscribed)}});
}

// Every error that any method may be answered with.
Json Errors() {
  Json errors = Json::object();
  for (const protocol::ErrorInfo& info : protocol::ErrorTable()) {
    errors[std::string(info.name)] = MakeObject({{"code", static_cast<int>(info.code)},
                                                 {"message", info.message},
                                                 {"x-retry-can-help", info.retry_can_help}});
  }
  return errors;
}

}  // namespace

void AddRpcMethods(MethodRegistry& registry,
                   std::function<bool(const Method&, const CallerIdentity&)> may_see,
                   SubscribeFunction subscribe) {
  Method ping;
  ping.name = "rpc.ping";
  ping.summary = "Answers at once: the service is there, and this caller may call it.";
  ping.parameters = {{"echo", "Comes back in the answer.", TextOfLength(0, kEchoCharacters), false}};
  ping.result_schema = Object({{"pong", Boolean("true")}, {"time", Text("the service's clock, UTC")}});
  ping.result_schema["properties"]["echo"] = Text("the parameter, if it was given");
  ping.access_default = kForAuthenticatedUsers;
  ping.acts = Acts::kAsService;
  ping.pace = Pace::kQuick;
  ping.handler = Ping;
  registry.Add(std::move(ping));

  Json event_name = OneOf({});
  for (const std::string_view name : kServerEvents) event_name["enum"].push_back(name);
  Json events = ListOf(event_name, "names of the notifications");
  events["maxItems"] = 4 * kServerEvents.size();
  Method subscription;
  subscription.name = "rpc.subscribe";
  subscription.summary =
      "Says which notifications of the service this connection wants, in place of those before.";
  subscription.parameters = {{"events", "The ones wanted; an empty array for none.", events, true, true}};
  subscription.result_schema = Object({{"events", ListOf(event_name, "those subscribed to")}});
  subscription.access_default = kForAuthenticatedUsers;
  subscription.acts = Acts::kAsService;
  subscription.pace = Pace::kQuick;
  subscription.handler = [subscribe = std::move(subscribe)](const Call& call) {
    return Subscribe(subscribe, call);
  };
  registry.Add(std::move(subscription));

  Method discover;
  discover.name = "rpc.discover";
  discover.summary = "Describes the methods that this caller may see, as an OpenRPC document.";
  discover.result_schema =
      Object({{"openrpc", Text("version of the OpenRPC specification")},
              {"info",
               Object({{"title", Text("")}, {"version", Text("of the service")}, {"description", Text("")}})},
              {"methods", ListOf(Described("object", ""), "in the order of their names")},
              {"components", Described("object", "")}});
  discover.access_default = kForAuthenticatedUsers;
  discover.acts = Acts::kAsService;
  discover.pace = Pace::kMayBlock;  // asks Windows once for each method
  discover.handler = [&registry, may_see = std::move(may_see)](const Call& call) -> MethodResult {
    Json methods = Json::array();
    for (const Method* method : registry.All()) {
      if (may_see(*method, call.caller)) methods.push_back(Describe(*method));
    }
    return MakeObject(
        {{"openrpc", "1.2.6"},
         {"info", MakeObject({{"title", "OnBehalf"},
                              {"version", ONBEHALF_VERSION},
                              {"description", "Does each request as the account that asked for it."}})},
         {"methods", std::move(methods)},
         {"components", MakeObject({{"errors", Errors()}})}});
  };
  registry.Add(std::move(discover));
}

}  // namespace onbehalf::service
