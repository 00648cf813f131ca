#include "methods/rpc_methods.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "methods/schema.h"
#include "onbehalf/protocol/error_code.h"
#include "utc_time.h"

namespace onbehalf::service {
namespace {

// Everybody who has authenticated may find and call these (GR: see, GX: call).
constexpr const char* kForAuthenticatedUsers = "D:(A;;GXGR;;;AU)";
// Enough to measure with, too little to fill a queue with.
constexpr std::size_t kEchoCharacters = 65536;

MethodResult Ping(const Call& call) {
  Json answer{{"pong", true},
              {"time", UtcText(std::chrono::system_clock::now(), UtcText::Fraction::kMilliseconds).view()}};
  if (const auto echo = call.params.find("echo"); echo != call.params.end()) answer["echo"] = *echo;
  return answer;
}

Json Describe(const Method& method) {
  Json params = Json::array();
  for (const Parameter& parameter : method.parameters) {
    params.push_back({{"name", parameter.name},
                      {"summary", parameter.summary},
                      {"required", parameter.required},
                      {"schema", parameter.schema}});
  }
  const bool as_caller = method.acts == Acts::kAsCaller;
  Json result_schema = method.result_schema.is_null() ? Json::object() : method.result_schema;
  return {{"name", method.name},
          {"summary", method.summary},
          {"paramStructure", "either"},
          {"params", std::move(params)},
          {"result", {{"name", "result"}, {"schema", std::move(result_schema)}}},
          {"x-acts", as_caller ? "caller" : "service"},
          {"x-impersonation-level", as_caller ? "impersonation" : "identification"},
          {"x-access-default", method.access_default},
          {"x-pace", method.pace == Pace::kQuick ? "quick" : "may block"}};
}

// Every error that any method may be answered with.
Json Errors() {
  Json errors = Json::object();
  for (const protocol::ErrorInfo& info : protocol::ErrorTable()) {
    errors[std::string(info.name)] = {{"code", static_cast<int>(info.code)},
                                      {"message", info.message},
                                      {"x-retry-can-help", info.retry_can_help}};
  }
  return errors;
}

}  // namespace

void AddRpcMethods(MethodRegistry& registry,
                   std::function<bool(const Method&, const CallerIdentity&)> may_see) {
  Method ping;
  ping.name = "rpc.ping";
  ping.summary = "Answers at once: the service is there, and this caller may call it.";
  ping.parameters = {
      {"echo", "Comes back in the answer.", Json{{"type", "string"}, {"maxLength", kEchoCharacters}}, false}};
  ping.result_schema = Object({{"pong", Boolean("true")}, {"time", Text("the service's clock, UTC")}});
  ping.result_schema["properties"]["echo"] = Text("the parameter, if it was given");
  ping.access_default = kForAuthenticatedUsers;
  ping.acts = Acts::kAsService;
  ping.pace = Pace::kQuick;
  ping.handler = Ping;
  registry.Add(std::move(ping));

  Method discover;
  discover.name = "rpc.discover";
  discover.summary = "Describes the methods that this caller may see, as an OpenRPC document.";
  discover.result_schema =
      Object({{"openrpc", Text("version of the OpenRPC specification")},
              {"info", Object({{"title", Text("")}, {"version", Text("of the service")}})},
              {"methods", ListOf(Json{{"type", "object"}}, "in the order of their names")},
              {"components", Json{{"type", "object"}}}});
  discover.access_default = kForAuthenticatedUsers;
  discover.acts = Acts::kAsService;
  discover.pace = Pace::kMayBlock;  // asks Windows once for each method
  discover.handler = [&registry, may_see = std::move(may_see)](const Call& call) -> MethodResult {
    Json methods = Json::array();
    for (const Method* method : registry.All()) {
      if (may_see(*method, call.caller)) methods.push_back(Describe(*method));
    }
    return Json{{"openrpc", "1.2.6"},
                {"info",
                 {{"title", "OnBehalf"},
                  {"version", ONBEHALF_VERSION},
                  {"description", "Does each request as the account that asked for it."}}},
                {"methods", std::move(methods)},
                {"components", {{"errors", Errors()}}}};
  };
  registry.Add(std::move(discover));
}

}  // namespace onbehalf::service
