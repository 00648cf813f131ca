// Uses the client library with the installed service: one call, one that returns a struct, several in
// parallel, one that fails, and one that reports progress until it is cancelled. Only administrators may
// follow the audit; for other accounts this shows an access error.
#include <onbehalf/client/client.h>

#include <exception>
#include <future>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <system_error>
#include <vector>

using onbehalf::client::CallOptions;
using onbehalf::client::Client;
using onbehalf::client::Json;
using onbehalf::client::kRequestCancelled;
using onbehalf::client::RpcError;

// The part of identity.whoami's result that this program needs, converted by nlohmann/json.
struct Caller {
  std::string sid;
  std::string level;
};
void from_json(const Json& json, Caller& caller) {
  json.at("account").at("sid").get_to(caller.sid);
  json.at("level").get_to(caller.level);
}

void CallSeveralAtOnce(Client& service) {
  std::vector<std::future<Json>> answers;
  for (const char* word : {"one", "two", "three"})
    answers.push_back(service.CallAsync("rpc.ping", {{"echo", word}}));
  std::cout << "in parallel:";
  for (auto& answer : answers) std::cout << " " << answer.get().at("echo").get<std::string>();
  std::cout << "\n";
}

void FollowAudit(Client& service) {
  std::stop_source stop;
  CallOptions options;
  options.stop = stop.get_token();
  options.progress = [&stop](const Json& piece) {
    std::cout << "progress: " << piece.at("lines").size() << " lines of the audit\n";
    stop.request_stop();  // tells the service, which ends the call
  };
  try {
    service.Call("audit.follow", Json::object(), options);
  } catch (const RpcError& error) {
    if (error.code() != kRequestCancelled) throw;
    std::cout << "cancelled\n";
  }
}

void CallWhatIsNotThere(Client& service) {
  try {
    service.Call("no.suchMethod");
  } catch (const RpcError& error) {
    std::cout << "error " << error.code() << ": " << error.what() << "\n";  // the connection stays usable
  }
}

int main() {
  try {
    auto service = Client::Connect();
    std::cout << "the service's clock: " << service.Call("rpc.ping").at("time").get<std::string>() << "\n";

    const auto caller = service.CallAs<Caller>("identity.whoami");
    std::cout << "you are " << caller.sid << ", level " << caller.level << "\n";

    CallSeveralAtOnce(service);
    CallWhatIsNotThere(service);
    FollowAudit(service);
    return 0;
  } catch (const RpcError& error) {
    std::cerr << "the service says " << error.code() << ": " << error.what() << "\n";
  } catch (const std::system_error& error) {
    // The connection could not be made or was lost: connect again.
    std::cerr << "no response: " << error.what() << "\n";
  } catch (const std::exception& error) {
    // The server is not trusted, or a result has an unexpected form.
    std::cerr << error.what() << "\n";
  }
  return 1;
}
