#include "connection_checks.h"

#include <functional>
#include <system_error>

#include "json_members.h"
#include "onbehalf/protocol/error_code.h"
#include "pipe_path.h"
#include "printable.h"
#include "server_trust.h"

namespace onbehalf::cli::doctor {
namespace {

using client::Json;
using Step = ConnectionFacts::Step;

Step Try(const client::Options& options, const char* method, const std::function<Json()>& call) {
  try {
    return {call(), std::nullopt};
  } catch (const client::RpcError& error) {
    return {nullptr, Explain(error, method, options.service)};
  } catch (const client::ServerNotTrusted& error) {
    return {nullptr, Explain(error)};
  } catch (const std::system_error& error) {
    return {nullptr, Explain(error, options)};
  }
}

Finding NotDone(const std::string& check, Verdict verdict, const Failure& failure) {
  const Json& error = failure.json.at("error");
  std::string found = error.at("message").get<std::string>();
  if (error.contains("name")) found = error.at("name").get<std::string>() + ": " + found;
  return {check, verdict, found, error.value("advice", std::string())};
}

}  // namespace

ConnectionFacts CollectConnectionFacts(const client::Options& options) {
  ConnectionFacts facts;
  facts.asked_level = options.level.value_or(client::IsLocal(options.server) ? client::Level::kImpersonate
                                                                             : client::Level::kIdentify);
  std::optional<client::Client> service;
  facts.ping = Try(options, "rpc.ping", [&] {
    service.emplace(client::Client::Connect(options));
    return service->Call("rpc.ping");
  });
  if (facts.ping.failure) return facts;
  facts.whoami = Try(options, "identity.whoami", [&] { return service->Call("identity.whoami"); });
  facts.status = Try(options, "service.status", [&] { return service->Call("service.status"); });
  return facts;
}

Findings JudgeConnection(const ConnectionFacts& facts) {
  if (facts.ping.failure) return {NotDone("connection", Verdict::kFail, *facts.ping.failure)};
  Findings findings;
  findings.push_back({"connection", Verdict::kOk, "rpc.ping succeeded", {}});

  if (facts.whoami.failure) {
    findings.push_back(NotDone("connection.identity", Verdict::kFail, *facts.whoami.failure));
  } else {
    const std::string level = TextMember(facts.whoami.answer, "level");
    const std::string account = facts.whoami.answer.is_object() && facts.whoami.answer.contains("account")
                                    ? TextMember(facts.whoami.answer.at("account"), "name")
                                    : std::string();
    const std::string found = "seen as " + account + ", level " + level;
    const bool wants_impersonation = facts.asked_level == client::Level::kImpersonate;
    if (wants_impersonation && level != "impersonation" && level != "delegation") {
      findings.push_back(
          {"connection.identity", Verdict::kFail, found + ", but impersonation was requested",
           "Does the service have SeImpersonatePrivilege? Without it Windows lowers the level silently."});
    } else {
      findings.push_back({"connection.identity", Verdict::kOk, found, {}});
    }
  }

  if (facts.status.failure) {
    const bool denied = facts.status.failure->exit_code == ExitCode::kAccessDenied;
    const bool hidden = facts.status.failure->json.at("error").value("code", 0) ==
                        static_cast<int>(protocol::ErrorCode::kMethodNotFound);
    if (denied || hidden) {
      findings.push_back({"service.status", Verdict::kWarn, "this account may not call service.status",
                          "Run doctor as an administrator (elevated) to check it."});
    } else {
      findings.push_back(NotDone("service.status", Verdict::kFail, *facts.status.failure));
    }
    return findings;
  }
  const Json& status = facts.status.answer;
  std::string found = "up";
  if (!TextMember(status, "version").empty()) found += ", version " + TextMember(status, "version");
  findings.push_back({"service.status", Verdict::kOk, found, {}});
  const std::string last_error = TextMember(status, "last_error");
  if (last_error.empty()) {
    findings.push_back({"service.last_error", Verdict::kOk, "none since it started", {}});
  } else {
    findings.push_back({"service.last_error", Verdict::kWarn, "the last one was logged at " + last_error,
                        "See logs\\service.log in the data directory and the Application log."});
  }
  const auto protections = [&status](const char* which) {
    std::string all;
    if (!status.is_object() || !status.contains("hardening") || !status.at("hardening").is_object())
      return all;
    for (const Json& one : status.at("hardening").value(which, Json::array())) {
      all += (all.empty() ? "" : ", ") + Display(one);
    }
    return all;
  };
  const std::string missing = protections("missing");
  const std::string off = protections("off");
  if (missing.empty()) {
    findings.push_back({"service.hardening",
                        Verdict::kOk,
                        off.empty()
                            ? "all protections are in force"
                            : "all protections are in force except those that the settings turn off: " + off,
                        {}});
  } else {
    findings.push_back({"service.hardening", Verdict::kWarn, "not in force: " + missing,
                        "This Windows version lacks it or refused it; the service works without it."});
  }
  return findings;
}

}  // namespace onbehalf::cli::doctor
